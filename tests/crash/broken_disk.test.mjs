// A disk that is full, read-only, or broken, under a server that runs (CHECKS E21, E22): it says so, gives out nothing that
// is not written down, goes on verifying, and is well again when the disk is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { refresh, request, until } from '../api/harness.mjs';
import { requests } from './deeds.mjs';
import { checkLedger } from './ledger.mjs';
import { Person } from './people.mjs';
import { Place } from './place.mjs';

let place;
before(async () => { place = await Place.make(); });
afterEach(() => place.clear());
after(() => place.remove());

async function withSessions(signet) {
  const person = new Person();
  assert.equal((await person.signUp(signet)).status, 201);
  for (let i = 0; i < 3; i++) assert.equal((await person.signIn(signet)).status, 200);
  return person;
}

const isAll = process.env.CRASH === 'all';  // else a sample
const readiness = (signet) => request(signet, 'GET', '/readyz');

// "Not now", and nothing else: no token, no "wrong password", no "signed out".
function isRefusedForNow(answer, what) {
  assert.equal(answer.status, 503, `${what}: ${answer.status} ${answer.text}`);
  assert.equal(answer.json.error, 'unavailable', what);
  assert.ok(answer.headers['retry-after'], what);
  assert.equal(answer.headers['set-cookie'], undefined, what);
  assert.ok(!/sqlite|disk|signet\.db/.test(answer.text), `${what} tells no stranger of the disk: ${answer.text}`);
}

async function everythingIsRefused(signet, person) {
  const [first, second] = person.sessions;
  isRefusedForNow(await new Person().signUp(signet), 'sign-up');
  isRefusedForNow(await person.signIn(signet), 'sign-in');
  isRefusedForNow(await refresh(signet, first.token), 'refresh');
  isRefusedForNow(await request(signet, 'POST', '/api/v1/logout', { json: { refresh_token: second.token } }), 'sign-out');
  isRefusedForNow(await request(signet, 'POST', '/api/v1/logout-all', { bearer: first.access }), 'sign-out everywhere');
  const words = { current_password: person.password, new_password: 'words that were never taken' };
  isRefusedForNow(await request(signet, 'POST', '/api/v1/password', { json: words, bearer: first.access }), 'password change');
}

async function verificationGoesOn(signet, person) {
  for (const session of person.sessions)
    assert.equal((await request(signet, 'GET', '/api/v1/me', { bearer: session.access })).status, 200);
  assert.ok((await request(signet, 'GET', '/.well-known/jwks.json')).json.keys.length > 0);
  assert.equal((await request(signet, 'GET', '/healthz')).status, 200);
}

const kinds = [
  { disk: 'full', order: 'fail write,name ENOSPC', reason: 'disk_full' },
  { disk: 'read-only', order: 'fail write,open,name EROFS', reason: 'disk_read_only' },
  { disk: 'broken for writing', order: 'fail write EIO', reason: 'disk_error' },
  { disk: 'broken for syncing', order: 'fail sync EIO', reason: 'disk_error' },
  { disk: 'closed to us', order: 'fail write,open,name EACCES', reason: 'disk_read_only' },
];
for (const { disk, order, reason } of kinds)
  test(`A disk that is ${disk}: nothing is granted, verification goes on, and it passes`, async () => {
    let signet = await place.start();
    const person = await withSessions(signet);
    place.order(order);
    await until('it to be noticed', async () => (await readiness(signet)).status === 503);
    await everythingIsRefused(signet, person);
    await verificationGoesOn(signet, person);

    // Why, in a word, for who watches; and in the log, for who repairs.
    const answer = await readiness(signet);
    assert.deepEqual([answer.status, answer.json.error, answer.json.reason], [503, 'unavailable', reason], answer.text);
    assert.match(signet.log(), /refused.*unavailable.*sqlite: /);

    place.order('none');
    await until('it to be ready by itself', async () => (await readiness(signet)).status === 200);
    // What was refused has not happened; what was true is.
    await person.findOutAndSignIn(signet);
    await checkLedger(place.dataDir);

    // Nor has the disk's failure left anything that only memory holds.
    const later = await withSessions(signet);
    assert.equal((await later.sessions[0].renew(signet)).status, 200);
    await place.kill(signet);
    place.cutPower('nothing');
    signet = await place.start();
    await later.findOutAndSignIn(signet);
    await place.kill(signet);
  });

test('One failure at any place of a deed is a refusal or nothing, and never half of it', async () => {
  const signet = await place.start();
  let refused = 0;
  for (const [name, deed] of Object.entries(requests).filter(([, { env }]) => !env)) {
    for (let number = 1, wasHit = true; wasHit; number += isAll ? 1 : 6) {
      const what = await deed.prepare(signet);
      place.order(`fail-once ${number} EIO`);
      const answer = await deed.act(signet, what).catch((error) => error);
      // Where the answer itself could not be sent, nobody knows; else it is one of two.
      wasHit = answer instanceof Error || answer.status === 503;
      if (answer.status === 503) { isRefusedForNow(answer, `${name}, failing at ${number}`); refused++; }
      else if (!wasHit) assert.ok(answer.status < 300, `${name}, failing at ${number}: ${answer.text}`);
      place.order('none');
      await deed.check(signet, what);
    }
  }
  await checkLedger(place.dataDir);
  console.log(`      ${refused} refusals`);
  assert.ok(refused >= 5);
  await place.kill(signet);
});

test('A rotation of keys on a broken disk says so, adds none, and leaves the server as it is', async () => {
  const signet = await place.start();
  const person = await withSessions(signet);
  for (const order of ['fail sync EIO', 'fail write,name ENOSPC', 'fail write,open,name EROFS']) {
    place.order(order, 'command');
    const done = await place.command(['keys', 'rotate', '--now']);
    assert.equal(done.code, 4, `${order}: ${done.stdout}${done.stderr}`);
    assert.match(done.stderr, /^signet: .+\.$/m, order);
    assert.ok(!/terminate|Aborted/.test(done.stderr), done.stderr);
  }
  place.order('none', 'command');
  await verificationGoesOn(signet, person);
  await checkLedger(place.dataDir);
  assert.equal((await place.command(['keys', 'rotate', '--now'])).code, 0);
  await place.kill(signet);
});

test('What a server does by itself says once that it cannot, and once that it can again', async () => {
  const signet = await place.start();
  place.order('fail read EIO');
  const said = (what) => signet.log().split('\n').filter((line) => line.includes(what) && line.includes('publishing revocations')).length;
  await until('it to fail', () => said('maintenance fails') > 0);
  await new Promise((done) => setTimeout(done, 2500));
  assert.equal(said('maintenance fails'), 1);
  assert.ok(signet.running);
  place.order('none');
  await until('it to work again', () => said('maintenance works again') > 0);
  assert.equal((await readiness(signet)).status, 200);
  await place.kill(signet);
});

// Another program that holds the database for longer than anyone waits.
test('A database that is locked: everyone waits, and not for ever', async () => {
  const signet = await place.start();
  const person = await withSessions(signet);
  const holder = spawn('/usr/bin/python3', ['-c', 'import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None)\n'
    + 'db.execute("BEGIN IMMEDIATE")\nprint("held", flush=True)\nsys.stdin.read()', path.join(place.dataDir, 'signet.db')]);
  try {
    await new Promise((done) => holder.stdout.once('data', done));
    const [renewed] = await Promise.all([refresh(signet, person.sessions[0].token), verificationGoesOn(signet, person)]);
    isRefusedForNow(renewed, 'refresh');
    // An answer of a moment ago is given again for a second.
    await until('the reason', async () => (await readiness(signet)).json.reason === 'database_busy');
  } finally {
    holder.stdin.end();
  }
  await new Promise((done) => holder.once('exit', done));
  await until('it to be ready by itself', async () => (await readiness(signet)).status === 200);
  await person.findOutAndSignIn(signet);
  await place.kill(signet);
});
