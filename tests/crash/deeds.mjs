// tests/crash/deeds.mjs - what a server can be asked to do when it dies, each as
//
//   prepare(signet)         what must be there before, done by a server that lives
//   act(signet, what)       the deed itself; throws when there was no answer
//   check(signet, what)     on a server that has started again
//   env                     settings the deed needs
//
// and the deeds of a server's own life, which bring a start(place) in place of them.
import assert from 'node:assert/strict';
import { request } from '../api/harness.mjs';
import { Person } from './people.mjs';

async function newPerson(signet) {
  const person = new Person();
  assert.equal((await person.signUp(signet)).status, 201);
  return person;
}

// By data folder: someone who has signed up there. Not for ever the same: of many sessions the oldest would end.
const lent = new Map();
async function somebody(signet) {
  const { person, times } = lent.get(signet.dataDir) ?? { times: 0 };
  const one = times % 20 === 0 ? await newPerson(signet) : person;
  lent.set(signet.dataDir, { person: one, times: times + 1 });
  return one;
}

async function withSessions(signet, number) {
  const person = await somebody(signet);
  person.sessions = [];
  for (let i = 0; i < number; i++) assert.equal((await person.signIn(signet)).status, 200);
  return person;
}

const check = (signet, person) => person.findOut(signet);
const checkSigningIn = (signet, person) => person.findOutAndSignIn(signet);

// A session of generation 2, and the token it began with.
async function withStolenToken(signet) {
  const person = await withSessions(signet, 1);
  const [session] = person.sessions;
  const stolen = session.token;
  for (let i = 0; i < 2; i++) {
    const answer = await request(signet, 'POST', '/api/v1/refresh', { json: { refresh_token: session.token } });
    session.token = answer.json.refresh_token;
  }
  return Object.assign(person, { stolen });
}

async function publishedKeys(signet) {
  const { json } = await request(signet, 'GET', '/.well-known/jwks.json');
  return json.keys.map((key) => key.kid);
}

const kidOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;

// Whoever signs now is published, and so is whoever has signed.
async function checkKeys(signet, { person, keys, added }) {
  const published = await publishedKeys(signet);
  for (const kid of [...keys, ...added]) assert.ok(published.includes(kid), `${kid} is still published`);
  assert.ok(published.length <= keys.length + 1, 'and one more at most');
  assert.equal((await request(signet, 'GET', '/api/v1/me', { bearer: person.sessions[0].access })).status, 200);
  await person.findOutAndSignIn(signet);
  assert.ok(published.includes(kidOf(person.sessions[0].access)));
}

export const requests = {
  'sign-up': { prepare: () => new Person(), act: (signet, person) => person.signUp(signet), check: checkSigningIn },
  'sign-in': { prepare: (signet) => withSessions(signet, 0), act: (signet, person) => person.signIn(signet), check: checkSigningIn },
  refresh: { prepare: (signet) => withSessions(signet, 1), act: (signet, person) => person.sessions[0].renew(signet), check },
  'sign-out': { prepare: (signet) => withSessions(signet, 2), act: (signet, person) => person.sessions[0].signOut(signet), check },
  'sign-out everywhere': {
    prepare: (signet) => withSessions(signet, 3), act: (signet, person) => person.signOutEverywhere(signet, person.sessions[1]), check,
  },
  'password change': {
    prepare: (signet) => withSessions(signet, 2), act: (signet, person) => person.changePassword(signet, person.sessions[0]), check: checkSigningIn,
  },
  'a stolen token': {
    env: { SIGNET_SESSIONS_REFRESH_WINDOW: '0s' },
    prepare: withStolenToken, act: (signet, person) => person.sessions[0].steal(signet, person.stolen), check,
  },
};

// By a command beside the server: it is the command that dies, and the server is killed after it.
export const keyRotation = {
  async prepare(signet) {
    const person = await withSessions(signet, 1);
    return { person, keys: await publishedKeys(signet), added: [] };
  },
  async act(place, what) {
    const done = await place.command(['keys', 'rotate', '--now']);
    if (done.code === 0) what.added.push(done.stdout.match(/key (\S+) signs/)[1]);
    return done;
  },
  check: checkKeys,
};
