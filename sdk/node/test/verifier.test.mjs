// Keys that come and go, tokens that are remembered, and what verify() answers.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { json, Log, newKey } from './issuer.mjs';
import { refusalOf, until, withIssuer } from './world.mjs';

const kKeys = '/.well-known/jwks.json';
const fetches = (issuer) => issuer.requestsTo(kKeys).length;

test('a good token says who it is', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    const iat = Math.floor(issuer.now() / 1000);
    const verdict = await verifier.verify(await issuer.bearer({ jti: 't1', email: 'ann@example.com', name: 'Ann', roles: ['admin'], scope: 'read  write', iat, exp: iat + 600 }));
    assert.equal(verdict.ok, true);
    const { principal } = verdict;
    assert.deepEqual(JSON.parse(JSON.stringify(principal)), {
      userId: 'ann', sessionId: 's1', email: 'ann@example.com', name: 'Ann', roles: ['admin'], scopes: ['read', 'write'], clientId: 'signet',
      tokenId: 't1', keyId: 'k1', issuedAt: new Date(iat * 1000).toISOString(), expiresAt: new Date((iat + 600) * 1000).toISOString(),
    });
    assert.deepEqual([principal.hasRole('admin'), principal.hasScope('write'), principal.hasScope('read ')], [true, true, false]);
  }));

test('whatever a stranger sends, it throws nothing', () =>
  withIssuer(async (world) => {
    const verifier = await world.verifier();
    const strange = [undefined, null, '', 7, {}, [], Symbol('x'), 'Bearer', 'Basic x', 'Bearer x', 'Bearer a.b.c', `Bearer ${'.'.repeat(9_000)}`, `Bearer ${'x'.repeat(1e6)}`,
      'Bearer \0', 'Bearer \ud800', 'Bearer __proto__', 'Bearer e30.e30.e30', `Bearer ${Buffer.from('{"alg":"ES256","kid":"__proto__"}').toString('base64url')}.e30.AA`,
      `Bearer ${Buffer.from('{"alg":"constructor","kid":"k1"}').toString('base64url')}.e30.AA`];
    for (const header of strange) {
      const refusal = await refusalOf(verifier, header);
      assert.equal(refusal.status, 401, String(header).slice(0, 30));
      assert.ok(['', 'invalid_token'].includes(refusal.error));
    }
  }));

test('the realm stands in every challenge', () =>
  withIssuer(async (world) => {
    const verifier = await world.verifier({ realm: 'notes' });
    assert.equal((await refusalOf(verifier, '')).wwwAuthenticate, 'Bearer realm="notes"');
    assert.match((await refusalOf(verifier, 'Bearer x')).wwwAuthenticate, /^Bearer realm="notes", error="invalid_token"/);
  }));

test('with revocations ignored the feed is not asked, and there is nothing to wait for but the keys', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier({ revocations: 'ignore' });
    assert.deepEqual([verifier.state, verifier.ready], ['live', true]);
    assert.equal(await refusalOf(verifier, await issuer.bearer(), { whenStale: 'fail_closed' }), undefined);
    clock.pass(40_000);
    assert.equal(verifier.state, 'live');
    assert.deepEqual(new Set(issuer.requests.map(({ path }) => path)), new Set([kKeys]));
    assert.deepEqual(world.reports, [{ state: 'live', before: 'starting', problem: '' }]);
  }));

test('without keys every token is refused with 503, until they come', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    issuer.answers[kKeys] = { status: 500 };
    const verifier = await world.verifier({ patience: 50 });
    const token = await issuer.bearer();
    assert.equal(verifier.ready, false);
    assert.deepEqual([(await refusalOf(verifier, token)).status, (await refusalOf(verifier, token)).error], [503, 'unavailable']);
    delete issuer.answers[kKeys];
    await until('it is taken', async () => (clock.pass(100), (await refusalOf(verifier, token)) === undefined));
    assert.equal(verifier.ready, true);
    assert.ok(world.problems.includes("the issuer's keys: the answer has status 500"));
  }));

test('keys that come late, with revocations ignored, are told of', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    issuer.answers[kKeys] = { status: 500 };
    const verifier = await world.verifier({ revocations: 'ignore', patience: 50 });
    delete issuer.answers[kKeys];
    await until('it is live', () => (world.clock.pass(100), verifier.state === 'live'));
    assert.deepEqual(world.reports, [
      { state: 'starting', before: 'starting', problem: "the issuer's keys: the answer has status 500" },
      { state: 'live', before: 'starting', problem: '' },
    ]);
  }));

// ---- keys: CHECKS A20, A40

test('a token of a key that is new waits for it, and one fetch serves all who wait', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    const next = newKey('ES256', 'k2');
    issuer.keys.push(next);
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, i) => issuer.bearer({ sid: `s${i}` }, { key: next })));
    const refusals = await Promise.all(tokens.map((token) => refusalOf(verifier, token)));
    assert.deepEqual(new Set(refusals), new Set([undefined]));
    assert.equal(fetches(issuer), 2);
  }));

// What the issuer publishes now, answered when `release` is called.
function slowly(issuer) {
  const held = {};
  const keys = json({ keys: issuer.keys.map(({ jwk }) => jwk) });
  issuer.answers[kKeys] = () => new Promise((resolve) => (held.release = () => resolve(keys)));
  return held;
}

test('a key that was published while a fetch was under way is asked for once more', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier({ revocations: 'ignore' });
    const early = slowly(issuer);
    clock.pass(300_000);
    await until('the fetch', () => fetches(issuer) === 2);
    delete issuer.answers[kKeys];
    const next = newKey('ES256', 'k2');
    issuer.keys.push(next);
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => issuer.bearer({ sid: `s${i}` }, { key: next })));
    const asked = tokens.map((token) => refusalOf(verifier, token));
    early.release();
    assert.deepEqual(new Set(await Promise.all(asked)), new Set([undefined]));
    assert.equal(fetches(issuer), 3);
  }));

test('but not where the one under way was asked for by somebody less than 30 s ago', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier({ revocations: 'ignore' });
    const early = slowly(issuer);
    const tokens = await Promise.all(['x', 'y'].map((kid) => issuer.bearer({}, { header: { kid } })));
    const asked = tokens.map((token) => refusalOf(verifier, token));
    await until('the fetch', () => fetches(issuer) === 2);
    early.release();
    assert.deepEqual((await Promise.all(asked)).map(({ cause }) => cause), ['unknown_key', 'unknown_key']);
    assert.equal(fetches(issuer), 2);
  }));

test('random kids cause a fetch each 30 s at most', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const flood = async () => {
      for (let i = 0; i < 20; i++) assert.equal((await refusalOf(verifier, await issuer.bearer({}, { header: { kid: `x${i}` } }))).cause, 'unknown_key');
    };
    await flood();
    assert.equal(fetches(issuer), 2);
    clock.pass(29_000);
    await flood();
    assert.equal(fetches(issuer), 2);
    clock.pass(1_000);
    await flood();
    assert.equal(fetches(issuer), 3);
  }));

test('a key that is revoked brings the one that signs now at once, whatever kid a stranger has had looked for', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    assert.equal((await refusalOf(verifier, await issuer.bearer({}, { header: { kid: 'x' } }))).cause, 'unknown_key');
    assert.equal(fetches(issuer), 2);
    const [leaked, next] = [issuer.keys[0], newKey('ES256', 'k2')];
    issuer.keys = [next];
    const token = await issuer.bearer();
    assert.equal((await refusalOf(verifier, token)).cause, 'unknown_key', 'the cooldown');
    await issuer.revoke('session', 's9');
    await until('it is heard of', () => verifier.status().sequence === 1);
    assert.equal(fetches(issuer), 2);
    await issuer.revoke('key', 'k1');
    await until('it is accepted', async () => (await refusalOf(verifier, token)) === undefined);
    assert.equal(fetches(issuer), 3);
    assert.equal((await refusalOf(verifier, await issuer.bearer({}, { key: leaked }))).cause, 'unknown_key');
    assert.equal(fetches(issuer), 3, 'the cooldown is as it was');
  }));

test('a key that is revoked while a fetch is under way has another one follow', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const early = slowly(issuer);
    clock.pass(300_000);
    await until('the fetch', () => fetches(issuer) === 2);
    delete issuer.answers[kKeys];
    issuer.keys = [newKey('ES256', 'k2')];
    await issuer.revoke('key', 'k1');
    await until('it is heard of', () => verifier.status().sequence === 1);
    early.release();
    await until('it is accepted', async () => (await refusalOf(verifier, await issuer.bearer())) === undefined);
    assert.equal(fetches(issuer), 3);
  }));

test('a key that was revoked before it began is in the snapshot, and no reason to ask again', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    issuer.log.add('key', 'k0', issuer.now(), issuer.now() + 600_000);
    const verifier = await world.verifier();
    assert.deepEqual([verifier.status().entries, fetches(issuer)], [1, 1]);
  }));

test('so does a new log that names one, as after a restored backup', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    assert.equal((await refusalOf(verifier, await issuer.bearer({}, { header: { kid: 'x' } }))).cause, 'unknown_key');
    issuer.keys = [newKey('ES256', 'k2')];
    const token = await issuer.bearer();
    assert.equal((await refusalOf(verifier, token)).cause, 'unknown_key', 'the cooldown');
    issuer.log = new Log(issuer.log.name + 1_000);
    issuer.log.add('key', 'k1', issuer.now(), issuer.now() + 600_000);
    await issuer.restart();
    await until('it is accepted', async () => (await refusalOf(verifier, token)) === undefined);
    assert.equal(fetches(issuer), 3);
  }));

test('a kid of an algorithm that is not allowed causes none', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    assert.equal((await refusalOf(verifier, await issuer.bearer({}, { key: newKey('ES384', 'k9') }))).cause, 'algorithm_not_allowed');
    assert.equal(fetches(issuer), 1);
  }));

test('an issuer that does not answer keeps a token with an unknown kid waiting for 2 s, and no longer', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    issuer.answers[kKeys] = () => new Promise(() => {});
    const asked = refusalOf(verifier, await issuer.bearer({}, { key: newKey('ES256', 'k9') }));
    await until('the fetch', () => fetches(issuer) === 2);
    clock.pass(2_000);
    assert.equal((await asked).cause, 'unknown_key');
  }));

for (const [what, silent] of [
  ['does not answer', () => new Promise(() => {})],
  ['stops in the middle of its answer', { status: 200, headers: { 'content-length': 10 }, stalls: true }],
])
  test(`an issuer that ${what} is said to be late`, () =>
    withIssuer(async (world) => {
      const { issuer, clock } = world;
      issuer.answers[kKeys] = silent;
      await world.verifier({ revocations: 'ignore', patience: 50 });
      await until('the fetch', () => fetches(issuer) === 1);
      clock.pass(10_000);
      await until('the problem', () => world.problems.length > 0);
      assert.equal(world.problems[0], "the issuer's keys: no answer in time");
    }));

test('a key that is gone from the set is gone, also for tokens that are remembered', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const [old, next] = [issuer.keys[0], newKey('ES256', 'k2')];
    const token = await issuer.bearer();
    assert.equal(await refusalOf(verifier, token), undefined);
    issuer.keys = [next];
    clock.pass(300_000);
    await until('the fetch', () => fetches(issuer) === 2);
    await until('it is refused', async () => (await refusalOf(verifier, token))?.cause === 'unknown_key');
    issuer.keys = [{ ...newKey('ES256', old.kid) }, next];
    clock.pass(300_000);
    await until('the fetch', () => fetches(issuer) >= 3);
    await until('the other key of that kid', async () => (await refusalOf(verifier, token))?.cause === 'bad_signature');
  }));

test('a set that is wrong, or does not come, leaves the one before in use, for a day', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier({ revocations: 'ignore', clockSkew: 0 });
    issuer.answers[kKeys] = json({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'h' }] });
    clock.pass(300_000);
    await until('the fetch', () => fetches(issuer) === 2);
    assert.equal(await refusalOf(verifier, await issuer.bearer()), undefined);
    clock.pass(24 * 3_600_000);
    assert.equal((await refusalOf(verifier, await issuer.bearer())).status, 503);
    assert.equal(verifier.state, 'starting');
  }));

test('a set that has not changed is not sent again, and what is remembered stays', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const keys = () => json({ keys: issuer.keys.map(({ jwk }) => jwk) }, { etag: '"1"', 'cache-control': 'max-age=60' });
    issuer.answers[kKeys] = (request) => (request.headers['if-none-match'] === '"1"' ? { status: 304 } : keys());
    const verifier = await world.verifier({ revocations: 'ignore' });
    clock.pass(60_000);
    await until('the fetch', () => fetches(issuer) === 2);
    assert.equal(issuer.requestsTo(kKeys).at(-1).headers['if-none-match'], '"1"');
    await until('another', () => (clock.pass(1_000), fetches(issuer) === 3));
    assert.equal(await refusalOf(verifier, await issuer.bearer()), undefined);
    assert.equal(verifier.status().keys, 1);
  }));

test('a set of more than 64 KiB, and a redirect, are no sets', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    issuer.answers[kKeys] = json({ keys: [], x: 'x'.repeat(65_536) });
    assert.equal((await world.verifier({ revocations: 'ignore', patience: 50 })).ready, false);
    issuer.answers[kKeys] = { status: 302, headers: { location: `${issuer.url}/elsewhere` } };
    assert.equal((await world.verifier({ revocations: 'ignore', patience: 50 })).ready, false);
    assert.equal(issuer.requestsTo('/elsewhere').length, 0);
  }));

// ---- remembered tokens: CHECKS A38, group 27

test('a token that is remembered expires all the same, and is revoked all the same', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier({ clockSkew: 0 });
    const token = await issuer.bearer({ sid: 's1' });
    const first = await verifier.verify(token);
    assert.equal((await verifier.verify(token)).principal, first.principal, 'it is remembered');
    await issuer.revoke('session', 's1');
    await until('it is heard of', () => verifier.status().sequence === 1);
    assert.equal((await refusalOf(verifier, token)).revoked, 'session');

    const other = await issuer.bearer({ sid: 's2' });
    assert.equal(await refusalOf(verifier, other), undefined);
    clock.pass(601_000);
    assert.equal((await refusalOf(verifier, other)).cause, 'expired');
  }));

test('a token that was refused is not remembered, and no text that is not the same passes for it', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    const token = await issuer.bearer();
    assert.equal(await refusalOf(verifier, token), undefined);
    const at = token.lastIndexOf('.') + 5;
    const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    for (let i = 0; i < 3; i++) assert.equal((await refusalOf(verifier, forged)).cause, 'bad_signature');
    assert.equal(await refusalOf(verifier, token), undefined);
  }));

test('with rememberedTokens: 0 nothing is remembered', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier({ rememberedTokens: 0 });
    const token = await issuer.bearer();
    const [first, second] = [await verifier.verify(token), await verifier.verify(token)];
    assert.notEqual(first.principal, second.principal);
  }));

test('no token is accepted that was revoked while its signature was checked', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    const tokens = await Promise.all(Array.from({ length: 2_000 }, (_, i) => issuer.bearer({ jti: `t${i}` })));
    let confirmed = false;
    issuer.acknowledging = async () => (confirmed = true);
    const [oks, late] = [[], []];
    const checkSome = async () => {
      for (let token = tokens.pop(); token; token = tokens.pop()) {
        const afterConfirmation = confirmed;
        const { ok } = await verifier.verify(token);
        oks.push(ok);
        if (ok && afterConfirmation) late.push(token);
        if (oks.length === 200) await issuer.revoke('session', 's1');
      }
    };
    await Promise.all(Array.from({ length: 8 }, checkSome));
    assert.deepEqual(late, []);
    assert.ok(oks.includes(true) && oks.includes(false), 'some before, some after');
  }));

// ---- the process

test('a verifier keeps no process alive that has nothing else to do', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const script = `
      import { createVerifier } from '@signet/node';
      const verifier = await createVerifier({ issuer: '${issuer.url}', audience: 'notes', credential: '${issuer.credential}', allowPlainHttpOnLoopback: true });
      console.log(verifier.state);`;
    const stdout = await new Promise((resolve, reject) =>
      execFile(process.execPath, ['--input-type=module', '-e', script], { cwd: new URL('..', import.meta.url), timeout: 20_000 }, (error, out) => (error ? reject(error) : resolve(out))),
    );
    assert.equal(stdout, 'live\n');
  }));
