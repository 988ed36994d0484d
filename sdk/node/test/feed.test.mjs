// A verifier follows an issuer over HTTP, and somebody stands in between. CHECKS F
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCertificate } from './certificate.mjs';
import { json, Log, newKey, zipped } from './issuer.mjs';
import { refusalOf, until, withIssuer } from './world.mjs';

const isLive = (verifier) => () => verifier.state === 'live';
const holds = (verifier, sequence) => () => verifier.status().sequence === sequence;
const silence = () => [];

test('what is revoked is refused a moment later, and confirmed once it is', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    assert.equal(verifier.state, 'live');
    assert.equal(verifier.ready, true);
    const [ann, bob] = [await issuer.bearer({ sid: 's1' }), await issuer.bearer({ sid: 's2' })];
    for (const token of [ann, bob]) assert.equal(await refusalOf(verifier, token), undefined);
    // Nobody is told that it is applied before it is.
    let refusedWhenConfirmed;
    issuer.acknowledging = async () => (refusedWhenConfirmed = (await refusalOf(verifier, ann))?.revoked);
    await issuer.revoke('session', 's1');
    await until('the confirmation', () => issuer.acks.length > 0);
    assert.equal(refusedWhenConfirmed, 'session');
    assert.deepEqual(issuer.acks, [{ stream: issuer.streams[0].name, seq: 1 }]);
    const refusal = await refusalOf(verifier, ann);
    assert.deepEqual([refusal.status, refusal.error, refusal.revoked, refusal.cause], [401, 'invalid_token', 'session', undefined]);
    assert.equal(await refusalOf(verifier, bob), undefined);
  }));

for (const [kind, subject] of Object.entries({ session: 's1', token: 't1', user: 'ann', client: 'signet', key: 'k1', everything: '*' }))
  test(`an entry of kind ${kind} refuses the tokens it concerns`, () =>
    withIssuer(async (world) => {
      const { issuer } = world;
      const verifier = await world.verifier();
      const token = await issuer.bearer({ jti: 't1' });
      assert.equal(await refusalOf(verifier, token), undefined);
      await issuer.revoke(kind, subject);
      await until('it is heard of', holds(verifier, 1));
      assert.equal((await refusalOf(verifier, token)).revoked, kind);
      const isDated = ['user', 'client', 'everything'].includes(kind);
      const later = await issuer.bearer({ jti: 't2', sid: 's2', iat: Math.floor(issuer.now() / 1000) + 2 });
      assert.equal((await refusalOf(verifier, later))?.revoked, kind === 'key' ? 'key' : undefined, isDated ? 'issued later' : 'of another name');
    }));

test('what was revoked before it began is in the snapshot, what came meanwhile in the stream', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const until_ = issuer.now() + 600_000;
    for (let i = 1; i <= 1_000; i++) issuer.log.add('session', `s${i}`, issuer.now(), until_);
    const before = await issuer.snapshot();
    for (let i = 1_001; i <= 2_000; i++) issuer.log.add('session', `s${i}`, issuer.now(), until_);
    issuer.answers['/revocations'] = () => zipped(before);
    const verifier = await world.verifier();
    assert.equal(verifier.state, 'live');
    assert.deepEqual([verifier.status().sequence, verifier.status().entries], [2_000, 2_000]);
    for (const sid of ['s1', 's1000', 's1001', 's2000']) assert.equal((await refusalOf(verifier, await issuer.bearer({ sid })))?.revoked, 'session', sid);
    assert.equal(await refusalOf(verifier, await issuer.bearer({ sid: 's2001' })), undefined);
  }));

test('until the first snapshot is verified, every token is refused with 503', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    issuer.answers['/revocations'] = { status: 503, headers: { 'retry-after': '1' } };
    const verifier = await world.verifier({ patience: 50 });
    assert.deepEqual([verifier.state, verifier.ready], ['starting', false]);
    const refusal = await refusalOf(verifier, await issuer.bearer());
    assert.deepEqual([refusal.status, refusal.error, refusal.retryAfter, refusal.wwwAuthenticate], [503, 'unavailable', 1, '']);
    assert.equal((await refusalOf(verifier, undefined)).status, 401, 'who sends none is asked for one all the same');
    delete issuer.answers['/revocations'];
    world.clock.pass(1_000);
    await until('it is live', isLive(verifier));
    assert.equal(await refusalOf(verifier, await issuer.bearer()), undefined);
    assert.ok(world.problems.includes('the snapshot is answered with status 503'));
  }));

test('a snapshot alone makes nobody live: somebody may have kept it', () =>
  withIssuer(async (world) => {
    world.issuer.answers['/revocations/stream'] = { status: 503 };
    const verifier = await world.verifier({ patience: 50 });
    await until('the stream was asked for', () => world.issuer.requestsTo('/revocations/stream').length > 0);
    assert.equal(verifier.state, 'starting');
    assert.equal(world.issuer.requestsTo('/revocations').length, 1);
  }));

test('a credential that is not accepted is said so', () =>
  withIssuer(async (world) => {
    const verifier = await world.verifier({ credential: 'svc_other', patience: 100 });
    await until('the problem', () => world.problems.length > 0);
    assert.equal(verifier.state, 'starting');
    assert.deepEqual(new Set(world.problems), new Set(['the issuer does not accept the credential: status 401']));
  }));

test('the credential goes to the feed and nowhere else, and each stream has a nonce of its own', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    await issuer.restart();
    await until('another stream', () => verifier.status().reconnects === 1 && issuer.streams.length === 1);
    for (const { path: where, headers } of issuer.requests) {
      const isFeed = ['/revocations', '/revocations/stream', '/revocations/ack'].includes(where);
      assert.equal(headers.authorization, isFeed ? `Bearer ${issuer.credential}` : undefined, where);
    }
    const nonces = issuer.requestsTo('/revocations/stream').map(({ query }) => query.get('nonce'));
    assert.equal(new Set(nonces).size, 2);
    for (const nonce of nonces) assert.match(nonce, /^[A-Za-z0-9_-]{32}$/);
  }));

// ---- staleness: CHECKS F8

test('no news for 3 s is degraded, for 30 s stale, where the policy decides', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const [good, ended] = [await issuer.bearer({ sid: 's1' }), await issuer.bearer({ sid: 's2' })];
    await issuer.revoke('session', 's2');
    await until('it is heard of', holds(verifier, 1));
    issuer.carry = silence;
    const both = async () => [await refusalOf(verifier, good), await refusalOf(verifier, good, { whenStale: 'fail_closed' })].map((refusal) => refusal?.status);

    clock.pass(3_000);
    assert.equal(verifier.state, 'degraded');
    assert.deepEqual(await both(), [undefined, undefined]);
    clock.pass(27_000);
    assert.equal(verifier.state, 'stale');
    assert.deepEqual(await both(), [undefined, 503]);
    assert.equal((await refusalOf(verifier, ended)).revoked, 'session', 'what is known stays known');
    assert.ok(verifier.status().ageOfHeartbeat >= 30_000);

    issuer.carry = (events) => events;
    clock.pass(10_000);
    await until('it is live', isLive(verifier));
    assert.deepEqual(await both(), [undefined, undefined]);
    assert.deepEqual(world.reports.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1]), ['live', 'degraded', 'stale', 'live']);
  }));

test('the whole verifier may fail closed, and one route not', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier({ whenStale: 'fail_closed', degradedAfter: 2_000, staleAfter: 5_000 });
    const token = await issuer.bearer();
    issuer.carry = silence;
    clock.pass(5_000);
    assert.equal(verifier.state, 'stale');
    const refusal = await refusalOf(verifier, token);
    assert.deepEqual([refusal.status, refusal.retryAfter], [503, 1]);
    assert.equal(await refusalOf(verifier, token, { whenStale: 'until_expiry' }), undefined);
  }));

// CHECKS F11: whoever lets the heartbeats through five seconds late gains nothing, and loses the stream.
test('heartbeats that are held back keep nobody live', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const held = [];
    issuer.carry = (events, stream) => {
      held.push({ due: clock.steady() + 5_000, events, stream });
      return held.filter(({ due, stream: to }) => to === stream && due <= clock.steady()).flatMap((late) => held.splice(held.indexOf(late), 1)[0].events);
    };
    const states = [];
    for (let second = 1; second <= 20; second++) {
      clock.pass(1_000);
      await new Promise((done) => setTimeout(done, 60)); // a heartbeat of the issuer's, or two
      states.push(verifier.state);
    }
    assert.equal(states[0], 'live');
    assert.deepEqual(new Set(states.slice(5)), new Set(['degraded']), String(states));
    assert.ok(verifier.status().reconnects > 0);
    issuer.carry = (events) => events;
    clock.pass(10_000);
    await until('it is live', isLive(verifier));
  }));

test('a process that was busy for seconds reads what came meanwhile before it gives the stream up', () =>
  withIssuer(async (world) => {
    const { clock } = world;
    const verifier = await world.verifier();
    clock.pass(4_000);
    await until('it is live', isLive(verifier));
    await new Promise((done) => setTimeout(done, 300)); // the second look
    assert.deepEqual([verifier.state, verifier.status().reconnects], ['live', 0]);
  }));

for (const ahead of [300_000, -300_000])
  test(`with the issuer's clock ${ahead / 60_000} minutes ahead all is the same`, () =>
    withIssuer(
      async (world) => {
        const { issuer, clock } = world;
        const verifier = await world.verifier({ clockSkew: 299_000 });
        assert.equal(verifier.state, 'live');
        assert.ok(Math.abs(verifier.status().clockOffset - ahead) < 1_000);
        const token = await issuer.bearer({ iat: Math.floor(issuer.now() / 1000) - 10 });
        assert.equal(await refusalOf(verifier, token), undefined);
        await issuer.revoke('user', 'ann');
        await until('it is heard of', holds(verifier, 1));
        assert.equal((await refusalOf(verifier, token)).revoked, 'user');
        issuer.carry = silence;
        clock.pass(3_000);
        assert.equal(verifier.state, 'degraded');
        issuer.carry = (events) => events;
        clock.pass(1_000);
        await until('it is live', isLive(verifier));
      },
      { issuer: { ahead } },
    ));

test('a clock so wrong that the issuer may forget before a token expires is said so', () =>
  withIssuer(
    async (world) => {
      await world.verifier();
      await until('the problem', () => world.problems.length > 0);
      assert.equal(world.problems[0], "this machine's clock is more than 570 s behind the issuer's: a token may outlive the news that it is revoked");
    },
    { issuer: { ahead: 11 * 60_000 } },
  ));

test('one that is as far ahead refuses tokens too early, and that is said so', () =>
  withIssuer(
    async (world) => {
      const verifier = await world.verifier();
      assert.equal((await refusalOf(verifier, await world.issuer.bearer())).cause, 'expired');
      await until('the problem', () => world.problems.length > 0);
      assert.deepEqual(world.problems, ["this machine's clock is more than 570 s ahead of the issuer's: tokens are refused before they expire"]);
      assert.equal(verifier.state, 'live');
    },
    { issuer: { ahead: -11 * 60_000 } },
  ));

test("an issuer's clock that jumps is said, and nobody's concern", () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    issuer.ahead = 60_000;
    await until('it is known', () => verifier.status().clockOffset > 50_000);
    assert.deepEqual([verifier.state, verifier.status().reconnects, world.problems], ['live', 0, []]);
  }));

// ---- what a middle man may try: CHECKS F6

test('a dropped message is noticed by the next heartbeat, and another stream brings it', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    issuer.carry = (events) => events.filter(({ event }) => event !== 'revocations');
    await issuer.revoke('session', 's1');
    await until('it is noticed', () => world.problems.includes('entries are missing in the stream'));
    issuer.carry = (events) => events;
    await until('it is heard of', holds(verifier, 1));
    assert.equal((await refusalOf(verifier, await issuer.bearer())).revoked, 'session');
    assert.equal(verifier.status().resyncs, 0);
  }));

test('who drops every message of entries gets the snapshot asked for, and in the end gets nobody live', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    issuer.carry = (events) => events.filter(({ event }) => event !== 'revocations');
    await issuer.revoke('session', 's1');
    await until('the snapshot', () => (clock.pass(100), verifier.status().resyncs === 1));
    assert.equal(verifier.status().sequence, 1);
    await until('it is live', isLive(verifier));
    issuer.answers['/revocations'] = { status: 503 };
    await issuer.revoke('session', 's2');
    for (let i = 0; i < 40; i++) {
      clock.pass(100);
      await new Promise((done) => setTimeout(done, 10));
    }
    assert.equal(verifier.state, 'degraded');
  }));

test('messages in another order are not applied, and put right', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    const kept = [];
    issuer.carry = (events) => {
      if (events[0].event !== 'revocations') return events;
      kept.push(...events);
      return kept.length === 2 ? kept.reverse() : [];
    };
    await issuer.revoke('session', 's1');
    await issuer.revoke('session', 's2');
    await until('it is noticed', () => world.problems.includes('entries are missing in the stream'));
    issuer.carry = (events) => events;
    await until('both are heard of', holds(verifier, 2));
    await until('it is live', isLive(verifier));
    assert.equal(verifier.status().entries, 2);
  }));

test('messages that are replayed change nothing', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    const seen = [];
    issuer.carry = (events) => (seen.push(...events), events);
    await issuer.revoke('session', 's1');
    await issuer.revoke('session', 's2');
    await until('both are heard of', holds(verifier, 2));
    issuer.inject(seen);
    issuer.inject([...seen].reverse());
    await issuer.revoke('session', 's3');
    await until('the third is heard of', holds(verifier, 3));
    assert.deepEqual([verifier.state, verifier.status().reconnects, verifier.status().entries], ['live', 0, 3]);
  }));

test('replayed heartbeats keep nobody live', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const seen = [];
    issuer.carry = (events) => (seen.push(...events), events);
    await until('some heartbeats', () => seen.length >= 3);
    issuer.carry = silence;
    for (let i = 0; i < 8; i++) {
      clock.pass(500);
      issuer.inject(seen);
      await new Promise((done) => setTimeout(done, 10));
    }
    assert.equal(verifier.state, 'degraded');
  }));

// Kept from a run that lasted longer: they would do for as long as it takes the issuer to have run so long again.
test('heartbeats of another run keep nobody live', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const { run, up } = issuer.running();
    issuer.begin();
    const verifier = await world.verifier();
    issuer.carry = silence;
    const kept = async (later) => ({ event: 'heartbeat', data: await issuer.sign({ 'urn:signet:heartbeat': { ...issuer.log.at(issuer.log.end), time: issuer.now(), run, up: up + later } }) });
    for (let later = 500; later <= 4_000; later += 500) {
      const event = await kept(later);
      clock.pass(500);
      issuer.inject([event]);
      await new Promise((done) => setTimeout(done, 10));
    }
    assert.equal(verifier.state, 'degraded');
    assert.ok(world.problems.includes('the stream holds a heartbeat of another run of the issuer'), world.problems.join());
  }));

test('the greeting of another stream is no greeting', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const greetings = [];
    issuer.carry = (events) => (greetings.push(events[0]), events);
    await world.verifier();
    issuer.carry = () => [greetings[0]];
    const second = await world.verifier({ patience: 50 });
    await until('it is noticed', () => world.problems.includes('the stream does not begin with the answer to this request'));
    assert.equal(second.state, 'starting');
  }));

test('forged messages are not applied, and another stream is asked for', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    const forger = newKey('EdDSA', 'f1');
    const longer = issuer.log.copy();
    longer.add('session', 's1', issuer.now(), issuer.now() + 600_000);
    const forgeries = {
      bad_signature: await issuer.sign(longer.delta(0), { key: forger }),
      type_mismatch: await issuer.sign(longer.delta(0), { header: { typ: 'at+jwt' } }),
      issuer_mismatch: await issuer.sign(longer.delta(0), { claims: { iss: 'https://evil.example' } }),
      malformed_token: 'no token',
      unknown_key: await issuer.sign(longer.delta(0), { key: newKey('EdDSA', 'f9') }),
    };
    let streams = 0;
    for (const [cause, data] of Object.entries(forgeries)) {
      issuer.inject([{ event: 'revocations', data }]);
      await until(cause, () => world.problems.some((problem) => problem.includes(cause)));
      streams++;
      await until('another stream', () => verifier.status().reconnects === streams && issuer.streams.length === 1);
      await until('it is live', isLive(verifier));
    }
    assert.equal(verifier.status().entries, 0);
    assert.equal(await refusalOf(verifier, await issuer.bearer()), undefined);
  }));

test('an access token key cannot speak for the feed, nor the feed’s key for anybody', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const eddsa = newKey('EdDSA', 'k2');
    issuer.keys.push(eddsa);
    const verifier = await world.verifier();
    issuer.inject([{ event: 'heartbeat', data: await issuer.sign({ 'urn:signet:heartbeat': { ...issuer.log.at(0), time: issuer.now(), ...issuer.running() } }, { key: eddsa }) }]);
    await until('it is noticed', () => world.problems.some((problem) => problem.includes('unknown_key')));
    assert.equal((await refusalOf(verifier, await issuer.bearer({}, { key: issuer.feedKeys[0] }))).cause, 'unknown_key');
  }));

test('a snapshot that was touched adds nothing', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    issuer.log.add('session', 's1', issuer.now(), issuer.now() + 600_000);
    issuer.answers['/revocations'] = async () => zipped((await issuer.snapshot()).replace('session s1', 'session s2'));
    const verifier = await world.verifier({ patience: 50 });
    await until('the problem', () => world.problems.length > 0);
    assert.deepEqual([verifier.state, verifier.status().entries], ['starting', 0]);
    assert.ok(world.problems[0].startsWith('the snapshot is not believed: malformed_claims'), world.problems[0]);
  }));

test('bytes that are no gzip, an answer cut short, and a redirect are problems, and no more', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    issuer.answers['/revocations'] = { status: 200, body: 'no gzip', headers: { 'content-encoding': 'gzip' } };
    const verifier = await world.verifier({ patience: 100 });
    const next = async (answer, problem) => {
      issuer.answers['/revocations'] = answer;
      clock.pass(10_000);
      await until(String(problem), () => world.problems.some((words) => problem.test(words)));
    };
    await next({ status: 200, body: 'x', cut: true }, /the snapshot: aborted/);
    await next({ status: 302, headers: { location: `${issuer.url}/elsewhere` } }, /the snapshot is answered with status 302/);
    assert.match(world.problems[0], /the snapshot: .*header/);
    assert.equal(issuer.requestsTo('/elsewhere').length, 0);
    assert.equal(verifier.state, 'starting');
    delete issuer.answers['/revocations'];
    clock.pass(10_000);
    await until('it is live', isLive(verifier));
  }));

// ---- the issuer restarts, goes back, goes on

test('an issuer that restarts is followed again, from what is held', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    await issuer.revoke('session', 's1');
    await until('it is heard of', holds(verifier, 1));
    await issuer.restart();
    issuer.log.add('session', 's2', issuer.now(), issuer.now() + 600_000);
    await until('the second is heard of', holds(verifier, 2));
    assert.equal(issuer.requestsTo('/revocations/stream').at(-1).query.get('after'), '1');
    assert.equal(issuer.requestsTo('/revocations').length, 1, 'no snapshot');
    await issuer.revoke('session', 's3');
    await until('the confirmation', () => issuer.acks.at(-1)?.seq === 3);
    assert.equal(verifier.state, 'live');
  }));

test('an issuer that is away is asked again, later each time', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    await issuer.stop();
    await until('the problem', () => world.problems.some((problem) => problem.includes('ECONNREFUSED')));
    clock.pass(31_000);
    assert.equal(verifier.state, 'stale');
    await issuer.start(issuer.port);
    clock.pass(10_000);
    await until('it is live', isLive(verifier));
  }));

test('where what follows is not kept any more, the snapshot is taken', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    issuer.oldest = 2;
    await issuer.restart();
    for (const sid of ['s1', 's2', 's3']) issuer.log.add('session', sid, issuer.now(), issuer.now() + 600_000);
    await until('it is heard of', holds(verifier, 3));
    await until('it is live', isLive(verifier));
    assert.equal(verifier.status().resyncs, 1);
    assert.ok(world.problems.includes('the stream is answered with status 410'));
  }));

test('a restored issuer with a new log: its snapshot is taken, and what is held stays', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    const [ended, other] = [await issuer.bearer({ sid: 's1', jti: 't1' }), await issuer.bearer({ sid: 's2' })];
    for (const sid of ['s1', 's8', 's9']) await issuer.revoke('session', sid);
    await until('it is heard of', holds(verifier, 3));
    issuer.log = new Log(issuer.log.name + 1_000);
    issuer.log.add('everything', '*', issuer.now() + 1_000, issuer.now() + 600_000);
    await issuer.restart();
    await until('it is heard of', () => verifier.status().resyncs === 1 && verifier.state === 'live');
    assert.equal(verifier.status().sequence, 1);
    assert.equal((await refusalOf(verifier, other)).revoked, 'everything');
    assert.equal((await refusalOf(verifier, ended)).revoked, 'session');
    const later = { iat: Math.floor(issuer.now() / 1000) + 5 };
    assert.equal(await refusalOf(verifier, await issuer.bearer({ sid: 's2', ...later })), undefined);
    assert.equal((await refusalOf(verifier, await issuer.bearer({ sid: 's1', ...later }))).revoked, 'session', 'of the log before');
  }));

test('an older log, and an older snapshot of the same one, take nothing back', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const early = await issuer.snapshot();
    for (const sid of ['s1', 's2']) await issuer.revoke('session', sid);
    await until('it is heard of', holds(verifier, 2));
    const log = issuer.log;

    issuer.log = new Log(log.name - 1_000);
    for (let i = 0; i < 9; i++) issuer.log.add('session', `o${i}`, 0, issuer.now());
    await issuer.restart();
    await until('it is noticed', () => world.problems.includes("the issuer's log is older than the one held"));

    issuer.log = log;
    issuer.oldest = 99;
    issuer.answers['/revocations'] = () => zipped(early);
    await issuer.restart();
    await until('it is noticed', () => {
      clock.pass(500);
      return world.problems.includes('the snapshot is older than what is held');
    });
    assert.equal(verifier.status().sequence, 2);
    assert.equal((await refusalOf(verifier, await issuer.bearer({ sid: 's2' }))).revoked, 'session');

    issuer.oldest = 0;
    delete issuer.answers['/revocations'];
    clock.pass(10_000);
    await until('it is live', isLive(verifier));
  }));

test('confirmations are joined while one is under way', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    let release;
    issuer.acknowledging = () => new Promise((resolve) => (release = resolve));
    for (let i = 1; i <= 5; i++) await issuer.revoke('session', `s${i}`);
    await until('all are heard of', holds(verifier, 5));
    const first = issuer.requestsTo('/revocations/ack').length;
    assert.equal(first, 1);
    release();
    issuer.acknowledging = async () => {};
    await until('the last is confirmed', () => issuer.acks.at(-1)?.seq === 5);
    assert.equal(issuer.acks.length, 2);
  }));

for (const never of ['stalls', 'drips'])
  test(`an answer to a confirmation that ${never} for ever is not the last`, () =>
    withIssuer(async (world) => {
      const { issuer, clock } = world;
      const verifier = await world.verifier();
      issuer.answers['/revocations/ack'] = { status: 200, headers: { 'content-length': 1_000_000 }, [never]: true };
      await issuer.revoke('session', 's1');
      await until('it is confirmed', () => issuer.requestsTo('/revocations/ack').length === 1);
      delete issuer.answers['/revocations/ack'];
      await issuer.revoke('session', 's2');
      await until('both are heard of', holds(verifier, 2));
      clock.pass(5_000);
      await until('the second is confirmed', () => issuer.acks.at(-1)?.seq === 2);
    }));

test('a confirmation that hangs on a dead connection holds up none of the next stream', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    const verifier = await world.verifier();
    issuer.acknowledging = () => new Promise(() => {});
    await issuer.revoke('session', 's1');
    await until('it is confirmed', () => issuer.requestsTo('/revocations/ack').length === 1);
    issuer.acknowledging = async () => {};
    issuer.streams[0].response.destroy();
    await until('another stream', () => verifier.status().reconnects === 1 && issuer.streams.length === 1);
    const began = performance.now();
    await issuer.revoke('session', 's2');
    await until('the second is confirmed', () => issuer.acks.length > 0);
    assert.deepEqual(issuer.acks, [{ stream: issuer.streams[0].name, seq: 2 }]);
    assert.ok(performance.now() - began < 4_000, 'not only when the first was given up');
  }));

// ---- the feed's own keys

test('a new key of the feed is looked for when it signs', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    issuer.feedKeys.unshift(newKey('EdDSA', 'f2'));
    await issuer.revoke('session', 's1');
    await until('it is heard of', () => (clock.pass(100), holds(verifier, 1)()));
    assert.equal(issuer.requestsTo('/revocations/keys').length, 2);
    await until('it is live', isLive(verifier));
  }));

test('a key of the feed that is revoked speaks no more, though a cache still has it', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const [leaked, next] = [issuer.feedKeys[0], newKey('EdDSA', 'f2')];
    issuer.feedKeys = [next, leaked];
    await issuer.revoke('key', 'f1');
    await until('it is heard of', () => (clock.pass(100), holds(verifier, 1)()));
    await until('it is live', isLive(verifier));
    const before = verifier.status().reconnects;
    issuer.feedKeys = [leaked, next];
    await until('it is noticed', () => verifier.status().reconnects > before);
    assert.ok(world.problems.some((problem) => problem.includes('unknown_key')));
  }));

test('a feed whose keys do not come says why', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    issuer.answers['/revocations/keys'] = json({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'h' }] });
    const verifier = await world.verifier({ patience: 100 });
    await until('the problem', () => (clock.pass(250), world.problems.length > 0));
    assert.equal(world.problems[0], 'the keys of the revocation feed: key_not_for_this_use: a secret is published');
    delete issuer.answers['/revocations/keys'];
    clock.pass(60_000);
    await until('it is live', isLive(verifier));
  }));

// ---- time goes by

test('a stream is renewed after an hour, with another nonce, and nobody notices', () =>
  withIssuer(async (world) => {
    const { clock } = world;
    const verifier = await world.verifier();
    clock.pass(3_600_000);
    await until('another stream', () => verifier.status().reconnects === 1 && verifier.state === 'live');
    assert.deepEqual(world.problems, []);
  }));

// All that comes on it would look older by as much, for an hour.
test('a stream that was slow to answer is renewed soon', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    issuer.carry = (events) => {
      clock.pass(1_500);
      issuer.carry = (all) => all;
      return events;
    };
    const verifier = await world.verifier();
    await until('a heartbeat', () => verifier.status().ageOfHeartbeat >= 1_500);
    assert.equal(verifier.state, 'live');
    clock.pass(9_000);
    await until('it is live', isLive(verifier));
    assert.equal(verifier.status().reconnects, 0);
    clock.pass(1_000);
    await until('another stream', () => verifier.status().reconnects === 1 && verifier.status().ageOfHeartbeat < 500);
    assert.equal(verifier.state, 'live');
  }));

// Its steady clock may have stood still: by that alone whatever was held back meanwhile would look young.
test('a machine that slept knows how old its news is, and asks with another nonce; so does one whose clock was set', () =>
  withIssuer(async (world) => {
    const { clock } = world;
    const verifier = await world.verifier();
    for (const [slept, state] of [[1_000, 'live'], [10_000, 'degraded'], [3_600_000, 'stale'], [-60_000, 'live']]) {
      const { reconnects } = verifier.status();
      clock.asleep += slept;
      clock.pass(250);
      assert.equal(verifier.state, state, String(slept));
      if (slept === 1_000) continue;
      await until('another stream', () => verifier.status().reconnects > reconnects && verifier.state === 'live');
    }
    assert.deepEqual([...new Set(world.problems)], ['this machine slept, or its clock was set']);
  }));

test('sleep counts while there is no stream, too, and once', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const token = await issuer.bearer();
    await issuer.stop();
    await until('the problem', () => world.problems.length > 0);
    clock.asleep += 60_000;
    clock.pass(250);
    assert.equal(verifier.state, 'stale');
    const age = verifier.status().ageOfHeartbeat;
    assert.ok(age >= 60_000 && age < 90_000, String(age));
    assert.equal((await refusalOf(verifier, token, { whenStale: 'fail_closed' })).status, 503);
    clock.pass(250);
    assert.ok(verifier.status().ageOfHeartbeat < 90_000);
    await issuer.start(issuer.port);
    clock.pass(10_000);
    await until('it is live', isLive(verifier));
  }));

test('an entry is forgotten after its until and the skew', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    await issuer.revoke('session', 's1', { until: issuer.now() + 60_000 });
    await issuer.revoke('session', 's2', { until: issuer.now() + 3_600_000 });
    await until('both are heard of', holds(verifier, 2));
    clock.pass(80_000);
    assert.equal(verifier.status().entries, 2);
    clock.pass(20_000);
    assert.equal(verifier.status().entries, 2, 'the issuer has not said yet that it is so late');
    await issuer.beat();
    await until('one is forgotten', () => {
      clock.pass(1_000);
      return verifier.status().entries === 1;
    });
    assert.equal((await refusalOf(verifier, await issuer.bearer({ sid: 's2' })))?.revoked, 'session');
  }));

const kMonths = 90 * 24 * 3_600_000;

test('a clock that was months behind at the start, and was put right, has entries forgotten all the same', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    clock.asleep = -kMonths;
    issuer.ahead = kMonths;
    issuer.log = new Log(issuer.now() - 1_000);
    issuer.answers['/revocations/stream'] = { status: 503 };
    const verifier = await world.verifier({ patience: 50 });
    clock.asleep = 0;
    issuer.ahead = 0;
    delete issuer.answers['/revocations/stream'];
    clock.pass(10_000);
    await until('it is live', isLive(verifier));
    await issuer.revoke('session', 's1', { until: issuer.now() + 1_000 });
    await until('it is heard of', holds(verifier, 1));
    clock.pass(40_000);
    await until('it is forgotten', () => {
      clock.pass(1_000);
      return verifier.status().entries === 0;
    });
  }));

for (const [how, onState] of [
  ['throws', () => { throw new Error('of the application'); }],
  ['promises and does not keep', async () => { throw new Error('of the application'); }],
])
  test(`what onState ${how} is a warning, and no more`, () =>
    withIssuer(async (world) => {
      const warned = new Promise((resolve) => process.once('warning', resolve));
      const verifier = await world.verifier({ onState });
      assert.equal(verifier.state, 'live');
      assert.match((await warned).message, /of the application/);
    }));

test('a verifier that is closed asks nobody, and accepts nothing', () =>
  withIssuer(async (world) => {
    const { issuer, clock } = world;
    const verifier = await world.verifier();
    const token = await issuer.bearer();
    verifier.close();
    assert.equal((await refusalOf(verifier, token)).status, 503);
    assert.equal(verifier.ready, false);
    await until('the stream is over', () => issuer.streams.length === 0);
    const { length } = issuer.requests;
    clock.pass(4_000_000);
    await new Promise((done) => setTimeout(done, 50));
    assert.equal(issuer.requests.length, length);
    assert.deepEqual(world.reports.map(({ state }) => state), ['live']);
    verifier.close();
  }));

// ---- TLS, by a CA of its own

test('over TLS the CA that is named is the one that counts', () =>
  withCertificate((tls) =>
    withIssuer(
      async (world) => {
        const { issuer } = world;
        const verifier = await world.verifier({ ca: tls.cert });
        assert.equal(verifier.state, 'live');
        assert.equal(await refusalOf(verifier, await issuer.bearer()), undefined);
        const stranger = await world.verifier({ patience: 300 });
        assert.equal(stranger.state, 'starting');
        await until('the problem', () => (world.clock.pass(250), /self.signed certificate/.test(world.problems.join())));
      },
      { issuer: { tls } },
    ),
  ));
