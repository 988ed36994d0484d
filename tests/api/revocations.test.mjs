// The revocation feed of the real server, read by a verifier that knows nothing but its reference page.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { ann, freePort, patient, request, run, signIn, startSignet, startWithAnn, until } from './harness.mjs';
import { addVerifier, feedKeys, Follower, newNonce, readMessage, readSnapshot, Stream } from './feed.mjs';

let signet;
let credential;
before(async () => {
  signet = await startWithAnn({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: '0s', ...patient } });
  credential = await addVerifier(signet, 'notes');
});
after(() => signet.stop());

// Far from what a sign-out would take that waits for somebody.
const isAnsweredAtOnce = ({ milliseconds }) => assert.ok(milliseconds < 2_500, `${milliseconds} ms`);
const signOut = (session, target = '/api/v1/logout') => request(signet, 'POST', target, { bearer: session.access_token });
const command = (...args) => run([...args, '--data', signet.dataDir]);

test('a sign-out reaches who follows, and the answer says that it did', async () => {
  const follower = await Follower.start(signet, credential);
  const session = await signIn(signet);
  const answer = await signOut(session);
  assert.equal(answer.status, 204);
  assert.equal(answer.headers['signet-propagated'], '1/1');
  assert.ok(follower.has('session', session.session_id), 'it was there before the answer');
  assert.equal((await request(signet, 'GET', '/api/v1/me', { bearer: session.access_token })).status, 401);
  await follower.stop();
});

test('a sign-out that nobody follows says so at once', async () => {
  const alone = await startWithAnn({ env: patient });
  try {
    const answer = await request(alone, 'POST', '/api/v1/logout', { bearer: (await signIn(alone)).access_token });
    assert.equal(answer.headers['signet-propagated'], '0/0');
    isAnsweredAtOnce(answer);
  } finally {
    await alone.stop();
  }
});

// It does not know yet that it has to come back: of its own it accepts the token for three seconds more.
test('who followed a moment ago is counted, also by a server that has just started, and not waited for', async () => {
  await until('no follower', async () => await signet.metric('signet_revocation_followers') === 0);
  const answer = await signOut(await signIn(signet));
  assert.match(answer.headers['signet-propagated'], /^0\/[1-9]/);
  isAnsweredAtOnce(answer);

  const listen = `localhost:${await freePort()}`;
  let restarted = await startWithAnn({ listen, env: patient });
  try {
    const own = await addVerifier(restarted, 'notes');
    await addVerifier(restarted, 'never-came');
    const follower = await Follower.start(restarted, own);
    const session = await signIn(restarted);
    await until('it is known to have come', async () =>
      (await run(['verifier', 'list', '--json', '--data', restarted.dataDir])).stdout.match(/"last_connected_at":\d/));
    await follower.stop();
    await restarted.kill9();
    restarted = await startSignet({ dataDir: restarted.dataDir, listen, env: patient });
    const out = await request(restarted, 'POST', '/api/v1/logout', { bearer: session.access_token });
    assert.equal(out.status, 204);
    assert.equal(out.headers['signet-propagated'], '0/1');
    isAnsweredAtOnce(out);
    const back = await Follower.start(restarted, own);
    const later = await request(restarted, 'POST', '/api/v1/logout', { bearer: (await signIn(restarted)).access_token });
    assert.equal(later.headers['signet-propagated'], '1/1');
    await back.stop();
  } finally {
    await restarted.stop();
  }
});

test('who does not confirm keeps a sign-out as long as it waits, and no longer', async () => {
  const hasty = await startWithAnn({ env: { SIGNET_REVOCATIONS_CONFIRMATION_WAIT: '3s' } });
  try {
    const own = await addVerifier(hasty, 'notes');
    const quick = await Follower.start(hasty, own);
    const mute = await Follower.start(hasty, own, { confirms: false });
    const session = await signIn(hasty);
    const answer = await request(hasty, 'POST', '/api/v1/logout', { bearer: session.access_token });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['signet-propagated'], '1/2');
    assert.ok(answer.milliseconds >= 3_000 && answer.milliseconds < 10_000, `${answer.milliseconds} ms`);
    await quick.stop();
    await mute.stop();
  } finally {
    await hasty.stop();
  }
});

test('every way out reaches who follows', async () => {
  const follower = await Follower.start(signet, credential);
  const sessions = [];
  for (let i = 0; i < 4; ++i) sessions.push(await signIn(signet));
  const seen = (session) => until('the entry', () => follower.has('session', session.session_id));

  const ended = await request(signet, 'DELETE', `/api/v1/sessions/${sessions[0].session_id}`, { bearer: sessions[1].access_token });
  assert.equal(ended.headers['signet-propagated'], '1/1');
  await seen(sessions[0]);
  const changed = await request(signet, 'POST', '/api/v1/password',
    { bearer: sessions[1].access_token, json: { current_password: ann.password, new_password: ann.password + ' more' } });
  assert.equal(changed.status, 204, changed.text);
  assert.equal(changed.headers['signet-propagated'], '1/1');
  await seen(sessions[2]);
  await seen(sessions[3]);
  assert.ok(!follower.has('session', sessions[1].session_id), 'the device that changed it stays');
  assert.equal((await signOut(sessions[1], '/api/v1/logout-all')).headers['signet-propagated'], '1/1');
  await seen(sessions[1]);

  // Theft: a superseded refresh token comes back.
  const stolen = await signIn(signet, { ...ann, password: ann.password + ' more' });
  const refresh = (token) => request(signet, 'POST', '/api/v1/refresh', { json: { refresh_token: token } });
  const next = await refresh(stolen.refresh_token);
  assert.equal((await refresh(next.json.refresh_token)).status, 200);
  assert.equal((await refresh(stolen.refresh_token)).status, 401);
  await seen(stolen);

  // Another process.
  const last = await signIn(signet, { ...ann, password: ann.password + ' more' });
  assert.equal((await command('user', 'disable', ann.email)).code, 0);
  await seen(last);
  await until('the user', () => follower.has('user', last.user.id));
  assert.equal((await command('user', 'enable', ann.email)).code, 0);
  assert.equal((await run(['user', 'set-password', ann.email, '--password-stdin', '--data', signet.dataDir], { input: ann.password })).code, 0);
  await follower.stop();
});

test('a stream goes on where the one before ended', async () => {
  const follower = await Follower.start(signet, credential);
  const held = follower.seq;
  await follower.stop();
  const sessions = [await signIn(signet), await signIn(signet)];
  for (const session of sessions) await signOut(session);

  const keys = await feedKeys(signet);
  for (const how of [{ after: held }, { after: 0, lastEventId: String(held) }]) {
    const stream = await Stream.open(signet, credential, how);
    const greeting = await readMessage(signet, keys, (await stream.event(0)).data);
    assert.equal(greeting.nonce, stream.nonce);
    assert.equal(greeting.seq, held + 2);
    const missed = [];
    for (let i = 1; missed.length < 2; ++i) {
      const message = await readMessage(signet, keys, (await stream.event(i)).data);
      assert.equal(message.kind, 'revocations');
      missed.push(...message.entries);
    }
    assert.deepEqual(missed.map((line) => line.split(' ')[2]), sessions.map((each) => each.session_id));
    stream.close();
  }
});

test('a heartbeat comes each second', async () => {
  const stream = await Stream.open(signet, credential, { after: (await readSnapshot(signet, credential)).seq });
  const beats = await until('four heartbeats', () => {
    const seen = stream.events.filter(({ event }) => event === 'heartbeat');
    return seen.length >= 4 && seen;
  });
  const apart = beats[3].at - beats[1].at;  // the first is the greeting
  assert.ok(apart > 1500 && apart < 10_000, `${apart} ms for two seconds`);
  const keys = await feedKeys(signet);
  const times = await Promise.all(beats.map(async ({ data }) => (await readMessage(signet, keys, data)).time));
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  assert.ok(Math.abs(times.at(-1) - Date.now()) < 5000);
  stream.close();
});

test('the snapshot is one text for all, in gzip for who takes it', async () => {
  const session = await signIn(signet);
  await signOut(session);
  await until('a snapshot with it', async () =>
    (await readSnapshot(signet, credential)).lines.some((line) => line.includes(session.session_id)));
  const module = signet.url.startsWith('https:') ? https : http;
  const { headers, bytes } = await new Promise((resolve, reject) => {
    module.get(new URL('/revocations', signet.url), { ca: signet.ca, agent: false,
      headers: { authorization: `Bearer ${credential}`, 'accept-encoding': 'gzip' } }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ headers: answer.headers, bytes: Buffer.concat(chunks) }));
    }).on('error', reject);
  });
  assert.equal(headers['content-encoding'], 'gzip');
  assert.match(headers.vary, /Accept-Encoding/);
  assert.deepEqual([...bytes.subarray(0, 2)], [0x1f, 0x8b]);
});

test('the feed is signed by a key of its own', async () => {
  const feed = (await request(signet, 'GET', '/revocations/keys')).json.keys;
  const tokens = (await request(signet, 'GET', '/.well-known/jwks.json')).json.keys;
  assert.ok(feed.length >= 1);
  assert.ok(feed.every((key) => key.kty === 'OKP' && !key.d));
  assert.ok(feed.every((key) => !tokens.some((other) => other.kid === key.kid)));
  const session = await signIn(signet);
  await assert.rejects(jose.jwtVerify(session.access_token, jose.createLocalJWKSet({ keys: feed })));
});

// CHECKS A35
test('a message of the feed is no access token', async () => {
  const stream = await Stream.open(signet, credential, { after: (await readSnapshot(signet, credential)).seq });
  const { data } = await stream.event(0);
  const answer = await request(signet, 'GET', '/api/v1/me', { bearer: data });
  assert.equal(answer.status, 401);
  assert.equal(answer.json.error, 'invalid_token');
  stream.close();
});

test('nobody reads it without a credential', async () => {
  const session = await signIn(signet);
  for (const bearer of [undefined, 'x', session.access_token, `${credential}x`, credential.slice(0, -1)])
    for (const [method, target] of [['GET', '/revocations'], ['GET', `/revocations/stream?after=0&nonce=${newNonce()}`], ['POST', '/revocations/ack']]) {
      const answer = await request(signet, method, target, { bearer, ...(method === 'POST' ? { json: { stream: 'x', seq: 1 } } : {}) });
      assert.equal(answer.status, 401, `${bearer} ${target}`);
      assert.equal(answer.json.error, bearer ? 'unknown_verifier' : 'missing_token');
      assert.match(answer.headers['www-authenticate'], /^Bearer /);
    }
});

test('a request for a stream that cannot be meant is refused', async () => {
  const ask = (query) => request(signet, 'GET', `/revocations/stream${query}`, { bearer: credential });
  for (const query of ['', '?after=0', `?nonce=${newNonce()}`, `?after=-1&nonce=${newNonce()}`, `?after=1.5&nonce=${newNonce()}`,
    `?after=0&after=0&nonce=${newNonce()}`, '?after=0&nonce=short', `?after=0&nonce=${'x'.repeat(65)}`, '?after=0&nonce=not+base64url!!!!']) {
    const answer = await ask(query);
    assert.equal(answer.status, 400, query);
    assert.equal(answer.json.error, 'invalid_request', query);
  }
  const ahead = await ask(`?after=999999999&nonce=${newNonce()}`);
  assert.equal(ahead.status, 410);
  assert.equal(ahead.json.error, 'too_old');
  const stranger = await request(signet, 'POST', '/revocations/ack', { bearer: credential, json: { stream: 'x', seq: 1 } });
  assert.equal(stranger.status, 404);
});

test('a removed credential ends its streams and opens nothing more', async () => {
  const other = await addVerifier(signet, 'short-lived');
  const follower = await Follower.start(signet, other);
  assert.equal((await command('verifier', 'remove', 'short-lived')).code, 0);
  await until('the end of its stream', () => follower.stream.ended);
  assert.equal((await request(signet, 'GET', '/revocations', { bearer: other })).status, 401);
});

test('a restarted server goes on with the log, and knows what was revoked', async () => {
  const follower = await Follower.start(signet, credential);
  const session = await signIn(signet);
  assert.equal((await signOut(session)).status, 204);
  const { seq, hash, log } = follower;
  await signet.signal('SIGTERM');
  await follower.done;
  const again = await startSignet({ dataDir: signet.dataDir, listen: `localhost:${signet.port}` });
  try {
    const snapshot = await readSnapshot(again, credential);
    assert.deepEqual([snapshot.log, snapshot.seq, snapshot.hash], [log, seq, hash]);
    assert.ok(snapshot.lines.some((line) => line.includes(session.session_id)));
    assert.equal((await request(again, 'GET', '/api/v1/me', { bearer: session.access_token })).status, 401);
  } finally {
    await again.stop();
  }
});
