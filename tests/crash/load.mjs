// tests/crash/load.mjs - many at once, and the server killed in the middle of it.
import assert from 'node:assert/strict';
import { Person } from './people.mjs';
import { revive } from './sweep.mjs';

const workers = 4;
const longestRound = 200;  // milliseconds

// What people do all day, in any order; until the server answers no more.
async function live(signet, person, agent) {
  const options = { agent };
  assert.equal((await person.signUp(signet, options)).status, 201);
  while (signet.running) {
    assert.equal((await person.signIn(signet, options)).status, 200);
    const session = person.sessions.at(-1);
    assert.equal((await session.renew(signet, options)).status, 200);
    if (Math.random() < 0.4) assert.equal((await session.signOut(signet, options)).status, 204);
    else if (Math.random() < 0.3) assert.equal((await person.changePassword(signet, session, options)).status, 204);
    else if (Math.random() < 0.2) assert.equal((await person.signOutEverywhere(signet, session, options)).status, 204);
  }
}

export async function killUnderLoad(place, { cut }) {
  const signet = await place.start();
  const people = Array.from({ length: workers }, () => new Person());
  const agent = signet.agent();
  const lives = people.map((person) => live(signet, person, agent).catch((error) => {
    // Its connection ended with the server. What the server answered must have been right.
    if (error instanceof assert.AssertionError) throw error;
  }));
  await new Promise((done) => setTimeout(done, Math.random() * longestRound));
  const killed = place.kill(signet);
  await Promise.all([killed, ...lives]);

  const again = await revive(place, { cut, why: 'killed under load' });
  for (const person of people) await person.findOut(again);
  await place.end(again);
}
