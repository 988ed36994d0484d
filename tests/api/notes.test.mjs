// The notes server: an API behind signet::verifier, over TLS, as a stranger and as a person meet it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addUser, ann, freePort, request, signIn, statementsDuring } from './harness.mjs';
import { startNotes, startSite } from './site.mjs';

const kNoToken = 'Bearer realm="notes"';
const admin = { email: 'root@example.com', password: ann.password, roles: ['admin'] };

let site, notes, token;
before(async () => {
  site = await startSite();
  await addUser(site.signet, { ...ann, roles: ['viewer'] });
  await addUser(site.signet, admin);
  notes = { url: site.notes[0], ca: site.signet.ca };
  token = (await signIn(site.signet)).access_token;
});
after(() => site?.stop());

// The resource server asks nobody. What runs in the issuer meanwhile is its own look at ended sessions and keys.
test('Its requests run no SQL statement in the issuer', async () => {
  const agent = site.signet.agent();
  await ask('GET', '/profile', { agent });
  const { statements, seconds, most } = await statementsDuring(site.signet, async () => {
    for (let i = 0; i < 500; i++) assert.equal((await ask('GET', i % 2 ? '/profile' : '/notes', { agent })).status, 200);
  });
  console.log(`      500 requests in ${seconds.toFixed(2)} s, ${statements} statements`);
  assert.ok(statements <= most, `${statements} statements in ${seconds} s`);
});

const ask = (method, path, options = {}) => request(notes, method, path, { bearer: token, ...options });
const refusal = ({ status, json }) => [status, json.error];

test('Without a token: 401, and how to ask', async () => {
  for (const path of ['/profile', '/notes', '/dashboard', '/until-signed-out']) {
    const answer = await ask('GET', path, { bearer: undefined });
    assert.deepEqual(refusal(answer), [401, 'missing_token'], path);
    assert.equal(answer.headers['www-authenticate'], kNoToken);
  }
});

test('A token that was changed is refused with the reason in the challenge', async () => {
  const [header, claims, signature] = token.split('.');
  const forged = [header, claims, (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1)].join('.');
  const answer = await ask('GET', '/profile', { bearer: forged });
  assert.deepEqual(refusal(answer), [401, 'invalid_token']);
  assert.equal(answer.headers['www-authenticate'], `Bearer realm="notes", error="invalid_token", error_description="${answer.json.error_description}"`);
  assert.equal(JSON.parse(answer.headers['notes-checked']).refused, 'bad_signature');
});

test('More than one Authorization header is not understood', async () => {
  const answer = await ask('GET', '/profile', { bearer: undefined, headers: { authorization: [`Bearer ${token}`, `Bearer ${token}`] } });
  assert.equal(answer.status, 400);
});

test('A token of the wrong role is 403, and says what it would take', async () => {
  const answer = await ask('GET', '/dashboard');
  assert.deepEqual(refusal(answer), [403, 'insufficient_scope']);
  assert.equal(answer.headers['www-authenticate'], `Bearer realm="notes", error="insufficient_scope", error_description="${answer.json.error_description}"`);
  assert.match(answer.json.error_description, /admin/);
  const root = await signIn(site.signet, admin);
  assert.equal((await ask('GET', '/dashboard', { bearer: root.access_token })).status, 200);
});

test('The profile is what the token says, and the answer says what was checked', async () => {
  const bearer = (await signIn(site.signet, ann)).access_token;
  const answer = await ask('GET', '/profile', { bearer });
  assert.equal(answer.status, 200);
  assert.deepEqual([answer.json.email, answer.json.name, answer.json.roles], [ann.email, ann.name, ['viewer']]);
  const checked = JSON.parse(answer.headers['notes-checked']);
  assert.deepEqual(checked.checked, ['signature', 'issuer', 'audience', 'type', 'time']);
  assert.deepEqual([checked.algorithm, checked.asked, checked.seen_before], ['ES256', 'nobody', false]);
  // Each thread of the server learns a token for itself.
  let again = checked;
  for (let i = 0; i < 100 && !again.seen_before; ++i)
    again = JSON.parse((await ask('GET', '/profile', { bearer })).headers['notes-checked']);
  assert.deepEqual([again.checked, again.seen_before], [['time', 'keys'], true]);
  assert.equal(answer.headers['cache-control'], 'no-store');
});

test('A note is kept, listed to its owner alone, and deleted once', async () => {
  const made = await ask('POST', '/notes', { json: { text: 'buy milk' } });
  assert.equal(made.status, 201);
  assert.equal(made.json.text, 'buy milk');
  const list = async (options) => (await ask('GET', '/notes', options)).json.notes.map(({ text }) => text);
  assert.deepEqual(await list(), ['buy milk']);
  const root = { bearer: (await signIn(site.signet, admin)).access_token };
  assert.deepEqual(await list(root), []);
  assert.deepEqual(refusal(await ask('DELETE', `/notes/${made.json.id}`, root)), [404, 'not_found']);
  const gone = await ask('DELETE', `/notes/${made.json.id}`);
  assert.deepEqual([gone.status, gone.text], [204, '']);
  assert.deepEqual(refusal(await ask('DELETE', `/notes/${made.json.id}`)), [404, 'not_found']);
});

test('What is no note is refused', async () => {
  for (const body of ['', '{', '[]', '{}', '{"text":1}', '{"text":"  "}', JSON.stringify({ text: 'x'.repeat(2001) })])
    assert.deepEqual(refusal(await ask('POST', '/notes', { body, headers: { 'content-type': 'application/json' } })), [400, 'invalid_request'], body.slice(0, 20));
  const longest = await ask('POST', '/notes', { json: { text: 'ä'.repeat(2000) } });
  assert.equal(longest.status, 201);
  await ask('DELETE', `/notes/${longest.json.id}`);
});

test('A form, as another site could send it, is 415', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'text/plain'])
    assert.deepEqual(refusal(await ask('POST', '/notes', { body: '{"text":"milk"}', headers: { 'content-type': type } })), [415, 'unsupported_media_type'], type);
});

test('A body over the limit is 413', async () => {
  const answer = await ask('POST', '/notes', { json: { text: 'x'.repeat(40_000) } });
  assert.deepEqual(refusal(answer), [413, 'too_large']);
});

test('Another method is 405, with those there are', async () => {
  const allowed = { '/profile': 'GET, HEAD', '/notes': 'GET, HEAD, POST', '/notes/1': 'DELETE', '/dashboard': 'GET, HEAD', '/until-signed-out': 'GET, HEAD' };
  for (const [path, allow] of Object.entries(allowed)) {
    const answer = await ask('PUT', path, { json: {} });
    assert.deepEqual(refusal(answer), [405, 'method_not_allowed'], path);
    assert.equal(answer.headers.allow, allow);
  }
});

test('Who waits at /until-signed-out hears of the sign-out, and who asks after it is refused', async () => {
  const waits = (bearer) => ask('GET', '/until-signed-out', { bearer });
  const signedOut = async (bearer) => assert.equal((await request(site.signet, 'POST', '/api/v1/logout', { bearer })).status, 204);
  const nothing = waits((await signIn(site.signet)).access_token);
  // Nobody says that he waits already: the sign-out may come first.
  let heard, bearer;
  for (let i = 0; i < 10 && heard?.status !== 200; ++i) {
    bearer = (await signIn(site.signet)).access_token;
    [heard] = await Promise.all([waits(bearer), ask('GET', '/profile', { bearer }).then(() => signedOut(bearer))]);
  }
  assert.deepEqual([heard.status, heard.json.refused], [200, 'session']);
  assert.ok(Number.isInteger(heard.json.milliseconds) && heard.json.milliseconds >= 0 && heard.json.milliseconds < 5_000, heard.text);
  assert.deepEqual(refusal(await waits(bearer)), [401, 'invalid_token']);
  assert.deepEqual([(await nothing).status, (await nothing).text], [204, '']);
});

test('Of many sessions that end together each is told how long ago it ended', async () => {
  const bob = { ...ann, email: 'bob@example.com' };
  await addUser(site.signet, bob);
  const sessions = [];
  for (let i = 0; i < 30; ++i) sessions.push((await signIn(site.signet, bob)).access_token);
  const waits = sessions.slice(0, 10).map((bearer) => ask('GET', '/until-signed-out', { bearer }));
  await Promise.all(sessions.slice(0, 10).map((bearer) => ask('GET', '/profile', { bearer })));
  assert.equal((await request(site.signet, 'POST', '/api/v1/logout-all', { bearer: sessions[29] })).status, 204);
  // 401: the sign-out came before it waited.
  for (const { status, json } of await Promise.all(waits)) assert.ok(status === 401 || (status === 200 && Number.isInteger(json.milliseconds)), JSON.stringify(json));
});

test('Told to ignore what is revoked, it takes a token until that expires', async () => {
  const port = await freePort();
  const deaf = await startNotes(port, notes.url, site.signet, ['--without-revocations']);
  try {
    const { access_token: bearer } = await signIn(site.signet);
    assert.equal((await request(site.signet, 'POST', '/api/v1/logout', { bearer })).status, 204);
    const there = { url: `https://localhost:${port}`, ca: site.signet.ca };
    assert.equal((await request(there, 'GET', '/profile', { bearer })).status, 200);
    assert.equal((await ask('GET', '/profile', { bearer })).status, 401);
  } finally {
    deaf.kill('SIGTERM');
  }
});

test('The hundred-and-first note is 409', async () => {
  for (let i = 0; i < 100; ++i) assert.equal((await ask('POST', '/notes', { json: { text: `note ${i}` } })).status, 201);
  assert.deepEqual(refusal(await ask('POST', '/notes', { json: { text: 'one more' } })), [409, 'too_many_notes']);
});

test('The other instance accepts the same token, and knows none of these notes', async () => {
  const answer = await request({ url: site.notes[1], ca: site.signet.ca }, 'GET', '/notes', { bearer: token });
  assert.deepEqual([answer.status, answer.json.notes], [200, []]);
});

test('Its page alone may call the other instance, without cookies', async () => {
  const from = async (origin) => (await ask('GET', '/notes', { headers: { origin } })).headers;
  assert.equal((await from(site.notes[1]))['access-control-allow-origin'], site.notes[1]);
  assert.equal((await from('https://evil.example'))['access-control-allow-origin'], undefined);
  assert.equal((await from(site.notes[1]))['access-control-allow-credentials'], undefined);
});
