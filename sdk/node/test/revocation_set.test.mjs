// What is revoked, and what time it is at least.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeastTime } from '../dist/least_time.js';
import { RevocationSet } from '../dist/revocation_set.js';

const ann = { sessionId: 's1', tokenId: 't1', userId: 'ann', clientId: 'app', keyId: 'k1' };
const entry = (kind, subject, notBefore = 1_000, until = 9_000) => ({ sequence: 1, kind, subject, notBefore, until });

test('a session, a token, and a key are refused whenever the token was issued', () => {
  for (const [kind, subject] of Object.entries({ session: 's1', token: 't1', key: 'k1' })) {
    const set = new RevocationSet();
    set.add(entry(kind, subject));
    for (const time of [0, 1_000, 5_000]) assert.equal(set.find(ann, time), kind);
    set.add(entry(kind, 'other'));
    assert.equal(set.size, 2);
  }
});

test('a user, a client, and everything are refused up to the not-before, and no later', () => {
  for (const [kind, subject] of Object.entries({ user: 'ann', client: 'app', everything: '*' })) {
    const set = new RevocationSet();
    set.add(entry(kind, subject));
    assert.equal(set.find(ann, 999), kind);
    assert.equal(set.find(ann, 1_000), kind, 'in the same millisecond');
    assert.equal(set.find(ann, 1_001), undefined);
  }
});

test('a name is looked for among its own kind alone, and an empty one nowhere', () => {
  const set = new RevocationSet();
  for (const kind of ['session', 'token', 'key', 'user', 'client']) set.add(entry(kind, 'x'));
  assert.equal(set.find(ann, 0), undefined);
  assert.equal(set.find({ sessionId: '', tokenId: '', userId: '', clientId: '', keyId: '' }, 0), undefined);
  assert.equal(set.find({ ...ann, sessionId: 'x' }, 0), 'session');
  assert.equal(set.find({ ...ann, clientId: 'x' }, 0), 'client');
});

test('nothing that is added takes anything back', () => {
  const set = new RevocationSet();
  set.add(entry('user', 'ann', 5_000, 9_000));
  set.add(entry('user', 'ann', 1_000, 2_000));
  assert.equal(set.find(ann, 5_000), 'user');
  set.add(entry('session', 's1', 0, 9_000));
  set.add(entry('session', 's1', 0, 2_000));
  set.forgetSome(8_999, 100);
  assert.equal(set.find(ann, 6_000), 'session');
  assert.equal(set.find({ ...ann, sessionId: '' }, 5_000), 'user');
  set.add(entry('user', 'ann', 7_000, 1));
  set.forgetSome(8_999, 100);
  assert.equal(set.find({ ...ann, sessionId: '' }, 7_000), 'user', 'the later of both');
});

test('an entry is forgotten after its until, and no sooner', () => {
  const set = new RevocationSet();
  for (const [kind, subject] of Object.entries({ session: 's1', token: 't1', key: 'k1', user: 'ann', client: 'app', everything: '*' }))
    set.add(entry(kind, subject));
  set.forgetSome(9_000, 100);
  assert.equal(set.size, 6);
  set.forgetSome(9_999, 100);
  assert.equal(set.size, 6, 'to the second');
  set.forgetSome(10_000, 100);
  assert.equal(set.size, 1);
  assert.equal(set.find(ann, 0), 'key', 'a key set may have been kept for longer');
  assert.equal(set.find({ ...ann, keyId: '' }, 0), undefined);
});

test('an entry ends no sooner than the millisecond that it names', () => {
  const set = new RevocationSet();
  set.add(entry('session', 's1', 0, 8_001));
  set.forgetSome(8_999, 100);
  assert.equal(set.size, 1);
  set.forgetSome(10_000, 100);
  assert.equal(set.size, 0);
});

test('a look at some entries goes on where the last one stopped', () => {
  const set = new RevocationSet();
  for (let i = 0; i < 100; i++) set.add(entry('session', `s${i}`, 0, i % 2 ? 1_000 : 9_000));
  set.forgetSome(5_000, 50);
  assert.equal(set.size, 75);
  set.add(entry('session', 'late', 0, 1_000));
  set.forgetSome(5_000, 60);
  assert.equal(set.size, 50);
  set.forgetSome(10_000, 200);
  assert.equal(set.size, 0);
});

// CHECKS E26: a wall clock that jumps ahead makes nobody forget.
test('the least time is the earlier of the wall clock and one that runs evenly', () => {
  let [wall, steady] = [1_000_000, 50];
  const least = new LeastTime({ wall: () => wall, steady: () => steady });
  assert.equal(least.now(), 1_000_000);
  steady += 10.5;
  wall += 10;
  assert.equal(least.now(), 1_000_010);
  wall += 3_600_000;
  assert.equal(least.now(), 1_000_010, 'a jump ahead');
  wall -= 7_200_000;
  assert.equal(least.now(), wall, 'a jump back');
});

test('the issuer’s first word on the time begins it anew, and is never later than either clock', () => {
  let [wall, steady] = [1_000_000, 50];
  const clock = { wall: () => wall, steady: () => steady };
  const behind = new LeastTime(clock);
  const ahead = new LeastTime(clock);
  wall += 9_000_000; // the clock was put right
  steady += 100;
  assert.deepEqual([behind.now(), ahead.now()], [1_000_100, 1_000_100]);
  behind.hears(10_000_500);
  assert.equal(behind.now(), 10_000_000, 'the wall clock, which is behind');
  ahead.hears(9_999_500);
  assert.equal(ahead.now(), 9_999_500, 'the issuer, where the wall clock is ahead of it');
  for (const least of [behind, ahead]) least.hears(99_000_000);
  wall += 3_600_000;
  steady += 10;
  assert.deepEqual([behind.now(), ahead.now()], [10_000_010, 9_999_510], 'its first word alone');
  wall = 5_000_000;
  assert.deepEqual([behind.now(), ahead.now()], [5_000_000, 5_000_000]);
});
