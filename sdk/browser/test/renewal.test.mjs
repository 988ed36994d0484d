// CHECKS D19: when a token is renewed, whatever clocks and networks do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, refusal, settle, signedIn } from './world.mjs';

const kMinute = 60_000;
const kHour = 60 * kMinute;
const refreshes = (world) => world.requestsTo('/api/v1/refresh').length;

test('a token is renewed at 80 % of its life', async () => {
  const world = new World();
  const tab = await signedIn(world);
  await world.pass(479_000);
  assert.equal(refreshes(world), 0);
  await world.pass(2_000);
  assert.equal(refreshes(world), 1);
  assert.deepEqual(tab.of('refresh').map(({ by }) => by), ['this-tab']);
  await world.pass(480_000);
  assert.equal(refreshes(world), 2);
});

test('a refresh answer changes the token and keeps the person', async () => {
  const world = new World();
  const { session, changes } = await signedIn(world);
  const first = session.token.value;
  await world.pass(8 * kMinute);
  assert.notEqual(session.token.value, first);
  assert.deepEqual(changes, ['signed-in']);
});

test('a tab that nobody sees renews when it is seen, not before', async () => {
  const world = new World();
  const tab = await signedIn(world, { visible: false });
  await world.pass(24 * kHour);
  assert.equal(refreshes(world), 0);
  tab.visible = true;
  world.say('wake');
  await settle();
  assert.equal(refreshes(world), 1);
});

test('waking early asks nobody', async () => {
  const world = new World();
  await signedIn(world);
  await world.pass(kMinute);
  world.say('wake');
  await settle();
  assert.equal(refreshes(world), 0);
});

test('a token that ran out while the laptop slept is renewed before it is used', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  const slept = session.token.value;
  world.sleep(8 * kHour);
  assert.equal(session.token.left(), 0);
  assert.equal((await session.fetch('https://app.example/notes')).status, 200);
  assert.equal(refreshes(world), 1);
  assert.ok(!world.requestsTo('/notes')[0].headers.authorization.includes(slept));
});

test('a clock an hour wrong changes nothing', async () => {
  for (const wrong of [-kHour, kHour]) {
    const world = new World();
    world.wallAhead += wrong;
    await signedIn(world);
    await world.pass(7 * kMinute);
    assert.equal(refreshes(world), 0);
    await world.pass(2 * kMinute);
    assert.equal(refreshes(world), 1);
  }
});

test('a clock set back an hour does not lengthen a life', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.wallAhead -= kHour;
  await world.pass(5 * kMinute);
  assert.equal(session.token.left(), 5 * kMinute);
});

test('a clock set forward costs one refresh, never the session', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.wallAhead += kHour;
  world.say('wake');
  await settle();
  assert.equal(refreshes(world), 1);
  assert.equal(session.state, 'signed-in');
});

test('a token near its end is renewed while the request goes on with it', async () => {
  const world = new World();
  const { session } = await signedIn(world, { visible: false });
  const first = session.token.value;
  await world.pass(9 * kMinute);
  await session.fetch('https://app.example/notes');
  await settle();
  assert.ok(world.requestsTo('/notes')[0].headers.authorization.endsWith(first));
  assert.notEqual(session.token.value, first);
});

test('a refresh that fails leaves the person signed in and is tried again', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  await world.pass(kMinute);
  world.network = 'down';
  await world.pass(7 * kMinute + 5_000);
  assert.equal(refreshes(world), 2);
  assert.equal(session.state, 'signed-in');
  world.network = 'up';
  await world.pass(kMinute);
  assert.equal(refreshes(world), 3);
  assert.equal(session.token.left() > 9 * kMinute, true);
});

test('a server that stays away is asked less and less often, at least every five minutes', async () => {
  const world = new World();
  const tab = await signedIn(world);
  const waits = () => {
    const asked = tab.of('request').filter(({ url }) => url.endsWith('/refresh')).map(({ at }) => at);
    const tries = asked.filter((_, i) => i % 2 === 0); // each is repeated once, a moment later
    return tries.slice(1).map((at, i) => Math.round((at - tries[i]) / 1000));
  };
  world.network = 'down';
  await world.pass(kHour);
  assert.deepEqual(waits().slice(0, 6), [27, 53, 106, 211, 263, 263]);
  world.network = 'up';
  await world.pass(5 * kMinute);
  tab.events.length = 0;
  world.network = 'down';
  await world.pass(kHour);
  assert.deepEqual(waits().slice(0, 2), [27, 53], 'after a good answer it begins anew');
});

test('a busy server (503) never ends a session', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.server.refuse.push(refusal(503, 'unavailable', { 'retry-after': '2' }));
  await world.pass(9 * kMinute);
  assert.equal(session.state, 'signed-in');
  assert.equal(refreshes(world), 2);
});

test('offline for a day: one refresh when the network is back', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.network = 'offline';
  await world.pass(24 * kHour);
  assert.equal(refreshes(world), 0);
  await world.goOnline();
  assert.equal(refreshes(world), 1);
  assert.equal(session.state, 'signed-in');
});

// CHECKS D18
test('a late 401 of an old refresh does not undo a new sign-in', async () => {
  const world = new World();
  world.server.delay = 2_000;
  world.server.refuse.push(refusal(401, 'invalid_grant'));
  const { session } = world.tab();
  const started = session.start();
  await world.pass(10);
  world.server.delay = 0;
  world.server.refuse = [];
  await session.signIn({ email: 'ann@example.com', password: 'correct horse' });
  world.server.session = null; // the old cookie's refresh is refused
  await world.pass(3_000);
  await started;
  assert.equal(session.state, 'signed-in');
});

// CHECKS D18
test('a late answer of a refresh does not undo a sign-out', async () => {
  const world = new World();
  const { session } = await signedIn(world);
  world.server.delay = 2_000;
  await world.pass(480_000);
  assert.equal(refreshes(world), 1);
  world.server.delay = 0;
  const signedOut = session.signOut();
  await settle();
  await signedOut;
  world.server.session = 's1'; // answered, though late
  await world.pass(3_000);
  assert.equal(session.state, 'signed-out');
  assert.equal(session.token, null);
});

test('a page back from the cache shows nobody until the server was asked', async () => {
  const world = new World();
  world.server.session = 's1';
  const tab = world.tab();
  await tab.session.start();
  world.server.session = null;
  world.server.delay = 100;
  tab.say('restored');
  assert.deepEqual([tab.session.state, tab.session.user, tab.session.token], ['starting', null, null]);
  await world.pass(200);
  assert.equal(tab.session.state, 'signed-out');
});
