// Signing keys as they change beside a running server: rotated under load, revoked, exported; and another master key.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { ann, binary, freshFolder, query, refresh, request, run, signIn, startSignet, startWithAnn, until } from './harness.mjs';

let signet;
const scratch = freshFolder();
before(async () => { signet = await startWithAnn({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: '0s' } }); });
after(async () => {
  await signet.stop();
  rmSync(scratch, { recursive: true });
});

const keys = (args, options) => run(['keys', ...args, '--data', signet.dataDir], options);
const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const listed = async (purpose = 'access_token') => lines((await keys(['list', '--json'])).stdout).filter((key) => key.purpose === purpose);
const signing = async (purpose) => (await listed(purpose)).find((key) => key.state === 'signing').kid;
const me = (server, bearer) => request(server, 'GET', '/api/v1/me', { bearer });
const kidOf = (token) => jose.decodeProtectedHeader(token).kid;

// What a careful resource server does: it keeps the key set for as long as the answer says, and asks again before that
// only for a key it does not know (RFC 7517; OpenID Connect Core 10.1.1).
class CachingClient {
  fetches = 0;
  unknown = 0;  // verifications that had to ask for a key
  failed = [];
  verified = 0;

  async keySet() {
    if (this.set && Date.now() < this.freshUntil) return this.set;
    const answer = await request(signet, 'GET', '/.well-known/jwks.json');
    this.fetches += 1;
    this.freshUntil = Date.now() + 1000 * Number(answer.headers['cache-control'].match(/max-age=(\d+)/)[1]);
    this.set = new Map(answer.json.keys.map((key) => [key.kid, key]));
    return this.set;
  }
  async verify(token) {
    try {
      let key = (await this.keySet()).get(kidOf(token));
      if (!key) {
        this.unknown += 1;
        this.freshUntil = 0;
        key = (await this.keySet()).get(kidOf(token));
      }
      await jose.jwtVerify(token, await jose.importJWK(key, 'ES256'), { issuer: signet.url });
      this.verified += 1;
    } catch (error) {
      this.failed.push(`${error.message} (${kidOf(token)})`);
    }
  }
}

// The data as it will be found `milliseconds` later by whoever looks at keys alone: their times, moved back.
function letKeysAge(milliseconds) {
  const script = 'import sqlite3,sys\ndb = sqlite3.connect(sys.argv[1], timeout=10)\nby = int(sys.argv[2])\n'
    + 'db.execute("UPDATE signing_keys SET created_at = created_at - ?1, active_from = active_from - ?1, retired_at = retired_at - ?1, published_until = published_until - ?1", (by,))\n'
    + 'db.commit()';
  return new Promise((resolve, reject) => {
    execFile('/usr/bin/python3', ['-c', script, path.join(signet.dataDir, 'signet.db'), String(milliseconds)],
      (error) => (error ? reject(error) : resolve()));
  });
}

test('Keys rotate under load, and no token is refused by a server that caches the key set', async () => {  // CHECKS E27, B40
  const client = new CachingClient();
  let loading = true;
  const kids = new Set();
  const load = Array.from({ length: 4 }, async () => {
    let { refresh_token: token } = await signIn(signet);
    while (loading) {
      const answer = await refresh(signet, token);
      assert.equal(answer.status, 200, answer.text);
      token = answer.json.refresh_token ?? token;
      kids.add(kidOf(answer.json.access_token));
      await client.verify(answer.json.access_token);
    }
  });
  const working = Promise.all(load);
  const seen = async (kid) => until(`tokens of ${kid}`, () => kids.has(kid));
  try {
    await seen(await signing());
    for (let round = 0; round < 3; round += 1) {
      // On schedule: published, and an hour later in use. The client's copy is younger than that hour.
      assert.equal((await keys(['rotate'])).code, 0);
      const next = (await listed()).find((key) => key.state === 'next').kid;
      await until('the key in the set', async () => (await request(signet, 'GET', '/.well-known/jwks.json')).json.keys.some(({ kid }) => kid === next));
      client.freshUntil = 0;
      const before = client.verified;
      await until('a copy that has it', () => client.set.has(next) && client.verified > before);
      await letKeysAge(3_600_000);
      await seen(next);
    }
    assert.equal(client.unknown, 0, 'on schedule nobody has to ask for a key');

    for (let round = 0; round < 2; round += 1) {
      const done = lines((await keys(['rotate', '--now', '--json'])).stdout);
      await seen(done.find((key) => key.state === 'signing').kid);
    }
    assert.ok(client.unknown > 0, 'at once: whoever does not know the key asks for it');
  } finally {
    loading = false;
    await working;
  }
  assert.deepEqual(client.failed, []);
  assert.ok(client.verified > 100, `${client.verified} verified`);
  assert.equal(kids.size, 6);
});

test('A revoked key: its tokens are refused within a second, people stay signed in, the server runs on', async () => {  // CHECKS E27
  const { access_token: token, refresh_token: refreshToken } = await signIn(signet);
  const kid = kidOf(token);
  assert.equal((await me(signet, token)).status, 200);
  const done = await keys(['revoke', kid, '--yes', '--json']);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /it is the key that signs now: a new one signs at once/);
  assert.equal(lines(done.stdout).some((key) => key.kid === kid), false);

  await until('refused', async () => (await me(signet, token)).status === 401);
  const { json } = await request(signet, 'GET', '/.well-known/jwks.json');
  assert.equal(json.keys.some((key) => key.kid === kid), false);
  const refreshed = await refresh(signet, refreshToken);
  assert.equal(refreshed.status, 200, 'nobody is signed out');
  assert.notEqual(kidOf(refreshed.json.access_token), kid);
  assert.equal((await me(signet, refreshed.json.access_token)).status, 200);
  assert.equal(signet.running, true);

  const [[event, detail]] = await query(signet, "SELECT event, detail FROM audit WHERE event = 'key_revoked' ORDER BY id DESC LIMIT 1");
  assert.equal(event, 'key_revoked');
  assert.equal(detail, `${kid} replaced by ${await signing()}`);
});

test('A key is revoked by a yes alone, and an unknown one is said so', async () => {
  const kid = await signing();
  for (const input of ['', 'yes\n']) {
    const unasked = await keys(['revoke', kid, '--json'], { input });
    assert.equal(unasked.code, 2, 'a pipe is nobody to ask');
    assert.match(unasked.stderr, /This cannot be taken back\.[^]*give --yes/);
    assert.equal(JSON.parse(unasked.stdout).error, 'invalid_request');
  }
  assert.equal(await signing(), kid);
  const unknown = await keys(['revoke', 'nobody', '--yes', '--json']);
  assert.equal(unknown.code, 1);
  assert.equal(JSON.parse(unknown.stdout).error, 'not_found');
  assert.match(unknown.stderr, /No key called "nobody" is published/);
  assert.equal(await signing(), kid);
});

test('The revocation feed has keys of its own, listed, rotated, and revoked beside the others', async () => {  // CHECKS E29
  const [access, feed] = [await signing(), await signing('revocation_feed')];
  assert.notEqual(access, feed);
  assert.equal((await listed('revocation_feed'))[0].algorithm, 'EdDSA');
  const inTheSet = async (kid) => (await request(signet, 'GET', '/.well-known/jwks.json')).json.keys.some((key) => key.kid === kid);
  assert.equal(await inTheSet(feed), false, 'no token is verified with it');

  const now = await keys(['rotate', '--now', '--purpose', 'revocation_feed']);
  assert.equal(now.code, 0, now.stderr);
  assert.match(now.stdout, /signs from now on; the one before it stays published until its last message has expired/);
  const second = await signing('revocation_feed');
  assert.notEqual(second, feed);
  assert.equal((await keys(['rotate', '--purpose', 'revocation_feed'])).code, 0);
  assert.deepEqual((await listed('revocation_feed')).map((key) => key.state), ['retired', 'signing', 'next']);
  assert.equal((await listed()).filter((key) => key.state === 'next').length, 0, 'the other keys wait for their own time');

  const revoked = await keys(['revoke', second, '--yes', '--json']);
  assert.equal(revoked.code, 0, revoked.stderr);
  assert.match(revoked.stderr, /a key of the revocation feed/);
  assert.notEqual(await signing('revocation_feed'), second);
  assert.equal(await signing(), access, 'tokens are not concerned');
  const unknown = await keys(['rotate', '--purpose', 'cookies']);
  assert.equal(unknown.code, 2);
});

test('Public keys are exported as a key set and as PEM, private ones never', async () => {
  const { json } = await request(signet, 'GET', '/.well-known/jwks.json');
  const set = await keys(['export', '--public']);
  assert.equal(set.code, 0, set.stderr);
  assert.deepEqual(JSON.parse(set.stdout), json);
  assert.equal(set.stdout.includes('"d"'), false);

  const pem = await keys(['export', '--public', '--pem']);
  const blocks = pem.stdout.match(/-----BEGIN PUBLIC KEY-----[^]*?-----END PUBLIC KEY-----/g);
  assert.equal(blocks.length, json.keys.length);
  const { access_token: token } = await signIn(signet);
  const at = pem.stdout.indexOf(`${kidOf(token)} ES256\n`);
  assert.ok(at >= 0, pem.stdout);
  const block = pem.stdout.slice(at).match(/-----BEGIN PUBLIC KEY-----[^]*?-----END PUBLIC KEY-----/)[0];
  await jose.jwtVerify(token, crypto.createPublicKey(block), { issuer: signet.url });

  const all = await keys(['export']);
  assert.equal(all.code, 2);
  assert.equal(all.stdout, '');
  assert.match(all.stderr, /Private keys do not leave the database/);
});

// ---- another master key ----

// The same wherever the server listens, so that a token is not refused for where it comes from.
const issuer = { SIGNET_SERVER_ISSUER: 'https://id.example.com' };

// A data folder with ann in it, signed in, and no server that runs.
async function stoppedFolder(name) {
  const dataDir = path.join(scratch, name);
  const server = await startWithAnn({ dataDir, env: issuer });
  const session = await signIn(server);
  await server.stop();
  const files = { key: path.join(dataDir, 'master.key'), next: path.join(dataDir, 'master.key.next') };
  return { dataDir, session, ...files, rewrap: (...args) => run(['keys', 'rewrap', '--yes', '--data', dataDir, ...args]) };
}

// Starts on the folder and says what became of the session.
async function outcome(folder) {
  const server = await startSignet({ dataDir: folder.dataDir, env: issuer });
  try {
    const access = (await me(server, folder.session.access_token)).status;
    const refreshed = await refresh(server, folder.session.refresh_token);
    if (refreshed.status === 200) folder.session = { ...folder.session, ...refreshed.json };
    const { json } = await request(server, 'GET', '/.well-known/jwks.json');
    return { access, refresh: refreshed.status, kids: json.keys.map((key) => key.kid) };
  } finally {
    await server.stop();
  }
}

test('Another master key signs nobody out, and the old one opens nothing', async () => {  // CHECKS E28
  const folder = await stoppedFolder('rewrapped');
  const kid = kidOf(folder.session.access_token);
  const old = readFileSync(folder.key, 'utf8');
  const done = await folder.rewrap('--json');
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(JSON.parse(done.stdout), { resealed: 4, master_key: folder.key, signed_out: false, exposed_receivers: [] });
  assert.match(done.stderr, /nobody is signed out/);
  assert.notEqual(readFileSync(folder.key, 'utf8'), old);
  assert.equal(statSync(folder.key).mode & 0o777, 0o600);
  assert.equal(existsSync(folder.next), false);
  assert.deepEqual(await outcome(folder), { access: 200, refresh: 200, kids: [kid] });

  writeFileSync(folder.key, old);
  for (const args of [['keys', 'list'], ['keys', 'rotate', '--now'], ['keys', 'rewrap', '--yes']]) {
    const refused = await run([...args, '--data', folder.dataDir]);
    assert.equal(refused.code, 4, `${args}`);
    assert.match(refused.stderr, /does not open/);
  }
  const rows = await query({ dataDir: folder.dataDir }, 'SELECT count(*) FROM signing_keys');
  assert.deepEqual(rows, [[2]], 'and no key was made');
});

test('A change of the master key that was cut off leaves a folder that opens', async () => {  // CHECKS E28
  const folder = await stoppedFolder('cut-off');
  const old = readFileSync(folder.key);

  // Before the database was changed: the new key lies there and opens nothing.
  writeFileSync(folder.next, 'ab'.repeat(32), { mode: 0o600 });
  assert.equal((await outcome(folder)).refresh, 200);
  assert.deepEqual(readFileSync(folder.key), old);

  // After it was changed, and before the new key was in its place.
  assert.equal((await folder.rewrap()).code, 0);
  copyFileSync(folder.key, folder.next);
  writeFileSync(folder.key, old);
  assert.equal((await outcome(folder)).refresh, 200);
  assert.notDeepEqual(readFileSync(folder.key), old);
  assert.equal(existsSync(folder.next), false);

  // Wherever it is killed.
  let cut = 0;
  for (let i = 0; i < 24; i += 1) {
    const child = spawn(binary, ['keys', 'rewrap', '--yes', '--data', folder.dataDir], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    await new Promise((resolve) => setTimeout(resolve, i * 3));
    child.kill('SIGKILL');
    if (await ended === null) cut += 1;
    const listing = await run(['keys', 'list', '--json', '--data', folder.dataDir]);
    assert.equal(listing.code, 0, `after ${i * 3} ms: ${listing.stderr}`);
  }
  assert.ok(cut > 0, 'none was cut off');
  assert.equal((await outcome(folder)).refresh, 200, 'and nobody was signed out by any of them');
});

test('A leaked master key: everybody is signed out, and says so before', async () => {
  const folder = await stoppedFolder('leaked');
  const kid = kidOf(folder.session.access_token);
  const done = await folder.rewrap('--leaked');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /everybody is signed out: every session ends/);
  const after = await outcome(folder);
  assert.equal(after.access, 401);
  assert.equal(after.refresh, 401);
  assert.equal(after.kids.length, 1);
  assert.notEqual(after.kids[0], kid);
  const events = await query({ dataDir: folder.dataDir }, "SELECT event FROM audit WHERE event IN ('tokens_voided', 'master_key_changed') ORDER BY id");
  assert.deepEqual(events, [['tokens_voided'], ['master_key_changed']]);
});

test('The old master key of a database that had no token secret goes on making tokens, and rewrap says so', async () => {
  const folder = await stoppedFolder('of before');
  execFileSync('/usr/bin/python3', ['-c', 'import sqlite3,sys\ndb = sqlite3.connect(sys.argv[1])\n'
    + 'db.executescript("DELETE FROM sealed_secrets WHERE name LIKE \'token secret%\'")', path.join(folder.dataDir, 'signet.db')]);
  const done = await folder.rewrap();
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /older than its token secret[^]*Only --leaked ends that/);
  assert.doesNotMatch((await (await stoppedFolder('of today')).rewrap()).stderr, /older than its token secret/);
});

test('The master key is not changed under a running server', async () => {
  const before = readFileSync(path.join(signet.dataDir, 'master.key'));
  const done = await keys(['rewrap', '--yes', '--json']);
  assert.equal(done.code, 4);
  assert.match(done.stderr, /A server or another signet command uses the data folder/);
  assert.deepEqual(readFileSync(path.join(signet.dataDir, 'master.key')), before);
});

test('A master key of one\'s own, and one that is a credential', async () => {
  const folder = await stoppedFolder('credential');
  const credentials = freshFolder();
  try {
    copyFileSync(folder.key, path.join(credentials, 'master.key'));
    rmSync(folder.key);
    const env = { CREDENTIALS_DIRECTORY: credentials };
    const rewrap = (...args) => run(['keys', 'rewrap', '--yes', '--data', folder.dataDir, ...args], { env });
    const refused = await rewrap();
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /openssl rand -hex 32[^]*--new-key/);

    const own = path.join(scratch, 'own.key');
    writeFileSync(own, 'not a key', { mode: 0o600 });
    assert.equal((await rewrap('--new-key', own)).code, 2);
    writeFileSync(own, `${crypto.randomBytes(32).toString('hex')}\n`);
    const done = await rewrap('--new-key', own);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /put .*own\.key in the place that the credential comes from/);
    assert.equal((await run(['keys', 'list', '--data', folder.dataDir], { env })).code, 4, 'not before it is there');
    copyFileSync(own, path.join(credentials, 'master.key'));
    assert.equal((await run(['keys', 'list', '--data', folder.dataDir], { env })).code, 0);
  } finally {
    rmSync(credentials, { recursive: true });
  }
});
