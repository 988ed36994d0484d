// @signet/node follows the real server: what is revoked is refused, before whoever revoked it has an answer. CHECKS F
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { createVerifier } from '../../sdk/node/dist/index.js';
import { addVerifier } from './feed.mjs';
import { addUser, ann, freshFolder, freePort, patient, percentile, request, run, signIn, startWithAnn, startSignet, until } from './harness.mjs';

const bob = { email: 'bob@example.com', password: 'four other words here', name: 'Bob' };

async function follow(signet, credential, options = {}) {
  const reports = [];
  const verifier = await createVerifier({
    issuer: signet.url,
    audience: signet.url,
    credential,
    ca: signet.ca,
    patience: 15_000,
    onState: (report) => reports.push(report),
    ...options,
  });
  return Object.assign(verifier, { reports });
}

// Ann signed in, and a verifier that follows.
async function withFollower(work, options) {
  const signet = await startWithAnn({ env: patient, ...options });
  const verifiers = [];
  try {
    const credential = await addVerifier(signet, 'notes');
    const verifier = await follow(signet, credential);
    verifiers.push(verifier);
    await work({ signet, credential, verifier, more: async (...how) => verifiers[verifiers.push(await follow(signet, ...how)) - 1] });
  } finally {
    verifiers.forEach((verifier) => verifier.close());
    await signet.stop();
  }
}

const refusal = async (verifier, { access_token: token }) => (await verifier.verify(`Bearer ${token}`)).refusal;
const live = (verifier) => until('it is live', () => verifier.state === 'live');
const command = async (signet, ...args) => {
  const { code, stderr } = await run([...args, '--data', signet.dataDir]);
  assert.equal(code, 0, stderr);
};

test('a token says who signed in, and is refused when the sign-out is answered', () =>
  withFollower(async ({ signet, verifier }) => {
    assert.equal(verifier.state, 'live');
    const session = await signIn(signet);
    const { ok, principal } = await verifier.verify(`Bearer ${session.access_token}`);
    assert.equal(ok, true);
    assert.deepEqual([principal.userId, principal.sessionId, principal.email, principal.name], [session.user.id, session.session_id, ann.email, ann.name]);

    const answer = await request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token });
    assert.deepEqual([answer.status, answer.headers['signet-propagated']], [204, '1/1']);
    const { status, error, revoked } = await refusal(verifier, session);
    assert.deepEqual([status, error, revoked], [401, 'invalid_token', 'session']);
    assert.equal(await refusal(verifier, await signIn(signet)), undefined, 'a new session is another');
  }));

// CHECKS F11: a revoked token is accepted 0 times after it is confirmed.
test('a hundred sign-outs are each confirmed by each of three verifiers', () =>
  withFollower(async ({ signet, credential, verifier, more }) => {
    const all = [verifier, await more(credential), await more(await addVerifier(signet, 'other'))];
    const agent = signet.agent();
    const [took, confirmed] = [[], []];
    for (let i = 0; i < 100; i++) {
      const session = await signIn(signet, ann, { agent });
      for (const each of all) assert.equal(await refusal(each, session), undefined);
      const { status, headers, milliseconds } = await request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token, agent });
      assert.equal(status, 204);
      took.push(milliseconds);
      confirmed.push(headers['signet-propagated']);
      for (const each of all) assert.equal((await refusal(each, session))?.revoked, 'session');
    }
    assert.deepEqual(confirmed.filter((of) => of !== '3/3'), []);
    console.log(`# sign-out until three verifiers have confirmed: median ${percentile(took, 0.5).toFixed(1)} ms, p99 ${percentile(took, 0.99).toFixed(1)} ms`);
  }));

test('signing out everywhere, another password, and a disabled account reach the verifier', () =>
  withFollower(async ({ signet, verifier }) => {
    const [phone, laptop] = [await signIn(signet), await signIn(signet)];
    let answer = await request(signet, 'POST', '/api/v1/logout-all', { bearer: phone.access_token });
    assert.deepEqual([answer.status, answer.headers['signet-propagated']], [204, '1/1']);
    for (const session of [phone, laptop]) assert.equal((await refusal(verifier, session))?.revoked, 'session');

    const [here, elsewhere] = [await signIn(signet), await signIn(signet)];
    const change = { current_password: ann.password, new_password: 'five completely other words here' };
    answer = await request(signet, 'POST', '/api/v1/password', { bearer: here.access_token, json: change });
    assert.deepEqual([answer.status, answer.headers['signet-propagated']], [204, '1/1']);
    assert.equal(await refusal(verifier, here), undefined);
    assert.equal((await refusal(verifier, elsewhere))?.revoked, 'session');

    await addUser(signet, bob);
    const session = await signIn(signet, bob);
    assert.equal(await refusal(verifier, session), undefined);
    await command(signet, 'user', 'disable', bob.email);
    await until('it is heard of', async () => (await refusal(verifier, session))?.error === 'invalid_token');
  }));

test('a key that is revoked is refused by name, and its successor accepted', () =>
  withFollower(async ({ signet, verifier }) => {
    const before = await signIn(signet);
    const { principal } = await verifier.verify(`Bearer ${before.access_token}`);
    await command(signet, 'keys', 'revoke', principal.keyId, '--yes');
    await until('it is heard of', async () => (await refusal(verifier, before))?.status === 401);
    const after = await until('another key signs', async () => {
      const session = await signIn(signet);
      const verdict = await verifier.verify(`Bearer ${session.access_token}`);
      return verdict.ok && verdict.principal.keyId !== principal.keyId ? session : undefined;
    });
    assert.equal(await refusal(verifier, after), undefined);
  }));

test('a verifier that comes later takes what is revoked from the snapshot', () =>
  withFollower(async ({ signet, credential, more }) => {
    const session = await signIn(signet);
    await request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token });
    const later = await more(credential);
    assert.equal(later.state, 'live');
    assert.equal((await refusal(later, session))?.revoked, 'session');
    assert.ok(later.metrics().includes('signet_verifier_state{state="live"} 1'));
  }));

test('a server that is killed is followed again, and nothing is forgotten', async () => {
  const [dataDir, port] = [path.join(freshFolder(), 'data'), await freePort()];
  let signet = await startWithAnn({ dataDir, env: patient, listen: `localhost:${port}` });
  const verifier = await follow(signet, await addVerifier(signet, 'notes'));
  try {
    const [ended, going] = [await signIn(signet), await signIn(signet)];
    await request(signet, 'POST', '/api/v1/logout', { bearer: ended.access_token });
    await signet.kill9();
    await until('it is noticed', () => verifier.reports.some(({ problem }) => problem));
    assert.equal((await refusal(verifier, ended))?.revoked, 'session');
    assert.equal(await refusal(verifier, going), undefined);

    signet = await startSignet({ dataDir, env: patient, listen: `localhost:${port}` });
    await until('another stream', () => verifier.status().reconnects > 0 && verifier.status().ageOfHeartbeat < 1_000);
    await live(verifier);
    assert.equal(verifier.status().resyncs, 0);
    const answer = await request(signet, 'POST', '/api/v1/logout', { bearer: going.access_token });
    assert.equal(answer.headers['signet-propagated'], '1/1');
    for (const session of [ended, going]) assert.equal((await refusal(verifier, session))?.revoked, 'session');
  } finally {
    verifier.close();
    await signet.stop();
  }
});

test('a server that stands still is noticed, and followed again when it goes on', () =>
  withFollower(async ({ signet, credential, more }) => {
    const verifier = await more(credential, { degradedAfter: 2_000, staleAfter: 3_000 });
    const session = await signIn(signet);
    signet.child.kill('SIGSTOP');
    await until('it is stale', () => verifier.state === 'stale');
    const bearer = `Bearer ${session.access_token}`;
    assert.equal((await verifier.verify(bearer, { whenStale: 'fail_closed' })).refusal.status, 503);
    assert.equal((await verifier.verify(bearer)).ok, true);
    signet.child.kill('SIGCONT');
    await live(verifier);
    await until('both follow', async () => (await signet.metric('signet_revocation_followers')) === 2);
    const answer = await request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token });
    assert.equal(answer.headers['signet-propagated'], '2/2');
    assert.equal((await refusal(verifier, session))?.revoked, 'session');
  }));

test('a credential that is removed opens nothing any more, and what is known stays known', () =>
  withFollower(async ({ signet, verifier }) => {
    const session = await signIn(signet);
    await request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token });
    await command(signet, 'verifier', 'remove', 'notes');
    await until('it is degraded', () => verifier.state === 'degraded');
    assert.ok(verifier.reports.some(({ problem }) => problem.startsWith('the issuer does not accept the credential')), JSON.stringify(verifier.reports));
    assert.equal((await refusal(verifier, session))?.revoked, 'session');
    assert.equal(await refusal(verifier, await signIn(signet)), undefined);
  }));

test('nobody follows with a credential that there is not', () =>
  withFollower(async ({ more }) => {
    const verifier = await more('no-such-credential', { patience: 500 });
    assert.equal(verifier.state, 'starting');
    assert.equal((await verifier.verify('Bearer a.b.c')).refusal.status, 503);
  }));
