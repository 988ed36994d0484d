// What happens to people is pushed to the receivers that an operator has added, as Security Event Tokens (RFC 8417, RFC 8935).
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import * as jose from 'jose';
import { ann, freePort, freshFolder, query, request, run, signIn, startSignet, startWithAnn, until } from './harness.mjs';

const issuer = 'https://id.example.com';
const uri = (type) => `https://schemas.openid.net/secevent/caep/event-type/${type}`;
const revoked = uri('session-revoked');
const changed = uri('credential-change');
const settings = { SIGNET_SERVER_ISSUER: issuer, SIGNET_SESSIONS_REFRESH_WINDOW: '0s' };

let signet;
const scratch = freshFolder();
const started = { dataDir: path.join(scratch, 'data'), env: settings };
before(async () => { signet = await startWithAnn(started); });
after(async () => {
  await signet.stop();
  rmSync(scratch, { recursive: true });
});

// What a test that failed has left.
afterEach(async () => {
  for (const { name } of await receivers()) await admin('receiver', 'remove', name);
  for (const receiver of open) await receiver.close();
});

const open = new Set();
const admin = (...args) => run([...args, '--data', signet.dataDir]);
const receivers = async () => (await admin('receiver', 'list', '--json')).stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const listed = async (name) => (await receivers()).find((receiver) => receiver.name === name);
const logout = async ({ refresh_token: token }) =>
  assert.equal((await request(signet, 'POST', '/api/v1/logout', { json: { refresh_token: token } })).status, 204);
const signInAndOut = async () => {
  const session = await signIn(signet);
  await logout(session);
  return session.session_id;
};
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// A receiver on loopback, over TLS where `tls` has its key and certificate. `answer(set, number, response)` says how it
// answers; else 202.
class Receiver {
  constructor(name, tls) {
    this.name = name;
    this.audience = `https://${name}.example.com`;
    this.origin = tls ? 'https://localhost' : 'http://127.0.0.1';
    this.got = [];  // { headers, set, token }
    this.server = (tls ? https : http).createServer(tls ?? {}, (incoming, response) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', () => {
        const token = Buffer.concat(chunks).toString();
        const set = jose.decodeJwt(token);
        this.got.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, token, set });
        if (this.answer) return this.answer(set, this.got.length, response);
        response.writeHead(202).end();
      });
    });
  }

  get url() { return `${this.origin}:${this.port}/events`; }
  async listen(port = 0) {
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
    this.port = this.server.address().port;
    open.add(this);
    return this;
  }
  async close() {
    open.delete(this);
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
  async register(...more) {
    const done = await admin('receiver', 'add', this.name, '--url', this.url, '--audience', this.audience, ...more);
    assert.equal(done.code, 0, done.stderr);
    return this;
  }
  async remove() {
    assert.equal((await admin('receiver', 'remove', this.name)).code, 0);
    if (this.server.listening) await this.close();
  }

  about(session) { return this.got.filter(({ set }) => set.sub_id.session?.id === session); }
  async told(session) { return (await until(`${this.name} is told of ${session}`, () => this.about(session).at(-1))).set; }
  // As a receiver must: RFC 8417 4, and the keys that the metadata names.
  async verify({ token }) {
    const { json: keys } = await request(signet, 'GET', '/ssf/jwks.json');
    return jose.jwtVerify(token, jose.createLocalJWKSet(keys), { issuer, audience: this.audience, typ: 'secevent+jwt', algorithms: ['RS256'] });
  }
}
const listening = (name) => new Receiver(name).listen();

test('Who has no receiver has no key, no row, and an empty key set', async () => {
  await signInAndOut();
  assert.deepEqual((await request(signet, 'GET', '/ssf/jwks.json')).json, { keys: [] });
  assert.deepEqual(await query(signet, "SELECT count(*) FROM security_events"), [[0]]);
  assert.deepEqual(await query(signet, "SELECT count(*) FROM signing_keys WHERE purpose = 'security_events'"), [[0]]);
  assert.doesNotMatch((await admin('keys', 'list')).stdout, /security_events/);
  assert.match((await admin('keys', 'rotate', '--now', '--purpose', 'security_events')).stderr, /receiver add/);
});

test('A sign-out is pushed as a token that any library verifies', async () => {
  const notes = await listening('notes');
  await notes.register();
  const metadata = (await request(signet, 'GET', '/.well-known/ssf-configuration')).json;
  assert.equal(metadata.issuer, issuer);
  assert.equal(metadata.jwks_uri, `${issuer}/ssf/jwks.json`);

  const session = await signInAndOut();
  const set = await notes.told(session);
  const [got] = notes.got;
  assert.equal(got.method, 'POST');
  assert.equal(got.url, '/events');
  assert.equal(got.headers['content-type'], 'application/secevent+jwt');
  assert.equal(got.headers.accept, 'application/json');
  assert.equal(got.headers.authorization, undefined);

  const { payload, protectedHeader } = await notes.verify(got);
  assert.equal(protectedHeader.typ, 'secevent+jwt');
  assert.equal(protectedHeader.alg, 'RS256');
  assert.deepEqual(payload, set);
  const [[user]] = await query(signet, `SELECT lower(hex(id)) FROM users WHERE email = '${ann.email}'`);
  assert.deepEqual(set.sub_id.user.sub.replaceAll('-', ''), user);
  assert.deepEqual(Object.keys(set.sub_id), ['format', 'user', 'session']);
  assert.equal(set.sub_id.format, 'complex');
  assert.deepEqual(Object.keys(set.events), [revoked], 'one event in one token');
  const event = set.events[revoked];
  assert.equal(event.initiating_entity, 'user');
  assert.deepEqual(event.reason_admin, { en: 'signed out' });
  assert.ok(Math.abs(event.event_timestamp - Date.now() / 1000) < 60);
  assert.equal(set.sub, undefined);
  assert.equal(set.exp, undefined);

  // The access token's own key set does not verify it, nor the other way round.
  const others = (await request(signet, 'GET', '/.well-known/jwks.json')).json;
  await assert.rejects(jose.jwtVerify(got.token, jose.createLocalJWKSet(others)));
  const { keys: [{ n }] } = (await request(signet, 'GET', '/ssf/jwks.json')).json;
  assert.equal(Buffer.from(n, 'base64url').length, 256, '2048 bits');
  assert.match((await admin('keys', 'list')).stdout, /RS256 +security_events +signing/);

  await until('the list says so', async () => (await listed('notes')).state === 'delivering');
  const { pending, dropped, last_error: error } = await listed('notes');
  assert.deepEqual({ pending, dropped, error }, { pending: 0, dropped: 0, error: null });
  assert.equal(await signet.metric('signet_events_delivered_total{receiver="notes"}'), 1);
  await notes.remove();
});

test('A changed password is pushed, with the sessions that it ended', async () => {
  const notes = await (await listening('notes')).register();
  const kept = await signIn(signet);
  const other = await signIn(signet);
  const password = 'four other plain words';
  const answer = await request(signet, 'POST', '/api/v1/password', { bearer: kept.access_token, json: { current_password: ann.password, new_password: password } });
  assert.equal(answer.status, 204, answer.text);
  await notes.told(other.session_id);
  const of = (type) => notes.got.filter(({ set }) => set.events[type]);
  await until('the change', () => of(changed).length === 1);
  const [change] = of(changed);
  await notes.verify(change);
  assert.equal(change.set.sub_id.format, 'iss_sub');
  const { event_timestamp: at, ...event } = change.set.events[changed];
  assert.ok(at > 0);
  assert.deepEqual(event, { credential_type: 'password', change_type: 'update', initiating_entity: 'user', reason_admin: { en: 'password changed' } });
  assert.equal(of(revoked).find(({ set }) => set.sub_id.session.id === kept.session_id), undefined, 'that session goes on');
  assert.equal(notes.about(other.session_id)[0].set.events[revoked].reason_admin.en, 'password changed');

  // An operator sets it back.
  const set = await run(['user', 'set-password', ann.email, '--password-stdin', '--data', signet.dataDir], { input: ann.password });
  assert.equal(set.code, 0, set.stderr);
  await until('the second', () => of(changed).length === 2);
  assert.equal(of(changed)[1].set.events[changed].initiating_entity, 'admin');
  assert.equal((await notes.told(kept.session_id)).events[revoked].initiating_entity, 'admin');
  await notes.remove();
});

test('A disabled account and a stolen token are pushed too', async () => {
  const notes = await (await listening('notes')).register();
  const robbed = await signIn(signet);
  for (const expected of [200, 200]) {
    const renewed = await request(signet, 'POST', '/api/v1/refresh', { json: { refresh_token: robbed.refresh_token } });
    robbed.before ??= robbed.refresh_token;
    robbed.refresh_token = renewed.json.refresh_token ?? robbed.refresh_token;
    assert.equal(renewed.status, expected);
  }
  assert.equal((await request(signet, 'POST', '/api/v1/refresh', { json: { refresh_token: robbed.before } })).status, 401);
  const reuse = (await notes.told(robbed.session_id)).events[revoked];
  assert.deepEqual([reuse.initiating_entity, reuse.reason_admin.en], ['policy', 'refresh reuse']);

  const session = await signIn(signet);
  assert.equal((await admin('user', 'disable', ann.email)).code, 0);
  const disabled = (await notes.told(session.session_id)).events[revoked];
  assert.deepEqual([disabled.initiating_entity, disabled.reason_admin.en], ['admin', 'account disabled']);
  const whole = await until('the account itself', () => notes.got.find(({ set }) => set.events[revoked] && !set.sub_id.session));
  assert.equal(whole.set.sub_id.user.sub, notes.about(session.session_id)[0].set.sub_id.user.sub);
  assert.equal((await admin('user', 'enable', ann.email)).code, 0);
  await notes.remove();
});

test('A receiver that fails is asked again, and told the same by the same jti', async () => {
  const notes = await listening('notes');
  notes.answer = (set, number, response) => response.writeHead(number === 1 ? 500 : 202).end();
  await notes.register();
  const session = await signInAndOut();
  await until('two tries', () => notes.about(session).length === 2);
  const [first, second] = notes.about(session);
  assert.equal(first.set.jti, second.set.jti);
  assert.deepEqual(first.set, second.set, 'the whole of it');
  await until('nothing is left', async () => (await listed('notes')).pending === 0);
  await pause(500);
  assert.equal(notes.about(session).length, 2, 'what was taken is not sent again');
  assert.equal(await signet.metric('signet_events_failed_total{receiver="notes"}'), 1);
  assert.match(signet.log(), /a receiver does not take security events[^\n]*notes[^\n]*HTTP 500/);
  assert.match(signet.log(), /a receiver takes security events again[^\n]*notes/);
  await notes.remove();
});

// They were under way together.
test('Eight that fail at once are one failure', async () => {
  const notes = await listening('notes');
  let isDown = true;
  notes.answer = (set, number, response) => response.writeHead(isDown ? 503 : 202).end();
  await notes.register();
  const sessions = [];
  for (let i = 0; i < 8; i++) sessions.push(await signIn(signet));
  assert.equal((await request(signet, 'POST', '/api/v1/logout-all', { bearer: sessions[0].access_token })).status, 204);
  await until('a burst', () => notes.got.length >= 8);
  isDown = false;
  // Where each of them counted, the next try would be a minute or two away.
  await until('all are told', async () => (await listed('notes')).pending === 0, 20_000);
  await notes.remove();
});

test('An event that a receiver never takes holds up no later one', async () => {
  const notes = await listening('notes');
  let poison;
  notes.answer = (set, number, response) => {
    poison ??= set.jti;
    response.writeHead(set.jti === poison ? 500 : 202).end();
  };
  await notes.register();
  await signInAndOut();
  await until('it has failed thrice', () => notes.got.length >= 3);
  const later = await signInAndOut();
  await notes.told(later);
  await until('one is left', async () => (await listed('notes')).pending === 1);
  await notes.remove();
});

test('A receiver that is down is asked once a second, and told all of it as soon as it is back', async () => {
  const notes = await listening('notes');
  let isDown = true;
  notes.answer = (set, number, response) => response.writeHead(isDown ? 503 : 202).end();
  await notes.register();
  const sessions = [];
  for (let i = 0; i < 20; i++) sessions.push(await signIn(signet));
  assert.equal((await request(signet, 'POST', '/api/v1/logout-all', { bearer: sessions[0].access_token })).status, 204);
  await until('a burst of eight', () => notes.got.length >= 8);
  const [before, since] = [notes.got.length, performance.now()];
  await until('a few more tries', () => notes.got.length >= before + 3, 30_000);
  const seconds = (performance.now() - since) / 1000;
  assert.ok(notes.got.length - before <= 4 + seconds * 2, `${notes.got.length - before} tries in ${seconds} s`);
  isDown = false;
  await until('all are told', async () => (await listed('notes')).pending === 0, 20_000);
  await notes.remove();
});

test('Nothing is sent to a receiver that asks for a pause', async () => {
  const notes = await listening('notes');
  notes.answer = (set, number, response) => response.writeHead(503, { 'retry-after': '3600' }).end();
  await notes.register();
  await signInAndOut();
  await until('it has asked', async () => (await listed('notes')).last_error);
  await signInAndOut();
  await pause(2500);
  assert.equal(notes.got.length, 1);
  assert.equal((await listed('notes')).pending, 2);
  await notes.remove();
});

test('What was committed is told, though the server is killed before it could be', async () => {  // CHECKS E24
  const port = await freePort();
  const notes = new Receiver('notes');
  notes.port = port;
  await notes.register();  // and nobody listens there
  const session = await signInAndOut();
  await until('a try failed', async () => (await listed('notes')).state === 'failing');
  assert.equal((await listed('notes')).pending, 1);
  await signet.kill9();
  await notes.listen(port);
  signet = await startSignet(started);
  await notes.told(session);
  await notes.verify(notes.about(session)[0]);
  await until('nothing is left', async () => (await listed('notes')).pending === 0);
  await notes.remove();
});

test('What a receiver refuses is dropped, said aloud, and holds up nothing', async () => {
  const notes = await listening('notes');
  const refusal = { err: 'invalid_request', description: 'no such\n"user"' };
  notes.answer = (set, number, response) => (number === 1
    ? response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(refusal))
    : response.writeHead(202).end());
  await notes.register();
  const first = await signInAndOut();
  await notes.told(first);
  const second = await signInAndOut();
  await notes.told(second);
  await until('both are settled', async () => (await listed('notes')).pending === 0);
  await pause(1500);
  assert.equal(notes.about(first).length, 1, 'it is not sent again');
  const { dropped, last_error: error } = await listed('notes');
  assert.equal(dropped, 1);
  assert.match(error, /^HTTP 400, invalid_request: no such/);
  const { jti } = notes.about(first)[0].set;
  assert.match(signet.log(), new RegExp(`error[^\\n]*a receiver refuses a security event[^\\n]*${jti}[^\\n]*invalid_request`));
  const audited = await query(signet, "SELECT detail FROM audit WHERE event = 'events_dropped'");
  assert.equal(audited.length, 1);
  assert.ok(audited[0][0].startsWith(`notes refuses session-revoked ${jti}: HTTP 400, invalid_request`));
  assert.equal(await signet.metric('signet_events_dropped_total{receiver="notes"}'), 1);
  await notes.remove();
});

test('A key that a receiver has not fetched yet is no reason to give up', async () => {
  const notes = await listening('notes');
  notes.answer = (set, number, response) => (number === 1
    ? response.writeHead(400, { 'content-type': 'application/json' }).end('{"err":"invalid_key"}')
    : response.writeHead(202).end());
  await notes.register();
  const session = await signInAndOut();
  await until('two tries', () => notes.about(session).length === 2);
  await until('nothing is left', async () => (await listed('notes')).pending === 0);
  assert.equal((await listed('notes')).dropped, 0);
  await notes.remove();
});

test('A receiver that never answers holds up no other', async () => {
  const slow = await listening('slow');
  slow.answer = () => {};
  await slow.register();
  const notes = await (await listening('notes')).register();
  for (let i = 0; i < 3; ++i) await notes.told(await signInAndOut());
  assert.equal((await listed('slow')).pending, 3);
  await until('nothing is left of the other', async () => (await listed('notes')).pending === 0);
  await slow.remove();
  await notes.remove();
});

test('Over TLS only a receiver that proves its name is told', async () => {
  const file = (name) => path.join(signet.dataDir, 'tls', name);
  const notes = new Receiver('notes', { cert: readFileSync(file('cert.pem')), key: readFileSync(file('key.pem')) });
  await notes.listen();
  await notes.register();  // nobody vouches for its certificate
  const session = await signInAndOut();
  await until('it is not believed', async () => /certificate/i.test((await listed('notes')).last_error));
  assert.equal(notes.got.length, 0);
  assert.equal((await admin('receiver', 'remove', 'notes')).code, 0);
  await notes.register('--ca-file', file('cert.pem'));
  const later = await signInAndOut();
  await notes.told(later);
  await notes.verify(notes.about(later)[0]);
  assert.equal(notes.about(session).length, 0, 'it is another receiver');
  await notes.remove();
});

test('What waits for a receiver is bounded, and what is dropped is said', async () => {
  const notes = new Receiver('notes');
  notes.port = await freePort();
  await notes.register();  // and nobody listens there
  for (let i = 0; i < 2; i++) {
    const sessions = [];
    for (let n = 0; n < 55; n++) sessions.push(await signIn(signet));
    assert.equal((await request(signet, 'POST', '/api/v1/logout-all', { bearer: sessions[0].access_token })).status, 204);
  }
  const { pending } = await listed('notes');
  assert.ok(pending >= 110, `${pending}`);
  await signet.stop();
  signet = await startSignet({ ...started, env: { ...settings, SIGNET_EVENTS_MOST_PENDING: '100' } });
  await until('no more than that wait', async () => (await listed('notes')).pending === 100);
  assert.equal((await listed('notes')).dropped, pending - 100);
  assert.equal(await signet.metric('signet_events_dropped_total{receiver="notes"}'), pending - 100);
  assert.match(signet.log(), /error[^\n]*security events are dropped[^\n]*notes/);
  const [[detail]] = await query(signet, "SELECT detail FROM audit WHERE event = 'events_dropped' ORDER BY rowid DESC LIMIT 1");
  assert.equal(detail, `${pending - 100} events for notes, too old or too many`);
  await notes.remove();
});

test('No redirect is followed, and nobody else gets the token', async () => {
  const elsewhere = await listening('elsewhere');
  const notes = await listening('notes');
  notes.answer = (set, number, response) => response.writeHead(307, { location: `http://127.0.0.1:${elsewhere.port}/` }).end();
  await notes.register();
  const session = await signInAndOut();
  await notes.told(session);
  await until('it fails', async () => (await listed('notes')).last_error === 'HTTP 307');
  assert.equal(elsewhere.got.length, 0);
  await elsewhere.close();
  await notes.remove();
});

test('The token of a receiver is sent to it, and stands nowhere else', async () => {
  const secret = 'receivers-own-token-0123456789';
  const file = path.join(scratch, 'token');
  writeFileSync(file, `${secret}\n`);
  chmodSync(file, 0o644);
  const notes = await listening('notes');
  const refused = async (name) => (await admin('receiver', 'add', name, '--url', notes.url, '--audience', 'notes', '--token-file', file)).stderr;
  assert.match(await refused('notes'), /can be read by other users/);
  chmodSync(file, 0o600);
  await notes.register('--token-file', file);
  await notes.told(await signInAndOut());
  assert.equal(notes.got[0].headers.authorization, `Bearer ${secret}`);
  assert.equal((await listed('notes')).authorization, true);
  for (const verb of [['receiver', 'list'], ['receiver', 'list', '--json'], ['audit', 'list']]) {
    const { stdout, stderr } = await admin(...verb);
    assert.ok(!stdout.includes(secret) && !stderr.includes(secret), verb.join(' '));
  }
  assert.ok(!signet.log().includes(secret));
  const sealed = await query(signet, "SELECT name, hex(sealed) FROM sealed_secrets WHERE name LIKE '%receiver%'");
  assert.equal(sealed.length, 1);
  assert.ok(!sealed[0][1].toLowerCase().includes(Buffer.from(secret).toString('hex')));
  writeFileSync(file, 'two words');
  assert.match(await refused('other'), /RFC 6750/);
  await notes.remove();
});

test('A receiver is told what it asked for, and nothing once it is removed', async () => {
  const passwords = await (await listening('passwords')).register('--events', 'credential-change');
  const notes = await (await listening('notes')).register();
  await notes.told(await signInAndOut());
  assert.deepEqual((await listed('passwords')).events, ['credential-change']);
  assert.equal(passwords.got.length, 0);

  assert.equal((await admin('receiver', 'remove', 'notes')).code, 0);
  const before = notes.got.length;
  await signInAndOut();
  await pause(1500);
  assert.equal(notes.got.length, before);
  assert.equal(passwords.got.length, 0);
  assert.equal(await listed('notes'), undefined);
  await notes.close();
  await passwords.remove();
  const audited = await query(signet, "SELECT event, detail FROM audit WHERE event LIKE 'receiver_%' AND detail LIKE 'passwords%' ORDER BY id");
  assert.deepEqual(audited.map(([event]) => event), ['receiver_added', 'receiver_removed']);
});

test('What cannot be a receiver is said so', async () => {
  const add = (name, ...more) => admin('receiver', 'add', name, ...more);
  const url = ['--url', 'https://notes.example.com/events'];
  const audience = ['--audience', 'notes'];
  const cases = [
    [['notes', '--url', 'http://notes.example.com/', ...audience], 1, /loopback/],
    [['notes', '--url', 'ftp://notes.example.com/', ...audience], 1, /https/],
    [['notes', '--url', 'https://user@notes.example.com/', ...audience], 1, /user/],
    [['no tes', ...url, ...audience], 1, /1 to 64/],
    [['notes', ...url, ...audience, '--events', 'session-revoked,other'], 2, /other/],
    [['notes', ...url, ...audience, '--ca-file', '/nowhere.pem'], 1, /nowhere/],
    [['notes', ...url], 2, /audience/],
    [['notes', ...audience], 2, /url/],
  ];
  for (const [args, code, said] of cases) {
    const done = await add(...args);
    assert.equal(done.code, code, `${args}: ${done.stderr}`);
    assert.match(done.stderr, said);
  }
  assert.equal((await admin('receiver', 'remove', 'nobody')).code, 1);
  assert.equal((await admin('receiver', 'list', '--json')).stdout, '');
  assert.equal((await add('notes', ...url, ...audience)).code, 0);
  assert.match((await add('notes', ...url, ...audience)).stderr, /already a receiver called notes/);
  assert.equal((await add('notes', ...url, ...audience)).code, 1);
  assert.equal((await admin('receiver', 'remove', 'notes')).code, 0);
});

test('Another master key opens the tokens of receivers too', async () => {
  const secret = 'kept-under-any-master-key';
  const file = path.join(scratch, 'token');
  writeFileSync(file, secret);
  chmodSync(file, 0o600);
  const notes = await (await listening('notes')).register('--token-file', file);
  await signet.stop();
  const rewrapped = await admin('keys', 'rewrap', '--yes');
  assert.equal(rewrapped.code, 0, rewrapped.stderr);
  signet = await startSignet(started);
  await notes.told(await signInAndOut());
  assert.equal(notes.got[0].headers.authorization, `Bearer ${secret}`);

  await signet.stop();
  const leaked = await admin('keys', 'rewrap', '--leaked', '--yes', '--json');
  assert.equal(leaked.code, 0, leaked.stderr);
  assert.deepEqual(JSON.parse(leaked.stdout).exposed_receivers, ['notes']);
  assert.match(leaked.stderr, /tokens of these receivers may be in other hands too[^\n]*notes/);
  signet = await startSignet(started);
  await notes.remove();
});
