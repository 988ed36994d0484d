// A person's devices: renewed, listed, signed out one by one and all at once.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { query, refresh, request, run, signIn, startSignet, until } from './harness.mjs';

let signet;
let person;
let count = 0;
before(async () => { signet = await startSignet(); });
after(() => signet.stop());
beforeEach(async () => {
  person = { email: `person${++count}@example.com`, password: 'some words nobody guesses' };
  const made = await request(signet, 'POST', '/api/v1/signup', { json: person });
  assert.equal(made.status, 201, made.text);
});

const me = (grant) => request(signet, 'GET', '/api/v1/me', { bearer: grant.access_token });
const call = (grant, method, path, options = {}) => request(signet, method, path, { bearer: grant.access_token, ...options });

test('The first refresh rotates, the next one leaves the client what it has', async () => {
  const grant = await signIn(signet, person);
  const first = await refresh(signet, grant.refresh_token);
  assert.equal(first.status, 200, first.text);
  assert.notEqual(first.json.refresh_token, grant.refresh_token);
  assert.equal(first.json.session_id, grant.session_id);
  const second = await refresh(signet, first.json.refresh_token);
  assert.equal(second.status, 200, second.text);
  assert.equal(second.json.refresh_token, undefined);
  assert.equal((await me(second.json)).status, 200);
});

test('A refresh whose answer was lost gets the same successor', async () => {
  const grant = await signIn(signet, person);
  const lost = await refresh(signet, grant.refresh_token);
  const again = await refresh(signet, grant.refresh_token);
  assert.equal(again.status, 200, again.text);
  assert.equal(again.json.refresh_token, lost.json.refresh_token);
});

test('A forged refresh token is refused', async () => {
  const { refresh_token: token } = await signIn(signet, person);
  const changed = token.slice(0, -6) + (token.at(-6) === 'A' ? 'B' : 'A') + token.slice(-5);
  for (const bad of ['srt_', 'srt_AAAA', changed, `${token}A`, token.slice(4)]) {
    const answer = await refresh(signet, bad);
    assert.equal(answer.status, 401, answer.text);
    assert.equal(answer.json.error, 'invalid_grant');
  }
  assert.equal((await refresh(signet, token)).status, 200);
});

test('Signing out ends the session, for its access token too', async () => {
  const grant = await signIn(signet, person);
  assert.equal((await call(grant, 'POST', '/api/v1/logout')).status, 204);
  assert.equal((await me(grant)).status, 401);
  assert.equal((await refresh(signet, grant.refresh_token)).status, 401);
});

test('Signing out works with the refresh token alone, and twice', async () => {
  const grant = await signIn(signet, person);
  for (let i = 0; i < 2; i++) {
    const answer = await request(signet, 'POST', '/api/v1/logout', { json: { refresh_token: grant.refresh_token } });
    assert.equal(answer.status, 204, answer.text);
  }
  assert.equal((await me(grant)).status, 401);
});

test('Signing out everywhere ends every device', async () => {
  const grants = [await signIn(signet, person), await signIn(signet, person), await signIn(signet, person)];
  assert.equal((await call(grants[0], 'POST', '/api/v1/logout-all')).status, 204);
  for (const grant of grants) {
    assert.equal((await me(grant)).status, 401);
    assert.equal((await refresh(signet, grant.refresh_token)).status, 401);
  }
});

test('The list of devices names each, and one can be signed out', async () => {
  const here = await signIn(signet, person, { headers: { 'user-agent': 'Firefox on Linux' } });
  const there = await signIn(signet, person, { headers: { 'user-agent': 'Telephone' } });
  const list = await call(here, 'GET', '/api/v1/sessions');
  assert.equal(list.status, 200, list.text);
  const { sessions } = list.json;
  assert.equal(sessions.length, 2);
  const current = sessions.find((session) => session.current);
  assert.equal(current.id, here.session_id);
  assert.ok(JSON.stringify(current).includes('Firefox on Linux'));

  assert.equal((await call(here, 'DELETE', `/api/v1/sessions/${there.session_id}`)).status, 204);
  assert.equal((await me(there)).status, 401);
  assert.equal((await me(here)).status, 200);
});

test("Another person's device cannot be signed out, nor one that is not", async () => {
  const mine = await signIn(signet, person);
  const other = { email: `other${count}@example.com`, password: 'some words nobody guesses' };
  await request(signet, 'POST', '/api/v1/signup', { json: other });
  const theirs = await signIn(signet, other);
  for (const id of [theirs.session_id, '01900000-0000-7000-8000-000000000000', 'x']) {
    const answer = await call(mine, 'DELETE', `/api/v1/sessions/${id}`);
    assert.equal(answer.status, 404, answer.text);
    assert.equal(answer.json.error, 'not_found');
  }
  assert.equal((await me(theirs)).status, 200);
});

test('Changing the password keeps this device and signs out the others', async () => {
  const here = await signIn(signet, person);
  const there = await signIn(signet, person);
  const wrong = await call(here, 'POST', '/api/v1/password', { json: { current_password: 'wrong words', new_password: 'other words entirely' } });
  assert.equal(wrong.status, 401, wrong.text);
  assert.equal(wrong.json.error, 'bad_credentials');
  const done = await call(here, 'POST', '/api/v1/password',
    { json: { current_password: person.password, new_password: 'other words entirely' } });
  assert.equal(done.status, 204, done.text);
  assert.equal((await me(here)).status, 200);
  assert.equal((await me(there)).status, 401);
  assert.equal((await refresh(signet, there.refresh_token)).status, 401);
  const old = await request(signet, 'POST', '/api/v1/login', { json: person });
  assert.equal(old.status, 401);
  await signIn(signet, { ...person, password: 'other words entirely' });
});

test('An account disabled on the command line is refused, its tokens too', async () => {
  const grant = await signIn(signet, person);
  assert.equal((await me(grant)).status, 200);
  const done = await run(['user', 'disable', person.email, '--data', signet.dataDir]);
  assert.equal(done.code, 0, done.stderr);
  assert.equal((await refresh(signet, grant.refresh_token)).status, 401);
  const began = Date.now();
  await until('the token to be refused', async () => (await me(grant)).status === 401, 4000);
  console.log(`      refused after ${Date.now() - began} ms`);
  const answer = await request(signet, 'POST', '/api/v1/login', { json: person });
  assert.equal(answer.status, 401);
  assert.equal(answer.json.error, 'bad_credentials');

  await run(['user', 'enable', person.email, '--data', signet.dataDir]);
  await signIn(signet, person);
});

test('What happened is in the audit log, without passwords or tokens', async () => {
  const grant = await signIn(signet, person);
  await call(grant, 'POST', '/api/v1/logout');
  await request(signet, 'POST', '/api/v1/login', { json: { ...person, password: 'the wrong words' } });
  const rows = await query(signet, 'SELECT event, detail, user_agent FROM audit ORDER BY id DESC LIMIT 20');
  const events = rows.map(([event]) => event);
  for (const event of ['login_succeeded', 'session_ended', 'login_refused', 'user_added']) assert.ok(events.includes(event), event);
  const text = JSON.stringify(rows);
  for (const secret of [person.password, 'the wrong words', grant.refresh_token, grant.access_token]) assert.ok(!text.includes(secret));
});
