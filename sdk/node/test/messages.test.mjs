// What the feed says: one form, and nothing else. docs/reference/revocation-feed.md
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { EventStream } from '../dist/event_stream.js';
import { parseKeySet } from '../dist/key_set.js';
import { readMessage } from '../dist/message.js';
import { SnapshotReader } from '../dist/snapshot.js';
import { Log, newKey, sha256, sign, signBytes } from './issuer.mjs';

const kNow = 1_764_200_000_000;
const issuer = 'https://id.example.com';
const key = newKey('EdDSA', 'f1');
const keys = await parseKeySet(Buffer.from(JSON.stringify({ keys: [key.jwk] })));
const zeros = Buffer.alloc(32).toString('base64url');

const log = new Log(kNow);
for (const [kind, subject] of [['session', 's1'], ['user', 'ann'], ['everything', '*']]) log.add(kind, subject, kNow, kNow + 1);
const some = log.at(3).hash;

const claims = (events, more = {}) => ({ iss: issuer, iat: kNow / 1000, jti: randomUUID(), events, ...more });
const signed = (all, { by = key, header = {} } = {}) => sign(all, { key: by, header: { typ: 'secevent+jwt', ...header } });
const say = (events, options) => signed(claims(events), options);
const read = async (text) => readMessage(await text, keys, issuer);
const kRun = 'run-0123456789ab';
const heartbeat = (more = {}) => ({ 'urn:signet:heartbeat': { ...log.at(3), time: kNow, run: kRun, up: 7, ...more } });

// Another text for the same bytes.
function unusedBits(hash) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return hash.slice(0, -1) + alphabet[alphabet.indexOf(hash.at(-1)) + 1];
}

async function refusedAs(code, text, what) {
  const message = await text;
  await assert.rejects(readMessage(message, keys, issuer), (error) => (assert.equal(error.code, code, what ?? message), true));
}

test('entries come with where they lead', async () => {
  const delta = await read(say(log.delta(1)));
  assert.equal(delta.type, 'delta');
  assert.equal(delta.before, log.at(1).hash);
  assert.deepEqual(delta.after, { log: kNow, sequence: 3, hash: some });
  assert.deepEqual(delta.entries.map(({ kind, subject }) => [kind, subject]), [['user', 'ann'], ['everything', '*']]);
  assert.deepEqual(delta.hashes, [log.at(2).hash, log.at(3).hash]);
});

test('a heartbeat says where the log stands, when, and at first to whom', async () => {
  const nonce = '0123456789abcdefABCDEF-_';
  const first = await read(say(heartbeat({ stream: 'stream-1', nonce })));
  assert.deepEqual(first, { type: 'heartbeat', at: { log: kNow, sequence: 3, hash: some }, time: kNow, run: kRun, up: 7, stream: 'stream-1', nonce });
  const later = await read(say({ 'urn:signet:heartbeat': { log: 1, seq: 0, hash: zeros, time: 1, run: kRun, up: 0 } }));
  assert.deepEqual([later.stream, later.nonce, later.at.sequence], ['', '', 0]);
});

test('a message is believed of its issuer, its keys, and EdDSA alone', async () => {
  await refusedAs('bad_signature', say(heartbeat(), { by: newKey('EdDSA', 'f1') }));
  await refusedAs('unknown_key', say(heartbeat(), { by: newKey('EdDSA', 'f2') }));
  await refusedAs('issuer_mismatch', signed(claims(heartbeat(), { iss: `${issuer}/` })));
  const text = await say(heartbeat());
  await refusedAs('bad_signature', text.replace(/\.(.)/, (_, first) => `.${first === 'e' ? 'f' : 'e'}`));
  await refusedAs('malformed_token', '');
  const es256 = newKey('ES256', 'f1');
  const others = await parseKeySet(Buffer.from(JSON.stringify({ keys: [es256.jwk] })));
  await assert.rejects(readMessage(await say(heartbeat(), { by: es256 }), others, issuer), { code: 'algorithm_not_allowed' });
});

// CHECKS A34, A35
test('no other type of token is a message', async () => {
  for (const typ of ['at+jwt', 'JWT', '', 'secevent+jwt+x', undefined]) await refusedAs('type_mismatch', say(heartbeat(), { header: { typ } }), typ);
  await read(say(heartbeat(), { header: { typ: 'application/SecEvent+JWT' } }));
});

test('a message says one thing', async () => {
  await refusedAs('malformed_claims', say({}));
  await refusedAs('malformed_claims', say({ ...heartbeat(), 'urn:signet:other': {} }));
  await refusedAs('malformed_claims', say({ 'urn:signet:heartbeats': {} }));
  await refusedAs('wrong_claim_type', say([]));
  await refusedAs('wrong_claim_type', say({ 'urn:signet:heartbeat': [] }));
  const twice = JSON.stringify(claims(heartbeat())).replace('"time"', '"time":1,"time"');
  await refusedAs('malformed_claims', signBytes(twice, key, { typ: 'secevent+jwt' }), 'one name twice');
});

test('a message has its claims and no others', async () => {
  const all = claims(heartbeat());
  for (const name of ['iss', 'iat', 'jti', 'events']) await refusedAs('missing_claim', signed({ ...all, [name]: undefined }), name);
  for (const more of [{ sub: 'ann' }, { exp: 9999999999 }, { jti: 'x' }]) await refusedAs('malformed_claims', signed({ ...all, ...more }));
  await refusedAs('wrong_claim_type', signBytes(JSON.stringify({ ...all, iat: 1.5 }), key, { typ: 'secevent+jwt' }));
});

test('a heartbeat has one form', async () => {
  for (const name of ['log', 'seq', 'hash', 'time', 'run', 'up']) await refusedAs('missing_claim', say(heartbeat({ [name]: undefined })), name);
  for (const more of [{ log: '1' }, { seq: 3.5 }, { hash: 7 }, { time: null }, { run: 1 }, { up: 1.5 }, { stream: 1 }, { nonce: null }]) await refusedAs('wrong_claim_type', say(heartbeat(more)), JSON.stringify(more));
  for (const more of [
    { log: -1 }, { log: 100_000_000_000_000 }, { hash: `${some}=` }, { hash: 'AAAA' }, { hash: zeros }, { seq: 0 }, { stream: '' }, { stream: 'a b' },
    { run: 'short' }, { up: -1 }, { nonce: 'short' }, { nonce: 'n'.repeat(65) }, { more: 1 }, { hash: unusedBits(some) },
  ])
    await refusedAs('malformed_claims', say(heartbeat(more)), JSON.stringify(more));
});

test('entries that do not lead where they say are none', async () => {
  const change = (with_) => {
    const delta = structuredClone(log.delta(1));
    with_(delta['urn:signet:revocations']);
    return say(delta);
  };
  await read(change(() => {}));
  const changes = {
    'another beginning': (d) => (d.prev = some),
    'the beginning of the log': (d) => (d.prev = zeros),
    'another end': (d) => (d.hash = log.at(2).hash),
    'another sequence': (d) => d.seq++,
    'the last one kept back': (d) => d.entries.pop(),
    'the first one kept back': (d) => d.entries.shift(),
    'another order': (d) => d.entries.reverse(),
    'another subject': (d) => (d.entries[0] = d.entries[0].replace('ann', 'bob')),
    'no entry': (d) => (d.entries = []),
    'no line': (d) => (d.entries[0] += ' '),
    'a number': (d) => (d.entries[0] = 1),
    'one more member': (d) => (d.more = 1),
  };
  for (const [what, with_] of Object.entries(changes)) await refusedAs('malformed_claims', change(with_), what);
  await refusedAs('wrong_claim_type', change((d) => (d.entries = d.entries[0])));
  // A log that begins in its middle, rightly linked.
  const begun = log.delta(0, 1)['urn:signet:revocations'];
  const hash = sha256(Buffer.alloc(32, 1), log.lines[0]).toString('base64url');
  await refusedAs('malformed_claims', say({ 'urn:signet:revocations': { ...begun, prev: Buffer.alloc(32, 1).toString('base64url'), hash } }));
});

test('a message has 256 entries and 64 KiB at most', async () => {
  const long = new Log(kNow);
  for (let i = 0; i < 257; i++) long.add('session', 'x'.repeat(60), kNow, kNow);
  assert.equal((await read(say(long.delta(0, 256)))).entries.length, 256);
  await refusedAs('malformed_claims', say(long.delta(0)));
  await refusedAs('token_too_large', 'x'.repeat(65_537));
});

// ---- the snapshot

const text = log.lines.map((line) => `${line}\n`).join('');
const digest = (of) => sha256(of).toString('base64url');
const head = (more = {}) => say({ 'urn:signet:snapshot': { ...log.at(3), time: kNow, count: 3, digest: digest(text), ...more } });
const whole = async (more, lines = text) => `${await head(more)}\n${lines}`;

async function takeAll(bytes, { size = bytes.length, largest } = {}) {
  const reader = new SnapshotReader(keys, issuer, largest);
  for (let at = 0; at < bytes.length; at += size) await reader.take(Buffer.from(bytes.slice(at, at + size)));
  return reader.finish();
}

test('a snapshot is read in whatever pieces it comes', async () => {
  const bytes = await whole();
  for (const size of [1, 7, 100, bytes.length]) {
    const { head, entries } = await takeAll(bytes, { size });
    assert.deepEqual(head.at, { log: kNow, sequence: 3, hash: some });
    assert.deepEqual(entries.map(({ subject }) => subject), ['s1', 'ann', '*']);
  }
  assert.deepEqual((await takeAll(await whole({ count: 0, digest: digest('') }, ''))).entries, []);
});

test('a snapshot may have gaps, where entries were forgotten', async () => {
  const lines = `${log.lines[0]}\n${log.lines[2]}\n`;
  assert.equal((await takeAll(await whole({ count: 2, digest: digest(lines) }, lines))).entries.length, 2);
});

test('a snapshot that is not what its head says is refused', async () => {
  const snapshot = await whole();
  const reversed = [...log.lines].reverse().map((line) => `${line}\n`).join('');
  const cases = {
    'cut short': snapshot.slice(0, -1),
    'a line less': await whole({}, text.slice(text.indexOf('\n') + 1)),
    'a byte more': `${snapshot}x`,
    'a line more': `${snapshot}4 session s4 1 2\n`,
    'another subject': snapshot.replace('ann', 'bob'),
    'another count': await whole({ count: 2 }),
    'another digest': await whole({ digest: digest('x') }),
    'another order': await whole({ digest: digest(reversed) }, reversed),
    'behind its end': await whole({ ...log.at(2) }),
    'carriage returns': await whole({ digest: digest(text.replaceAll('\n', '\r\n')) }, text.replaceAll('\n', '\r\n')),
    'another message first': `${await say(heartbeat())}\n${text}`,
    'an endless line': `${await head({ count: 9 })}\n${'x'.repeat(70_000)}`,
  };
  for (const [what, bytes] of Object.entries(cases)) await assert.rejects(takeAll(bytes), { code: 'malformed_claims' }, what);
  await assert.rejects(takeAll(''), { code: 'malformed_token' });
  await assert.rejects(takeAll(await head()), { code: 'malformed_token' }, 'a head without a line feed');
  await assert.rejects(takeAll(snapshot.replace('.', 'x.')), (error) => ['malformed_token', 'malformed_header', 'bad_signature'].includes(error.code));
  await assert.rejects(takeAll('x'.repeat(65_537)), { code: 'token_too_large' });
  await assert.rejects(takeAll(snapshot, { largest: snapshot.length - 1 }), { code: 'token_too_large' });
});

// ---- server-sent events

test('events are read in whatever pieces they come, with whatever ends their lines', () => {
  for (const end of ['\n', '\r\n', '\r'])
    for (const size of [1, 2, 3, 1_000]) {
      const stream = [': hello', 'event: a', 'id: 1', 'data: one', '', 'data:two', 'data: more', '', '', 'retry: 5', '', 'data', '', 'data: last'].join(end);
      const events = [];
      const reader = new EventStream(100);
      for (let at = 0; at < stream.length; at += size) events.push(...reader.take(Buffer.from(stream.slice(at, at + size))));
      assert.deepEqual(events, ['one', 'two\nmore', ''], JSON.stringify([end, size]));
      // The event is not over before its empty line. After a lone carriage return, that line feed would be its own line's end.
      if (end !== '\r') assert.deepEqual(reader.take(Buffer.from(end + end)), ['last']);
    }
});

test('an event that is too long is none', () => {
  assert.deepEqual(new EventStream(10).take(Buffer.from('data: 0123456789\n\n')), ['0123456789']);
  assert.throws(() => new EventStream(10).take(Buffer.from('data: 0123456789a\n\n')), RangeError);
  assert.throws(() => new EventStream(10).take(Buffer.from('data: 01234\ndata: 56789a\n')), RangeError);
  assert.throws(() => new EventStream(10).take(Buffer.from('data\n'.repeat(12))), RangeError, 'lines without a word count too');
  assert.throws(() => new EventStream(10).take(Buffer.from('x'.repeat(100))), RangeError);
});
