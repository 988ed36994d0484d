// The server does what the model of refresh says: walks through core/testing/refresh_model.hpp, gone in real time.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { addUser, binary, refresh, signIn, startSignet } from './harness.mjs';

const walks = 120, ticks = 22, seed = 7;
// The model's window is 5 ticks, and its ticks are whole: a real one of a quarter less decides alike, and leaves each
// request a quarter of a tick to be late.
const tick = 800, window = 4.75 * tick, lateness = 0.25 * tick;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// What the answer shows of the outcome; `tokens` are those of the generations so far.
function outcomeOf({ status, json }, tokens, shown) {
  if (status === 401) return 'reuse';
  assert.equal(status, 200);
  if (json.refresh_token === undefined) return 'keep';
  if (json.refresh_token === tokens.at(-1) && shown === tokens.length - 2) return 'replay';
  assert.ok(!tokens.includes(json.refresh_token), 'an old token was given out again');
  tokens.push(json.refresh_token);
  return 'rotate';
}

// Gives how late the latest answer was, and what came out.
async function go(signet, agent, { walk, first, number }) {
  const tokens = [first];
  await pause((number / walks) * tick);  // not all at once
  const began = performance.now();
  const outcomes = [];
  let late = 0;
  for (const step of walk) {
    await pause(began + step.tick * tick - performance.now());
    const answer = await refresh(signet, tokens[step.generation], { agent });
    late = Math.max(late, performance.now() - began - step.tick * tick);
    outcomes.push(outcomeOf(answer, tokens, step.generation));
    if (outcomes.at(-1) !== step.outcome) break;
  }
  return { late, outcomes };
}

// CHECKS B34 to B38
test(`${walks} walks through the model: the server keeps, rotates, replays, and ends as it does`, async (t) => {
  const program = path.join(path.dirname(binary), 'refresh_traces');
  assert.ok(existsSync(program), 'refresh_traces is not built');
  const given = execFileSync(program, [walks, ticks, seed].map(String), { encoding: 'utf8' }).trim().split('\n').map(JSON.parse);
  const signet = await startSignet({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: `${window}ms`, SIGNET_LOG_LEVEL: 'error' } });
  try {
    const accounts = [0, 1].map((i) => ({ email: `walker${i}@example.com`, password: 'three plain words here' }));
    for (const account of accounts) await addUser(signet, account);
    const agent = signet.agent({ maxSockets: 64 });
    const seen = { keep: 0, rotate: 0, replay: 0, reuse: 0 };
    let judged = 0;
    const prepared = [];
    for (const [number, walk] of given.entries())
      prepared.push({ number, walk, first: (await signIn(signet, accounts[number % 2], { agent })).refresh_token });
    const results = await Promise.all(prepared.map((each) => go(signet, agent, each)));
    results.forEach(({ late, outcomes }, i) => {
      if (late > lateness) return;  // it cannot be told what was due
      ++judged;
      const wanted = given[i].map(({ outcome }) => outcome);
      assert.deepEqual(outcomes, wanted, `walk ${i} of seed ${seed}: ${JSON.stringify(given[i])}`);
      for (const outcome of outcomes) ++seen[outcome];
    });
    t.diagnostic(`${judged} of ${walks} walks were in time: ${JSON.stringify(seen)}`);
    assert.ok(judged >= walks / 2, `only ${judged} of ${walks} walks were gone in time: the machine is too slow to tell`);
    for (const [outcome, count] of Object.entries(seen)) assert.ok(count > 0, `no walk had ${outcome}`);
  } finally {
    await signet.stop();
  }
});
