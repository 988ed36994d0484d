// The small parts: remembered tokens, acknowledgements, headers, refusals, principals, options.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Acknowledgements } from '../dist/acknowledgements.js';
import { checkTimes } from '../dist/access_token.js';
import { findBearer } from '../dist/bearer.js';
import { createVerifier, insufficientScope, OptionsError } from '../dist/index.js';
import { Principal } from '../dist/principal.js';
import { invalidToken, isRevoked, noToken, unavailable } from '../dist/refusal.js';
import { kKinds } from '../dist/entry.js';
import { Clock } from './issuer.mjs';
import { prometheusText } from '../dist/status.js';
import { TokenCache } from '../dist/token_cache.js';

// ---- remembered tokens

test('what came last stays, what did not come is given up, and there is never more than may be', () => {
  const cache = new TokenCache(10);
  for (let i = 0; i < 1_000; i++) {
    cache.add(`t${i}`, { i });
    assert.ok(cache.size <= 10, `${cache.size}`);
    assert.deepEqual(cache.find('t0'), { i: 0 }, 'it comes all the time');
    assert.deepEqual(cache.find(`t${i}`), { i });
  }
  assert.equal(cache.find('t500'), undefined);
  cache.drop('t0');
  assert.equal(cache.find('t0'), undefined);
  cache.clear();
  assert.equal(cache.size, 0);
});

test('with room for none nothing is remembered', () => {
  const cache = new TokenCache(0);
  cache.add('t', {});
  assert.equal(cache.find('t'), undefined);
});

// ---- acknowledgements

const settle = () => new Promise((resolve) => setImmediate(resolve));

function slowAcks() {
  const sent = [];
  const clock = new Clock();
  const send = (stream, sequence, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      sent.push({ stream, sequence, signal, resolve, reject });
    });
  return { acks: new Acknowledgements(clock, send), sent, clock };
}

test('acknowledgements are joined while one is under way', async () => {
  const { acks, sent } = slowAcks();
  acks.streamBegins('a', 5);
  acks.applied(6);
  for (const sequence of [7, 8, 9]) acks.applied(sequence);
  assert.deepEqual(sent.map(({ sequence }) => sequence), [6]);
  sent[0].resolve();
  await settle();
  assert.deepEqual(sent.map(({ sequence }) => sequence), [6, 9]);
  sent[1].resolve();
  await settle();
  acks.applied(9);
  assert.equal(sent.length, 2, 'once is enough');
  acks.applied(10);
  assert.equal(sent.length, 3);
});

test('an acknowledgement that is lost is not repeated, and holds up no other', async () => {
  const { acks, sent } = slowAcks();
  acks.streamBegins('a', 0);
  acks.applied(1);
  sent[0].reject(new Error('lost'));
  await settle();
  assert.equal(sent.length, 1);
  acks.applied(2);
  assert.deepEqual(sent.map(({ sequence }) => sequence), [1, 2]);
});

test('a new stream is told of by its own name, and waits for nothing that was said of the one before', async () => {
  const { acks, sent } = slowAcks();
  acks.streamBegins('a', 0);
  acks.applied(1);
  acks.streamBegins('b', 1);
  acks.applied(2);
  await settle();
  assert.deepEqual(sent.map(({ stream, sequence, signal }) => [stream, sequence, signal.aborted]), [['a', 1, true], ['b', 2, false]]);
  acks.streamBegins('c', 2);
  await settle();
  acks.applied(3);
  assert.deepEqual(sent.map(({ stream }) => stream), ['a', 'b', 'c']);
  sent[2].resolve();
});

test('an acknowledgement that takes 5 s is given up, and no sooner', async () => {
  const { acks, sent, clock } = slowAcks();
  acks.streamBegins('a', 0);
  acks.applied(1);
  acks.applied(2);
  clock.pass(4_900);
  await settle();
  assert.deepEqual([sent.length, sent[0].signal.aborted], [1, false]);
  clock.pass(100);
  await settle();
  assert.deepEqual(sent.map(({ sequence, signal }) => [sequence, signal.aborted]), [[1, true], [2, false]]);
  sent[1].resolve();
  await settle();
  clock.pass(5_000);
  assert.equal(sent[1].signal.aborted, false);
});

test('after close() nothing is said any more', async () => {
  const { acks, sent } = slowAcks();
  acks.streamBegins('a', 0);
  acks.applied(1);
  acks.applied(2);
  acks.close();
  await settle();
  assert.deepEqual(sent.map(({ sequence, signal }) => [sequence, signal.aborted]), [[1, true]]);
});

// ---- the Authorization header: CHECKS B45

test('a bearer token is found whatever the case of its scheme, and nothing else is one', () => {
  for (const header of ['Bearer a.b.c', 'bearer a.b.c', 'BEARER a.b.c', 'bEaReR \t a.b.c \t']) assert.equal(findBearer(header), 'a.b.c', header);
  for (const none of [undefined, null, '', 'Bearer', 'Bearer ', 'Bearer \t', 'Basic YTpi', 'Bearera.b.c', 'Bearer=a', ' Bearer a', 'DPoP a.b.c', ['Bearer a.b.c'], 7, {}])
    assert.equal(findBearer(none), undefined, String(none));
  assert.equal(findBearer('Bearer a b'), 'a b');
  assert.equal(findBearer(`Bearer ${'a'.repeat(100_000)}`), '-');
});

// ---- times: CHECKS A30

test('a token expires at exp and the skew, to the millisecond', () => {
  const token = { expiresAt: 100_000, notBefore: 50_000, issuedAt: 60_000 };
  const check = (now, skew) => {
    try {
      checkTimes(token, now, skew);
      return 'taken';
    } catch ({ code }) {
      return code;
    }
  };
  assert.equal(check(99_999, 0), 'taken');
  assert.equal(check(100_000, 0), 'expired');
  assert.equal(check(129_999, 30_000), 'taken');
  assert.equal(check(130_000, 30_000), 'expired');
  assert.equal(check(60_000, 0), 'taken');
  assert.equal(check(59_999, 0), 'issued_in_the_future');
  assert.equal(check(30_000, 30_000), 'taken');
  assert.equal(check(29_999, 30_000), 'issued_in_the_future');
  assert.equal(check(49_999, 0), 'not_yet_valid');
});

// ---- refusals

test('who sent no token is told no error', () => {
  const { status, error, wwwAuthenticate } = noToken('notes');
  assert.deepEqual([status, error, wwwAuthenticate], [401, '', 'Bearer realm="notes"']);
  assert.equal(noToken('').wwwAuthenticate, 'Bearer');
});

test('a refusal says why in terms of RFC 6750', () => {
  assert.equal(invalidToken('expired', 'notes').wwwAuthenticate, 'Bearer realm="notes", error="invalid_token", error_description="The token has expired."');
  for (const kind of kKinds) {
    const { revoked, error, status, description, cause } = isRevoked(kind, '');
    assert.deepEqual([revoked, error, status, cause], [kind, 'invalid_token', 401, undefined]);
    assert.match(description, /^[A-Z][^"\\]+\.$/);
  }
  const { status, error, wwwAuthenticate, retryAfter } = unavailable('Later.');
  assert.deepEqual([status, error, wwwAuthenticate, retryAfter], [503, 'unavailable', '', 1]);
});

test('who may not is told what would do, all of it', () => {
  const refusal = insufficientScope({ roles: ['admin', 'editor'], scopes: ['notes:read', 'notes:write'] });
  assert.deepEqual([refusal.status, refusal.error], [403, 'insufficient_scope']);
  assert.equal(refusal.description, 'Needs roles: admin editor; scopes: notes:read notes:write.');
  assert.match(refusal.wwwAuthenticate, /scope="notes:read notes:write"$/);
  assert.equal(insufficientScope({ roles: ['admin'] }).wwwAuthenticate, 'Bearer error="insufficient_scope", error_description="Needs roles: admin."');
});

test('nothing that a realm or a role holds ends the header', () => {
  const { wwwAuthenticate } = insufficientScope({ roles: ['a"b\\c\r\nSet-Cookie: x=1', 'ä'] }, 'no"tes\n');
  assert.equal(wwwAuthenticate, 'Bearer realm="no?tes?", error="insufficient_scope", error_description="Needs roles: a?b?c??Set-Cookie: x=1 ?."');
});

// ---- principals

const ann = new Principal({
  userId: 'u1', sessionId: 's1', email: 'ann@example.com', name: 'Ann', roles: ['admin'], scopes: ['read'], clientId: 'app', tokenId: 't1', keyId: 'k1',
  issuedAt: 1_764_200_000_000, expiresAt: 1_764_200_600_000,
});

test('a principal says what may be done', () => {
  assert.equal(ann.hasRole('admin'), true);
  assert.equal(ann.hasRole('Admin'), false);
  assert.equal(ann.hasRole('adm'), false);
  assert.equal(ann.hasScope('read'), true);
  assert.equal(ann.hasScope(''), false);
  assert.equal(ann.expiresAt - ann.issuedAt, 600_000);
});

test('nobody who holds a principal changes it for another', () => {
  assert.throws(() => (ann.userId = 'root'), TypeError);
  assert.throws(() => ann.roles.push('root'), TypeError);
  assert.throws(() => (ann.more = 1), TypeError);
  ann.expiresAt.setTime(0);
  assert.equal(ann.expiresAt.getTime(), 1_764_200_600_000);
});

test('a principal is fit for a log, as a line, as JSON, and as Node shows it', () => {
  assert.equal(String(ann), 'user="u1" session="s1" client="app" token="t1"');
  const evil = new Principal({ ...JSON.parse(JSON.stringify(ann)), userId: 'x" session="y\n\u001b[2J\u202e', sessionId: '', issuedAt: 0, expiresAt: 0 });
  assert.equal(String(evil), 'user="x\\u{22} session=\\u{22}y\\u{a}\\u{1b}[2J\\u{202e}" client="app" token="t1"');
  assert.equal(JSON.parse(JSON.stringify(ann)).expiresAt, '2025-11-26T23:43:20.000Z');
  assert.match(inspect(ann), /^Principal \{\s+userId: 'u1'/);
  assert.match(inspect({ ann }, { depth: 0 }), /\[Principal\]/);
  assert.match(inspect(ann), /expiresAt: 2025-11-26/);
});

// ---- options

test('options that cannot work are refused, in words', async () => {
  const good = { issuer: 'https://id.example.com', audience: 'notes', credential: 'svc_x' };
  const cases = [
    [{ credential: undefined }, /without a credential: make one with `signet verifier add NAME`, or say revocations: 'ignore'/],
    [{ revocations: 'ignore' }, /there is a credential, and what is revoked is to be ignored/],
    [{ revocations: 'perhaps' }, /neither 'follow' nor 'ignore'/],
    [{ credential: 'a b' }, /characters that no credential has/],
    [{ credential: 'a\r\nb' }, /characters that no credential has/],
    [{ audience: '' }, /no audience/],
    [{ audience: undefined }, /no audience/],
    [{ issuer: 'id.example.com' }, /not a URL/],
    [{ issuer: '' }, /not a URL/],
    [{ issuer: undefined }, /not a URL/],
    [{ issuer: 'https://id.example.com\\@evil' }, /user, a query, or a fragment|not a URL/],
    [{ issuer: 'ftp://id.example.com' }, /not an https URL/],
    [{ issuer: 'http://id.example.com' }, /not an https URL/],
    [{ issuer: 'http://localhost' }, /not an https URL/],
    [{ issuer: 'http://id.example.com', allowPlainHttpOnLoopback: true }, /loopback/],
    [{ issuer: 'http://127.0.0.1.example.com', allowPlainHttpOnLoopback: true }, /loopback/],
    [{ issuer: 'https://ann@id.example.com' }, /a user, a query, or a fragment/],
    [{ issuer: 'https://id.example.com?x' }, /a user, a query, or a fragment/],
    [{ issuer: 'https://id.example.com#x' }, /a user, a query, or a fragment/],
    [{ algorithms: ['HS256'] }, /symmetric key cannot be published/],
    [{ algorithms: ['none'] }, /no algorithm that is served/],
    [{ algorithms: [] }, /no algorithm is allowed/],
    [{ clockSkew: -1 }, /clockSkew is -1/],
    [{ clockSkew: 600_001 }, /clockSkew/],
    [{ clockSkew: 0.5 }, /clockSkew/],
    [{ degradedAfter: 3 }, /degradedAfter is 3, and not an integer between 2000/],
    [{ degradedAfter: 3_000, staleAfter: 3_000 }, /staleAfter/],
    [{ whenStale: 'open' }, /whenStale/],
    [{ rememberedTokens: -1 }, /rememberedTokens/],
    [{ patience: Number.NaN }, /patience/],
    [{ whenstale: 'fail_closed' }, /^there is no option "whenstale"; there are issuer, /],
    [{ when_stale: 'fail_closed' }, /no option "when_stale"/],
    [{ whenStale: null }, /whenStale/],
  ];
  for (const [change, words] of cases)
    await assert.rejects(createVerifier({ ...good, ...change }), (error) => {
      assert.ok(error instanceof OptionsError, String(error));
      assert.equal(error.code, 'contradictory_policy');
      assert.match(error.message, words);
      return true;
    });
});

// ---- metrics

test('the numbers are Prometheus text, by the same names as the C++ library’s', () => {
  const text = prometheusText({ state: 'degraded', keys: 2, sequence: 7, entries: 3, ageOfHeartbeat: 4_500, clockOffset: -1_500, reconnects: 1, resyncs: 0 });
  for (const line of [
    'signet_verifier_state{state="degraded"} 1', 'signet_verifier_state{state="live"} 0', 'signet_verifier_keys 2', 'signet_verifier_revocation_sequence 7',
    'signet_verifier_revocations 3', 'signet_verifier_last_heard_seconds 4.5', 'signet_verifier_clock_offset_seconds -1.5',
    'signet_verifier_reconnects_total 1', 'signet_verifier_resyncs_total 0', '# TYPE signet_verifier_reconnects_total counter',
  ])
    assert.ok(text.split('\n').includes(line), line);
  assert.ok(text.endsWith('\n'));
});
