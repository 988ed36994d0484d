// Access tokens as others see them: their keys, their claims, and what they cost.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import https from 'node:https';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { ann, refresh, request, run, signIn, startWithAnn, statementsDuring, until } from './harness.mjs';

let signet;
before(async () => { signet = await startWithAnn(); });
after(() => signet.stop());

const keySet = async () => (await request(signet, 'GET', '/.well-known/jwks.json')).json;

test('The npm package jose accepts a token by the published keys', async () => {
  const { access_token: token, user, session_id: session } = await signIn(signet);
  const keys = jose.createRemoteJWKSet(new URL('/.well-known/jwks.json', signet.url), { agent: new https.Agent({ ca: signet.ca }) });
  const { payload, protectedHeader } = await jose.jwtVerify(token, keys,
    { issuer: signet.url, audience: signet.url, typ: 'at+jwt', algorithms: ['ES256'] });
  assert.equal(protectedHeader.alg, 'ES256');
  assert.equal(payload.sub, user.id);
  assert.equal(payload.sid, session);
  assert.equal(payload.email, ann.email);
  for (const claim of ['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'sid', 'client_id', 'auth_time', 'amr', 'roles'])
    assert.ok(claim in payload, claim);
  await assert.rejects(jose.jwtVerify(token, keys, { audience: 'https://other.example' }));
});

test("Debian's python3-jwt accepts a token by the published keys", async () => {
  const { access_token: token } = await signIn(signet);
  const script = `
import jwt, sys, json
url, issuer, token = sys.argv[1:]
key = jwt.PyJWKClient(url).get_signing_key_from_jwt(token)
print(json.dumps(jwt.decode(token, key.key, algorithms=["ES256"], audience=issuer, issuer=issuer)))`;
  const claims = await new Promise((resolve, reject) => {
    execFile('/usr/bin/python3', ['-c', script, `${signet.url}/.well-known/jwks.json`, signet.url, token],
      { env: { ...process.env, SSL_CERT_FILE: path.join(signet.dataDir, 'tls/cert.pem') } },
      (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(JSON.parse(stdout))));
  });
  assert.equal(claims.email, ann.email);
});

test('The key set is public, cacheable, and holds nothing private', async () => {
  const answer = await request(signet, 'GET', '/.well-known/jwks.json', { headers: { origin: 'https://anywhere.example' } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers['cache-control'], /max-age=\d+/);
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  for (const key of answer.json.keys) {
    assert.deepEqual(Object.keys(key).filter((name) => ['d', 'p', 'q', 'k', 'dp', 'dq', 'qi'].includes(name)), []);
    assert.equal(key.use, 'sig');
    assert.ok(key.kid);
  }
});

test('The discovery documents name this issuer', async () => {
  for (const name of ['openid-configuration', 'oauth-authorization-server']) {
    const answer = await request(signet, 'GET', `/.well-known/${name}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.json.issuer, signet.url);
    assert.equal(answer.json.jwks_uri, `${signet.url}/.well-known/jwks.json`);
  }
});

test('Asking who I am runs no SQL statement', async () => {
  const { access_token: bearer } = await signIn(signet);
  const agent = signet.agent();
  await request(signet, 'GET', '/api/v1/me', { bearer, agent });
  const requests = 1000;
  const { statements, seconds, most } = await statementsDuring(signet, async () => {
    for (let i = 0; i < requests; i++) await request(signet, 'GET', '/api/v1/me', { bearer, agent });
  });
  console.log(`      ${requests} requests in ${seconds.toFixed(2)} s, ${statements} statements`);
  assert.ok(statements <= most, `${statements} statements in ${seconds} s`);
});

test('After a rotation by hand old tokens verify and new ones carry the new key', async () => {
  const before = await signIn(signet);
  const old = jose.decodeProtectedHeader(before.access_token).kid;
  const done = await run(['keys', 'rotate', '--now', '--data', signet.dataDir]);
  assert.equal(done.code, 0, done.stderr);
  const renewed = await until('the server to sign with the new key', async () => {
    const answer = await refresh(signet, before.refresh_token);
    return jose.decodeProtectedHeader(answer.json.access_token).kid !== old && answer.json;
  });
  const kids = (await keySet()).keys.map((key) => key.kid);
  assert.ok(kids.includes(old));
  assert.ok(kids.includes(jose.decodeProtectedHeader(renewed.access_token).kid));
  for (const bearer of [before.access_token, renewed.access_token])
    assert.equal((await request(signet, 'GET', '/api/v1/me', { bearer })).status, 200);
  const listed = (await run(['keys', 'list', '--json', '--data', signet.dataDir])).stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(listed.find((key) => key.kid === old).state, 'retired');
  assert.equal(listed.filter((key) => key.state === 'signing' && key.purpose === 'access_token').length, 1);
});

// CHECKS B50: every verifier can fetch a key before it signs.
test('A rotation without hurry publishes the next key first', async () => {
  const { access_token: token } = await signIn(signet);
  const done = await run(['keys', 'rotate', '--json', '--data', signet.dataDir]);
  assert.equal(done.code, 0, done.stderr);
  const next = done.stdout.trim().split('\n').map((line) => JSON.parse(line)).find((key) => key.state === 'next');
  assert.ok(next.active_from - Date.now() / 1000 > 3500);
  await until('the next key to be published', async () => (await keySet()).keys.some((key) => key.kid === next.kid));
  assert.notEqual(jose.decodeProtectedHeader((await signIn(signet)).access_token).kid, next.kid);
  const again = await run(['keys', 'rotate', '--data', signet.dataDir]);
  assert.match(again.stdout, /waiting already/);
  assert.equal((await request(signet, 'GET', '/api/v1/me', { bearer: token })).status, 200);
});
