// How far the log is held, whatever becomes of its messages on their way. Nothing here is signed or sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLine } from '../dist/entry.js';
import { FeedPosition } from '../dist/position.js';
import { RevocationSet } from '../dist/revocation_set.js';
import { Log } from './issuer.mjs';

const kNow = 1_764_200_000_000;
const kRun = 'run-0123456789ab';
const kNonce = '0123456789abcdef';

const at = (log, sequence = log.end) => ({ log: log.name, sequence, hash: log.at(sequence).hash });
const entriesOf = (log, after, to) => log.lines.slice(after, to).map(parseLine);
const add = (log, subject, kind = 'session') => log.add(kind, subject, kNow, kNow + 21 * 60_000);
const snapshot = (log, to = log.end) => ({ head: { type: 'snapshot', at: at(log, to), time: kNow }, entries: entriesOf(log, 0, to) });
const greeting = (where, more = {}) => ({ type: 'heartbeat', at: where, time: kNow, run: kRun, up: 10_000, stream: 'stream-1', nonce: kNonce, ...more });
const beat = (where, up = 11_000) => ({ type: 'heartbeat', at: where, time: kNow + up, run: kRun, up, stream: '', nonce: '' });
const delta = (log, after, to = log.end) => ({
  type: 'delta',
  before: at(log, after).hash,
  after: at(log, to),
  entries: entriesOf(log, after, to),
  hashes: log.lines.slice(after, to).map((_, i) => at(log, after + i + 1).hash),
});

function newLog(name = kNow, subjects = ['s1', 's2', 's3', 's4', 's5']) {
  const log = new Log(name);
  subjects.forEach((subject) => add(log, subject));
  return log;
}

class Follower {
  set = new RevocationSet();
  position = new FeedPosition();

  constructor(log = newLog()) {
    this.log = log;
  }

  // "read on", or what comes instead and why.
  take(message) {
    this.last = this.position.take(message);
    this.last.add?.forEach((entry) => this.set.add(entry));
    const { next, problem } = this.last;
    if (next === 'read_on') assert.equal(problem, undefined);
    return next === 'read_on' ? 'read on' : `${next}: ${problem}`;
  }

  takeSnapshot({ head, entries }) {
    const { next, problem } = this.position.judge(head);
    assert.equal(next, 'new_stream');
    if (problem) return problem;
    entries.forEach((entry) => this.set.add(entry));
    this.position.hold(head);
    return 'held';
  }

  // A stream from the end of the log, all of it held.
  follow() {
    assert.equal(this.takeSnapshot(snapshot(this.log)), 'held');
    this.begin(at(this.log));
    return this;
  }

  begin(where) {
    this.position.streamBegins(kNonce);
    assert.equal(this.take(greeting(where)), 'read on');
  }

  isRevoked(session) {
    return this.set.find({ sessionId: session, tokenId: '', userId: '', clientId: '', keyId: '' }, Number.MAX_SAFE_INTEGER) === 'session';
  }
}

const kMissing = 'entries are missing in the stream';
const kOther = "the issuer's log is not the one held";
const kNoAnswer = 'new_stream: the stream does not begin with the answer to this request';

test('it begins with a snapshot, which makes nothing current: whoever carried it may have kept it for days', () => {
  const follower = new Follower();
  assert.equal(follower.position.held, undefined);
  assert.equal(follower.takeSnapshot(snapshot(follower.log)), 'held');
  assert.deepEqual(follower.position.held, at(follower.log));
  for (const session of ['s1', 's5']) assert.equal(follower.isRevoked(session), true);
});

test('it needs a snapshot before any stream', () => {
  const follower = new Follower();
  follower.position.streamBegins(kNonce);
  assert.equal(follower.take(greeting(at(follower.log))), 'snapshot: nothing is held yet');
});

test('it is current when the first heartbeat names what is held', () => {
  const follower = new Follower().follow();
  assert.equal(follower.last.currentAt, 10_000);
  assert.equal(follower.position.stream, 'stream-1');
});

test('it is current once the entries lead to what the first heartbeat names, as of then', () => {
  const follower = new Follower();
  const { log } = follower;
  follower.takeSnapshot(snapshot(log));
  for (const subject of ['s6', 's7', 's8', 's9']) add(log, subject);
  follower.begin(at(log));
  assert.equal(follower.last.currentAt, undefined);
  assert.equal(follower.take(delta(log, 5, 7)), 'read on');
  assert.equal(follower.last.currentAt, undefined);
  assert.equal(follower.isRevoked('s7'), true);
  assert.equal(follower.take(delta(log, 7)), 'read on');
  assert.equal(follower.last.currentAt, 10_000, 'as of the heartbeat, not of now');
  assert.equal(follower.take(beat(at(log))), 'read on');
  assert.equal(follower.last.currentAt, 11_000);
});

// It would else end the wait for what is missing.
test('an old heartbeat that names what is held makes nothing current', () => {
  const follower = new Follower();
  const { log } = follower;
  follower.takeSnapshot(snapshot(log));
  add(log, 's6');
  follower.begin(at(log));
  assert.equal(follower.take(beat(at(log, 5))), 'read on');
  assert.equal(follower.last.currentAt, undefined);
  assert.equal(follower.take(delta(log, 5)), 'read on');
  assert.equal(follower.last.currentAt, 10_000);
});

test('entries go on in whatever groups they come', () => {
  const follower = new Follower().follow();
  const { log } = follower;
  for (const subject of ['s6', 's7', 's8', 's9']) add(log, subject);
  assert.equal(follower.take(delta(log, 2, 6)), 'read on', 'it begins before what is held');
  assert.deepEqual(follower.last.add.map(({ sequence }) => sequence), [6]);
  assert.equal(follower.take(delta(log, 0)), 'read on', 'and this with the log');
  assert.equal(follower.isRevoked('s9'), true);
  assert.deepEqual(follower.position.held, at(log));
});

test('what the first heartbeat names may be passed within one message', () => {
  const follower = new Follower();
  const { log } = follower;
  follower.takeSnapshot(snapshot(log));
  add(log, 's6');
  follower.begin(at(log));
  add(log, 's7');
  assert.equal(follower.take(delta(log, 5)), 'read on');
  assert.equal(follower.last.currentAt, 10_000);
});

test('a stream that does not answer this request is not believed', () => {
  const follower = new Follower();
  const { log } = follower;
  follower.takeSnapshot(snapshot(log));
  const beginWith = (message) => (follower.position.streamBegins(kNonce), follower.take(message));
  assert.equal(beginWith(greeting(at(log), { nonce: '0123456789abcdeg' })), kNoAnswer);
  assert.equal(beginWith(greeting(at(log), { stream: '' })), kNoAnswer);
  assert.equal(beginWith(beat(at(log))), kNoAnswer, 'a replayed one');
  assert.equal(beginWith(delta(log, 0)), kNoAnswer);
  assert.equal(beginWith(snapshot(log).head), 'new_stream: the stream holds a message that belongs elsewhere');
  follower.position.streamBegins('another-nonce-of-now');
  assert.equal(follower.take(greeting(at(log))), kNoAnswer, 'the answer to the request before');
});

test('a message that was dropped is noticed, by the next entries or by the next heartbeat', () => {
  const follower = new Follower().follow();
  const { log } = follower;
  add(log, 's6');
  add(log, 's7');
  assert.equal(follower.take(beat(at(log))), `new_stream: ${kMissing}`);
  assert.equal(follower.last.currentAt, undefined);
  follower.follow();
  add(log, 's8');
  add(log, 's9');
  assert.equal(follower.take(delta(log, 8)), `new_stream: ${kMissing}`);
  assert.equal(follower.isRevoked('s9'), false, 'it cannot be known to follow');
});

test('the snapshot is asked for when another stream does not help', () => {
  const follower = new Follower().follow();
  const { log } = follower;
  add(log, 's6');
  add(log, 's7');
  const broken = delta(log, 6);
  assert.equal(follower.take(broken), `new_stream: ${kMissing}`);
  follower.begin(at(log));
  assert.equal(follower.take(broken), `snapshot: ${kMissing}`);
  follower.follow();
  add(log, 's8');
  add(log, 's9');
  assert.equal(follower.take(beat(at(log))), `new_stream: ${kMissing}`, 'it counts anew');
});

test('a stream that goes quiet before it led where it began is doubted, one that led there is not', () => {
  const follower = new Follower().follow();
  const { log, position } = follower;
  assert.deepEqual(position.nothingCame(), { next: 'new_stream', problem: 'the issuer is not heard of' });
  add(log, 's6');
  follower.begin(at(log));
  assert.deepEqual(position.nothingCame(), { next: 'new_stream', problem: kMissing });
  follower.begin(at(log));
  assert.deepEqual(position.nothingCame(), { next: 'snapshot', problem: kMissing });
});

test('it counts anew after a stream that helped', () => {
  const follower = new Follower().follow();
  const { log } = follower;
  add(log, 's6');
  assert.equal(follower.take(beat(at(log))), `new_stream: ${kMissing}`);
  follower.begin(at(log));
  assert.equal(follower.take(delta(log, 5)), 'read on');
  assert.equal(follower.last.currentAt, 10_000);
  add(log, 's7');
  assert.equal(follower.take(beat(at(log))), `new_stream: ${kMissing}`);
});

test('what is repeated, or comes late, changes nothing', () => {
  const follower = new Follower().follow();
  const { log } = follower;
  add(log, 's6');
  const news = delta(log, 5);
  assert.equal(follower.take(news), 'read on');
  for (const old of [news, delta(log, 1, 3), beat(at(log, 5))]) {
    assert.equal(follower.take(old), 'read on');
    assert.equal(follower.last.add, undefined);
    assert.equal(follower.last.currentAt, undefined);
  }
  assert.deepEqual(follower.position.held, at(log));
});

test('another chain is not followed', () => {
  const follower = new Follower().follow();
  const forked = newLog(kNow, ['x1', 'x2', 'x3', 'x4', 'x5']);
  assert.equal(follower.take(beat(at(forked))), `new_stream: ${kOther}`);
  follower.begin(at(follower.log));
  add(forked, 'x6');
  assert.equal(follower.take(delta(forked, 5)), `new_stream: ${kOther}`);
  assert.equal(follower.isRevoked('x6'), false);
  assert.deepEqual(follower.position.held, at(follower.log));
});

test('a chain that the first heartbeat does not know is not followed', () => {
  const follower = new Follower();
  const { log } = follower;
  follower.takeSnapshot(snapshot(log));
  const other = log.copy();
  add(other, 'x6');
  add(log, 's6');
  follower.begin(at(other));
  assert.equal(follower.take(delta(log, 5)), `new_stream: ${kOther}`);
  assert.equal(follower.last.currentAt, undefined);
});

test('a log that is newer is gone over to, by its snapshot, and what is held stays', () => {
  const follower = new Follower().follow();
  const restored = new Log(kNow + 1);
  add(restored, '*', 'everything');
  assert.equal(follower.take(beat(at(restored))), 'snapshot: the issuer has begun a new log');
  assert.equal(follower.take(delta(restored, 0)), 'snapshot: the issuer has begun a new log');
  assert.equal(follower.takeSnapshot(snapshot(restored)), 'held');
  assert.deepEqual(follower.position.held, at(restored), 'whose sequences are smaller');
  follower.begin(at(restored));
  assert.equal(follower.isRevoked('s1'), true, 'it was in the log before');
  assert.equal(follower.set.find({ sessionId: '', tokenId: '', userId: '', clientId: '', keyId: '' }, kNow), 'everything');
});

test('a log that is older is never gone back to', () => {
  const older = "new_stream: the issuer's log is older than the one held";
  const old = newLog(kNow - 1, ['o1', 'o2', 'o3', 'o4', 'o5', 'o6', 'o7']);
  const follower = new Follower().follow();
  assert.equal(follower.take(beat(at(old))), older);
  assert.equal(follower.take(delta(old, 0)), older);
  follower.position.streamBegins(kNonce);
  assert.equal(follower.take(greeting(at(old))), older);
  assert.equal(follower.takeSnapshot(snapshot(old)), 'the snapshot is older than what is held');
  assert.deepEqual(follower.position.held, at(follower.log));
});

test('nor a smaller sequence of the same log', () => {
  const follower = new Follower();
  const { log } = follower;
  const longer = log.copy();
  add(longer, 's6');
  follower.takeSnapshot(snapshot(longer));
  assert.equal(follower.takeSnapshot(snapshot(log)), 'the snapshot is older than what is held');
  follower.position.streamBegins(kNonce);
  assert.equal(follower.take(greeting(at(log))), "new_stream: the issuer's log ends before what is held");
  assert.equal(follower.last.currentAt, undefined);
  assert.deepEqual(follower.position.held, at(longer));
  assert.equal(follower.isRevoked('s6'), true);
});

// ---- Somebody stands before the issuer who does what he likes with its messages, of this log and
// of an older one. Whatever that is: what is revoked stays so, and what is said to be current is.

// A small generator, so that a seed says what happened.
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

function anyMessage({ log, old, roll }) {
  const of = roll(8) === 0 ? old : log;
  const to = roll(of.end) + 1;
  if (roll(2) === 0) return delta(of, roll(to), to);
  // The uptime of a heartbeat is its place in these logs.
  const heartbeat = beat(at(of, to), to * 1_000);
  return roll(3) === 0 ? { ...heartbeat, stream: 'stream-1', nonce: roll(2) === 0 ? kNonce : 'fedcba9876543210' } : heartbeat;
}

function anything(follower, man) {
  const { log, old, roll } = man;
  if (roll(10) === 0) {
    const of = roll(4) === 0 ? old : log;
    follower.takeSnapshot(snapshot(of, roll(of.end) + 1));
    return undefined;
  }
  if (roll(10) === 0) follower.position.streamBegins(kNonce);
  if (roll(20) === 0) {
    follower.position.streamBegins(kNonce);
    follower.take(greeting(at(log), { up: log.end * 1_000 }));
    return follower.last.currentAt;
  }
  const { held } = follower.position;
  // Now and then what the issuer would say.
  const isRight = roll(3) === 0 && held?.log === log.name && held.sequence < log.end;
  follower.take(isRight ? delta(log, held.sequence) : anyMessage(man));
  return follower.last.currentAt;
}

function checkAllHeld({ position: { held }, isRevoked, set }, { log, old }) {
  if (!held) return;
  const of = held.log === log.name ? log : old;
  assert.deepEqual(held, at(of, held.sequence));
  for (const { subject } of entriesOf(of, 0, held.sequence)) assert.equal(isRevoked.call({ set }, subject), true, subject);
}

test('whatever a middle man does, nothing is taken back, and nothing is current that is not', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const man = { roll: dice(seed), log: newLog(), old: newLog(kNow - 1, ['o1', 'o2', 'o3', 'o4', 'o5', 'o6', 'o7', 'o8']) };
    const follower = new Follower(man.log);
    let [before, revoked, current] = [undefined, [], 0];
    for (let i = 0; i < 300; i++) {
      if (man.roll(5) === 0) add(man.log, `n${i}`);
      const currentAt = anything(follower, man);
      for (const subject of revoked) assert.equal(follower.isRevoked(subject), true);
      revoked = [man.log, man.old].flatMap((log) => entriesOf(log, 0, log.end)).map(({ subject }) => subject).filter((subject) => follower.isRevoked(subject));
      checkAllHeld(follower, man);
      const { held } = follower.position;
      if (before && held) assert.ok(held.log > before.log || (held.log === before.log && held.sequence >= before.sequence));
      before = held;
      if (currentAt === undefined) continue;
      current++;
      assert.ok(held.sequence >= currentAt / 1_000, `seed ${seed}`);
    }
    assert.ok(current > 0, `seed ${seed}`);
  }
});
