import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignetError } from '../dist/index.js';
import { World, ann, json, refusal, settle, signedIn } from './world.mjs';

const kMinute = 60_000;
const kHour = 60 * kMinute;
const right = { email: 'ann@example.com', password: 'correct horse' };

test('start finds nobody where the cookie stands for nothing', async () => {
  const world = new World();
  const { session, changes } = world.tab();
  assert.equal(session.state, 'starting');
  assert.equal(await session.start(), null);
  assert.equal(session.state, 'signed-out');
  assert.deepEqual(changes, ['signed-out']);
});

test('start finds who is signed in, with one request, JSON and the cookie', async () => {
  const world = new World();
  world.server.session = 's1';
  const { session } = world.tab();
  const users = await Promise.all([session.start(), session.start()]);
  assert.deepEqual(users, [ann, ann]);
  assert.equal(world.requests.length, 1);
  const [{ url, method, headers, body, credentials }] = world.requests;
  assert.deepEqual([method, url, body, credentials], ['POST', 'https://id.example/api/v1/refresh', '{}', 'include']);
  assert.equal(headers['content-type'], 'application/json');
});

test('start after it is known asks nobody again', async () => {
  const world = new World();
  const { session } = world.tab();
  await session.start();
  assert.equal(await session.start(), null);
  assert.equal(world.requests.length, 1);
});

test('a sign-in holds the user and the token, and says so', async () => {
  const world = new World();
  const { session, changes } = await signedIn(world);
  assert.deepEqual(session.user, ann);
  assert.equal(session.state, 'signed-in');
  assert.equal(session.token.left(), 600_000);
  assert.deepEqual(changes, ['signed-in']);
});

test('a wrong password is a refusal with its code, and changes nothing', async () => {
  const { session, changes } = new World().tab();
  await assert.rejects(session.signIn({ ...right, password: 'wrong' }), (error) => {
    assert.ok(error instanceof SignetError);
    assert.deepEqual([error.code, error.status, error.description], ['bad_credentials', 401, 'A sentence.']);
    return true;
  });
  assert.equal(session.token, null);
  assert.deepEqual(changes, []);
});

test('too many tries carry the seconds to wait, and are not repeated', async () => {
  const world = new World();
  world.server.refuse.push(refusal(429, 'slow_down', { 'retry-after': '23' }));
  await assert.rejects(world.tab().session.signIn(right), { code: 'slow_down', retryAfter: 23 });
  assert.equal(world.requests.length, 1);
});

test('an answer that is not a token answer is refused', async () => {
  for (const body of [{}, [], 'x', { access_token: 1 }, { access_token: 'a', expires_in: 0 }, { access_token: 'a', expires_in: 1, session_id: 's' }]) {
    const world = new World();
    world.server.refuse.push(json(200, body));
    await assert.rejects(world.tab().session.signIn(right), { code: 'bad_answer' });
  }
});

test('an answer that is not JSON is refused', async () => {
  const world = new World();
  world.server.refuse.push(new Response('<h1>Bad gateway</h1>', { status: 502 }));
  await assert.rejects(world.tab().session.signIn(right), { code: 'bad_answer', status: 502 });
});

test('a sign-up makes the account and signs in', async () => {
  const world = new World();
  const { session } = world.tab();
  await session.signUp({ ...right, name: 'Ann' });
  assert.equal(session.state, 'signed-in');
  assert.deepEqual(JSON.parse(world.requestsTo('/api/v1/signup')[0].body), { ...right, name: 'Ann' });
});

test('a refused sign-up signs nobody in', async () => {
  const world = new World();
  world.server.refuse.push(refusal(409, 'email_taken'));
  const { session } = world.tab();
  await assert.rejects(session.signUp(right), { code: 'email_taken', status: 409 });
  assert.equal(world.requestsTo('/api/v1/login').length, 0);
});

test('a sign-up whose answer is lost is not sent twice', async () => {
  const world = new World();
  world.network = 'down';
  await assert.rejects(world.tab().session.signUp(right), { code: 'unreachable', status: 0 });
  assert.equal(world.requests.length, 1);
});

test('a busy server is asked again when it said it may be', async () => {
  const world = new World();
  world.server.refuse.push(refusal(503, 'busy', { 'retry-after': '4' }));
  const tab = world.tab();
  const done = tab.session.signIn(right);
  await world.pass(3_900);
  assert.equal(world.requests.length, 1);
  assert.deepEqual(tab.of('waiting').map(({ reason }) => reason), ['busy']);
  await world.pass(1_000);
  assert.deepEqual(await done, ann);
  assert.equal(world.requests.length, 2);
});

test('a server that stays busy is given up, with its refusal', async () => {
  const world = new World();
  for (let i = 0; i < 20; i++) world.server.refuse.push(refusal(503, 'busy', { 'retry-after': '1' }));
  const done = world.tab().session.signIn(right);
  const refused = assert.rejects(done, { code: 'busy', status: 503 });
  await world.pass(kMinute);
  await refused;
  assert.equal(world.requests.length, 9);
});

test('without an answer there is one repetition, then a refusal', async () => {
  const world = new World();
  world.network = 'down';
  const refused = assert.rejects(world.tab().session.signIn(right), { code: 'unreachable' });
  await world.pass(5_000);
  await refused;
  assert.equal(world.requests.length, 2);
});

test('a server that never answers is given up', async () => {
  const world = new World();
  world.server.delay = kHour;
  const refused = assert.rejects(world.tab().session.signIn(right), { code: 'unreachable' });
  await world.pass(kMinute);
  await refused;
});

test('offline waits, sends nothing, and goes on by itself', async () => {
  const world = new World();
  world.network = 'offline';
  const tab = world.tab();
  const done = tab.session.signIn(right);
  await world.pass(kHour);
  assert.equal(world.requests.length, 0);
  assert.deepEqual(tab.of('waiting').map(({ reason, seconds }) => [reason, seconds]), [['offline', null]]);
  await world.goOnline();
  assert.deepEqual(await done, ann);
});

test('a start that found no server tries again when the page wakes', async () => {
  const world = new World();
  world.server.session = 's1';
  world.network = 'down';
  const { session } = world.tab();
  const refused = assert.rejects(session.start(), { code: 'unreachable' });
  await world.pass(5_000);
  await refused;
  assert.equal(session.state, 'starting');
  await world.goOnline();
  assert.equal(session.state, 'signed-in');
});

// CHECKS D12
test('no event tells a password or a whole token', async () => {
  const world = new World();
  const tab = await signedIn(world);
  await tab.session.fetch('https://app.example/notes');
  await assert.rejects(tab.session.changePassword({ current: 'correct horse', next: 'battery staple' }));
  const told = JSON.stringify(tab.events);
  for (const secret of ['correct horse', 'battery staple', tab.session.token.value]) assert.ok(!told.includes(secret), secret);
  assert.ok(told.includes('header.cla…'));
});

test('each request and its answer are told, with what they were', async () => {
  const world = new World();
  const tab = await signedIn(world);
  await tab.session.fetch('https://app.example/notes');
  const [login, notes] = tab.of('answer');
  assert.deepEqual([login.method, login.url, login.status], ['POST', 'https://id.example/api/v1/login', 200]);
  assert.deepEqual(login.requestBody, { email: right.email, password: '••••••••', delivery: 'cookie' });
  assert.equal(login.responseBody.user.email, ann.email);
  assert.match(notes.requestHeaders.authorization, /^Bearer header\.cla… \(\d+ characters\)$/);
  assert.equal(notes.exchange, tab.of('request')[1].exchange);
  assert.equal(notes.read, undefined);
});

test('a readable session lets the answer be read twice', async () => {
  const world = new World();
  const tab = await signedIn(world, { readable: true });
  const response = await tab.session.fetch('https://app.example/notes');
  assert.equal((await response.json()).pathname, '/notes');
  assert.equal(await tab.of('answer')[1].read(), '{"pathname":"/notes"}');
});

test('fetch keeps the token from origins that were not named', async () => {
  const world = new World();
  const { session } = await signedIn(world, { resources: ['https://notes.example:9002/api'] });
  for (const url of ['https://evil.example/', 'http://app.example/', 'https://notes.example/', 'https://app.example.evil.example/'])
    await assert.rejects(session.fetch(url), { code: 'origin_not_allowed' });
  for (const url of ['https://app.example/a', 'https://id.example/api/v1/me', 'https://notes.example:9002/x'])
    assert.equal((await session.fetch(url)).status, 200);
});

test('fetch without anybody signed in goes without a token', async () => {
  const world = new World();
  const { session } = world.tab();
  assert.equal((await session.fetch('https://app.example/notes')).status, 401);
  assert.equal(world.requestsTo('/notes').length, 1);
  assert.equal(world.requestsTo('/notes')[0].headers.authorization, undefined);
});

test('fetch repeats once, body and all, when its token is refused', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.server.dead.add(session.token.value);
  const response = await session.fetch('https://app.example/notes', { method: 'POST', body: 'milk' });
  assert.equal(response.status, 200);
  assert.deepEqual(world.requestsTo('/notes').map(({ body }) => body), ['milk', 'milk']);
  assert.equal(world.requestsTo('/api/v1/refresh').length, 1);
});

test('fetch repeats once only', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.server.dead = { has: () => true };
  assert.equal((await session.fetch('https://app.example/notes')).status, 401);
  assert.equal(world.requestsTo('/notes').length, 2);
});

test('fetch does not repeat a 401 that is not about the token, nor a 403', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.server.refuse.push(refusal(401, 'bad_credentials'), refusal(403, 'insufficient_scope'));
  assert.equal((await session.fetch('https://app.example/a')).status, 401);
  assert.equal((await session.fetch('https://app.example/a')).status, 403);
  assert.equal(world.requestsTo('/api/v1/refresh').length, 0);
});

test('ten requests refused at once make one refresh', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.server.dead.add(session.token.value);
  const all = await Promise.all(Array.from({ length: 10 }, () => session.fetch('https://app.example/notes')));
  assert.deepEqual(new Set(all.map(({ status }) => status)), new Set([200]));
  assert.equal(world.requestsTo('/api/v1/refresh').length, 1);
});

test('a refused token whose session is over signs the person out', async () => {
  const world = new World();
  const tab = await signedIn(world);
  world.server.dead.add(tab.session.token.value);
  world.server.session = null;
  assert.equal((await tab.session.fetch('https://app.example/notes')).status, 401);
  assert.equal(tab.session.state, 'signed-out');
  assert.deepEqual(tab.of('signed-out').map(({ reason }) => reason), ['ended']);
});

test('the account calls answer and refuse', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  assert.deepEqual(await session.sessions(), [{ id: 's1', current: true }]);
  await session.endSession('a/b');
  assert.equal(world.requests.at(-1).url, 'https://id.example/api/v1/sessions/a%2Fb');
  await assert.rejects(session.changePassword({ current: 'x', next: 'y' }), { code: 'bad_credentials' });
  assert.equal(session.state, 'signed-in');
});

test('the account calls of nobody are refused without a request', async () => {
  const world = new World();
  const { session } = world.tab();
  await session.start();
  await assert.rejects(session.sessions(), { code: 'signed_out', status: 401 });
  assert.equal(world.requests.length, 1);
});

test('a sign-out tells the server and forgets', async () => {
  const world = new World();
  const { session, changes } = await signedIn(world);
  await session.signOut();
  assert.deepEqual([session.state, session.user, session.token], ['signed-out', null, null]);
  assert.equal(world.server.session, null);
  assert.deepEqual(changes, ['signed-in', 'signed-out']);
});

test('a sign-out of a session that is over already is done', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.server.refuse.push(refusal(401, 'invalid_grant'));
  await session.signOut();
  assert.equal(session.state, 'signed-out');
});

test('a sign-out that could not be told is not pretended', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.network = 'down';
  const refused = assert.rejects(session.signOut(), { code: 'unreachable' });
  await world.pass(5_000);
  await refused;
  assert.equal(session.state, 'signed-in');
});

test('signing out everywhere ends the session here too', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  await session.signOutEverywhere();
  assert.equal(session.state, 'signed-out');
  assert.equal(world.requestsTo('/api/v1/logout-all').length, 1);
});

test('the server clock is known from its answers', async () => {
  const world = new World();
  world.server.refuse.push(json(401, {}, { date: new Date(world.wallAhead + kHour).toUTCString() }));
  const { session } = world.tab();
  await session.start();
  assert.ok(Math.abs(session.serverTime() - (world.wallAhead + kHour)) <= 1_000);
});

test('close stops listening and renewing', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  session.close();
  await world.pass(kHour);
  world.say('wake', 'restored');
  await settle();
  assert.equal(world.requestsTo('/api/v1/refresh').length, 0);
});
