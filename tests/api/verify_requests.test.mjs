// examples/verify_requests: two small servers that follow the real one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { addVerifier } from './feed.mjs';
import { freePort, patient, request, root, signIn, startWithAnn, until } from './harness.mjs';

// One of the two, beside a server with ann in it.
async function withServer(name, work) {
  const signet = await startWithAnn({ env: patient });
  let child;
  try {
    const [credential, port] = [await addVerifier(signet, name), await freePort()];
    child = spawn(path.join(process.env.EXAMPLES_FOLDER ?? path.join(root, 'build/release'), `verify_requests_${name}`),
      [signet.url, path.join(signet.dataDir, 'tls/cert.pem'), String(port)], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.ended = new Promise((done) => child.once('exit', done).once('error', done));
    child.stdin.on('error', () => {});
    child.stdin.end(credential);
    const server = { url: `http://127.0.0.1:${port}` };
    await until('the example', () => request(server, 'GET', '/profile').then((answer) => answer.status === 401, () => false));
    await work({ signet, server });
  } finally {
    child?.kill('SIGTERM');
    await child?.ended;
    await signet.stop();
  }
}

const signOut = (signet, session) => request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token });

// Who stands still is stale after as long as the options say.
async function whileStandingStill(signet, work) {
  signet.child.kill('SIGSTOP');
  try { await work(); } finally { signet.child.kill('SIGCONT'); }
}

for (const [name, sensitive] of [['blocking', '/transfers'], ['asio', '/notes']])
  test(`${name}: who is signed in is let in, and out with the sign-out`, () => withServer(name, async ({ signet, server }) => {
    const session = await signIn(signet);
    const ask = (method, target) => request(server, method, target, { bearer: session.access_token });
    const profile = await ask('GET', '/profile');
    assert.deepEqual([profile.status, profile.text], [200, `${session.user.id}\n`]);
    assert.equal((await ask('POST', sensitive)).status, 200);
    const twice = await request(server, 'GET', '/profile', { headers: { authorization: [`Bearer ${session.access_token}`, `Bearer ${session.access_token}`] } });
    assert.equal(twice.status, 401);

    assert.equal((await signOut(signet, session)).headers['signet-propagated'], '1/1');
    const refused = await ask('GET', '/profile');
    assert.deepEqual([refused.status, refused.text], [401, 'The session has ended.\n']);
    assert.match(refused.headers['www-authenticate'], /error="invalid_token"/);
    assert.equal((await ask('POST', sensitive)).status, 401);
  }));

test('blocking: what is sensitive is refused while it is not known who signed out', () => withServer('blocking', async ({ signet, server }) => {
  const session = await signIn(signet);
  const ask = (method, target) => request(server, method, target, { bearer: session.access_token });
  await whileStandingStill(signet, async () => {
    const closed = await until('it is stale', async () => {
      const answer = await ask('POST', '/transfers');
      return answer.status === 503 && answer;
    }, 40_000);
    assert.equal(closed.headers['retry-after'], '1');
    assert.equal((await ask('GET', '/profile')).status, 200);
    assert.match((await request(server, 'GET', '/metrics')).text, /signet_verifier_state\{state="stale"\} 1/);
  });
}));

test('asio: an open stream is closed with the sign-out, and no other', () => withServer('asio', async ({ signet, server }) => {
  const open = async (session) => {
    const stream = { session, ended: false };
    const outgoing = http.get(`${server.url}/events`, { headers: { authorization: `Bearer ${session.access_token}` }, agent: false });
    const answer = await new Promise((done, failed) => outgoing.on('response', done).on('error', failed));
    answer.on('error', () => {}).on('close', () => { stream.ended = true; }).resume();
    return Object.assign(stream, { status: answer.statusCode, close: () => outgoing.destroy() });
  };
  const [leaves, stays] = [await open(await signIn(signet)), await open(await signIn(signet))];
  assert.deepEqual([leaves.status, stays.status], [200, 200]);
  assert.equal(leaves.ended, false);
  await signOut(signet, leaves.session);
  await until('its end', () => leaves.ended);
  assert.equal(stays.ended, false);
  stays.close();
}));
