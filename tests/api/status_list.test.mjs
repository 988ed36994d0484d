// Status lists of the real server, read by a service that knows nothing but the draft.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import * as jose from 'jose';
import { addUser, ann, freshFolder, query, refresh, request, run, signIn, startSignet } from './harness.mjs';

let signet;
const scratch = freshFolder();
const settings = { dataDir: path.join(scratch, 'data'), env: { SIGNET_TOKENS_STATUS_LIST: 'true', SIGNET_SERVER_ISSUER: 'https://id.example.com' } };
before(async () => {
  signet = await startSignet(settings);
  await addUser(signet, ann);
});
after(async () => {
  await signet.stop();
  rmSync(scratch, { recursive: true });
});

const place = (token) => jose.decodeJwt(token).status.status_list;

// draft-ietf-oauth-status-list 8.3, from the token to its bit.
async function status(token) {
  const { idx, uri } = place(token);
  assert.ok(uri.startsWith('https://id.example.com/'));
  const answer = await request(signet, 'GET', new URL(uri).pathname);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['content-type'], 'application/statuslist+jwt');
  const keys = jose.createLocalJWKSet((await request(signet, 'GET', '/.well-known/jwks.json')).json);
  const { payload } = await jose.jwtVerify(answer.text, keys, { subject: uri, typ: 'statuslist+jwt', algorithms: ['ES256'] });
  assert.equal(payload.ttl, 15);
  assert.equal(payload.exp - payload.iat, 300);
  assert.equal(payload.status_list.bits, 1);
  const bytes = zlib.inflateSync(Buffer.from(payload.status_list.lst, 'base64url'), { maxOutputLength: 16 * 1024 });
  assert.ok(idx < bytes.length * 8);
  return { bit: (bytes[idx >> 3] >> (idx & 7)) & 1, answer };
}

// Until the list that is there may have been replaced.
async function laterStatus(token) {
  const { answer } = await status(token);
  const [, left] = answer.headers['cache-control'].match(/^public, max-age=(\d+)$/);
  assert.ok(left <= 15, left);
  await new Promise((done) => setTimeout(done, (Number(left) + 1) * 1000));
  return (await status(token)).bit;
}

test('a service that reads status lists refuses who has signed out, and nobody else', async () => {
  const stays = await signIn(signet);
  const goes = await signIn(signet);
  assert.equal(place(goes.access_token).idx, place(stays.access_token).idx + 1);
  const first = await status(goes.access_token);
  assert.equal(first.bit, 0);
  assert.equal((await request(signet, 'POST', '/api/v1/logout', { bearer: goes.access_token })).status, 204);
  assert.equal((await status(goes.access_token)).answer.text, first.answer.text, 'made once while it may be held');
  const same = await request(signet, 'GET', '/status-lists/0', { headers: { 'if-none-match': first.answer.headers.etag } });
  assert.equal(same.status, 304);
  assert.equal(await laterStatus(goes.access_token), 1);
  assert.equal((await status(stays.access_token)).bit, 0);
});

test('a session keeps its place over refreshes and restarts, and its bit too', async () => {
  const kept = await signIn(signet);
  const gone = await signIn(signet);
  assert.equal((await request(signet, 'POST', '/revoke', { body: `token=${gone.access_token}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status, 200);
  await signet.stop();
  signet = await startSignet(settings);
  assert.equal((await status(gone.access_token)).bit, 1, 'a token alone, and so its session');
  const renewed = await refresh(signet, kept.refresh_token);
  assert.deepEqual(place(renewed.json.access_token), place(kept.access_token));
  assert.equal((await status(renewed.json.access_token)).bit, 0);
  const places = await query(signet, 'SELECT status_index FROM sessions ORDER BY status_index');
  assert.deepEqual(places.flat(), places.map((_, i) => i), 'without gaps');
});

test('a server whose lists are off gives out no places, and does not start with a shared secret and them on', async () => {
  const plain = await startSignet();
  await addUser(plain, ann);
  const { access_token: token } = await signIn(plain);
  assert.equal(jose.decodeJwt(token).status, undefined);
  assert.equal((await request(plain, 'GET', '/status-lists/0')).status, 404);
  await plain.stop();

  const wrong = await run(['config', 'check'], { cwd: scratch, env: { SIGNET_TOKENS_STATUS_LIST: 'true', SIGNET_TOKENS_ALGORITHM: 'HS256',
    SIGNET_TOKENS_PUBLISH_KEY_SET: 'false', SIGNET_SERVER_ISSUER: 'https://id.example.com' } });
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.stderr, /\[tokens\] status_list cannot be used with a shared secret/);
});
