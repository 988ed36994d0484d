// CHECKS D17, D20: the tabs of one browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, settle, signedIn } from './world.mjs';

const refreshes = (world) => world.requestsTo('/api/v1/refresh').length;

async function twentyTabs(world) {
  world.server.session = 's1';
  world.server.delay = 40;
  const tabs = Array.from({ length: 20 }, () => world.tab());
  const started = Promise.all(tabs.map(({ session }) => session.start()));
  await world.pass(15_000);
  await started;
  return tabs;
}

for (const locks of [true, false]) {
  const how = locks ? 'with Web Locks' : 'without Web Locks';

  test(`20 tabs opened at once sign in, ${how}`, async () => {
    const world = new World();
    world.locks = locks;
    const tabs = await twentyTabs(world);
    assert.deepEqual(new Set(tabs.map(({ session }) => session.state)), new Set(['signed-in']));
    assert.equal(refreshes(world), 1);
  });

  test(`20 tabs that wake after a night refresh, and nobody is signed out, ${how}`, async () => {
    const world = new World();
    world.locks = locks;
    const tabs = await twentyTabs(world);
    world.requests = [];
    world.sleep(8 * 3_600_000);
    world.say('wake');
    await world.pass(15_000);
    assert.equal(refreshes(world), 1);
    assert.equal(new Set(tabs.map(({ session }) => session.token.value)).size, 1);
    assert.deepEqual(tabs.flatMap((tab) => tab.of('signed-out')), []);
    for (const { session } of tabs) assert.ok(session.token.left() > 500_000);
  });
}

test('a tab hears of another’s renewal and does not renew itself', async () => {
  const world = new World();
  const first = await signedIn(world);
  const second = world.tab();
  await second.session.start();
  world.requests = [];
  await world.pass(9 * 60_000);
  assert.equal(refreshes(world), 1);
  assert.equal(first.session.token.value, second.session.token.value);
  assert.equal(first.of('refresh').concat(second.of('refresh')).filter(({ by }) => by === 'handed-over').length >= 1, true);
});

test('without Web Locks a tab waits for the one that said it renews', async () => {
  const world = new World();
  world.locks = false;
  const [first, second] = [await signedIn(world), world.tab()];
  await settle();
  world.requests = [];
  world.sleep(3_600_000);
  world.server.delay = 500;
  first.say('wake');
  await world.pass(100);
  second.say('wake');
  await world.pass(5_000);
  assert.equal(refreshes(world), 1);
  assert.equal(first.session.token.value, second.session.token.value);
});

test('a sign-in in one tab signs in the others, without a request of theirs', async () => {
  const world = new World();
  const other = world.tab();
  await other.session.start();
  world.requests = [];
  await signedIn(world);
  await settle();
  assert.equal(other.session.state, 'signed-in');
  assert.equal(world.requests.length, 1);
});

test('a sign-out in one tab reaches the others at once', async () => {
  const world = new World();
  const [first, second] = [await signedIn(world), world.tab()];
  await second.session.start();
  await first.session.signOut();
  await settle();
  assert.equal(second.session.state, 'signed-out');
  assert.equal(second.session.token, null);
  assert.deepEqual(second.of('signed-out').map(({ reason }) => reason), ['elsewhere']);
});

test('a sign-out heard while a tab is starting is not undone by the answer under way', async () => {
  const world = new World();
  const first = await signedIn(world);
  await settle();
  const second = world.tab();
  const given = world.server.token(); // before the sign-out; it arrives after
  const late = await given.clone().json();
  world.server.delay = 500;
  const started = second.session.start();
  await world.pass(10);
  assert.equal(second.session.state, 'starting');
  world.server.delay = 0;
  await first.session.signOut();
  await settle();
  world.server.refuse.push(given);
  await world.pass(1_000);
  await started;
  // Nor by a word that lay in a mailbox.
  for (const channel of world.channels) channel.heard({ type: 'token', signIn: false, answer: late, age: 0, wall: world.now + world.wallAhead });
  for (const { session } of [first, second]) assert.deepEqual([session.state, session.token], ['signed-out', null]);
  assert.deepEqual(second.of('signed-out').map(({ reason }) => reason), ['elsewhere']);
});

test('the end of another session does not end this one', async () => {
  const world = new World();
  const first = await signedIn(world);
  await settle();
  world.channels[0].heard({ type: 'signed-out', sessionId: 'some-other' });
  assert.equal(first.session.state, 'signed-in');
});

test('a word that arrives after the sign-out does not bring the session back', async () => {
  const world = new World();
  const [first, second] = [await signedIn(world), world.tab()];
  await second.session.start();
  const answer = { access_token: 'a.b.c', expires_in: 600, session_id: first.session.token.sessionId, user: first.session.user };
  await first.session.signOut();
  await settle();
  for (const channel of world.channels) channel.heard({ type: 'token', signIn: false, answer, age: 0, wall: world.now + world.wallAhead });
  assert.equal(first.session.state, 'signed-out');
  assert.equal(second.session.state, 'signed-out');
});

test('a word that lay in a mailbox past its life is not believed', async () => {
  const world = new World();
  const tab = world.tab();
  await tab.session.start();
  const answer = { access_token: 'a.b.c', expires_in: 600, session_id: 's9', user: { id: 'u1', email: 'a@b', name: null, roles: [] } };
  const sent = world.now + world.wallAhead;
  world.sleep(8 * 3_600_000);
  world.channels[0].heard({ type: 'token', signIn: false, answer, age: 0, wall: sent });
  assert.equal(tab.session.state, 'signed-out');
});

test('a frozen tab that keeps the lock does not keep the others signed out', async () => {
  const world = new World();
  world.server.session = 's1';
  world.request('signet:https://id.example', {}, () => new Promise(() => {}));
  const { session } = world.tab();
  const started = session.start();
  await world.pass(9_000);
  assert.equal(session.state, 'starting');
  await world.pass(2_000);
  await started;
  assert.equal(session.state, 'signed-in');
});

test('tabs of another issuer hear nothing', async () => {
  const world = new World();
  const other = world.tab({ issuer: 'https://other.example' });
  await signedIn(world);
  await settle();
  assert.equal(other.session.state, 'starting');
});

test('an issuer may be written with a slash at its end', async () => {
  const world = new World();
  await signedIn(world, { issuer: 'https://id.example/' });
  assert.equal(world.requests[0].url, 'https://id.example/api/v1/login');
});
