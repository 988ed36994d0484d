// Stopped gently, killed, started again, and started wrongly.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { addUser, ann, freePort, freshFolder, refresh, request, run, signIn, startSignet, startWithAnn, until } from './harness.mjs';

test('SIGTERM finishes what runs and exits with 0', async () => {
  const signet = await startWithAnn();
  const agent = signet.agent();
  const running = Array.from({ length: 8 }, () => request(signet, 'POST', '/api/v1/login', { json: { ...ann, name: undefined }, agent }));
  // Each has its connection, or the end of listening would find it still on its way.
  await until('all to be connected', async () => (await signet.metric('signet_http_connections{listener="main"}')) >= running.length);
  await until('a hash to run', async () => (await signet.metric('signet_hashing_running')) > 0);
  const end = await signet.signal('SIGTERM');
  assert.deepEqual(end, { code: 0, signal: null });
  const statuses = (await Promise.all(running)).map((answer) => answer.status);
  assert.ok(statuses.every((status) => [200, 429, 503].includes(status)) && statuses.includes(200), statuses.join(' '));
  await signet.stop();
});

test('SIGINT does the same', async () => {
  const signet = await startSignet();
  assert.deepEqual(await signet.signal('SIGINT'), { code: 0, signal: null });
  await signet.stop();
});

test('SIGHUP reads the certificate again, without dropping a connection', async () => {
  const signet = await startSignet();
  try {
    const agent = signet.agent();
    await request(signet, 'GET', '/healthz', { agent });
    const other = await startSignet();
    for (const file of ['cert.pem', 'key.pem'])
      writeFileSync(path.join(signet.dataDir, 'tls', file), readFileSync(path.join(other.dataDir, 'tls', file)));
    await other.stop();
    signet.child.kill('SIGHUP');
    const ca = readFileSync(path.join(signet.dataDir, 'tls/cert.pem'), 'utf8');
    await until('the new certificate', () => request({ url: signet.url, ca }, 'GET', '/healthz').then(() => true, () => false));
    assert.equal((await request(signet, 'GET', '/healthz', { agent })).status, 200);

    // A file that is no certificate leaves the server as it is.
    writeFileSync(path.join(signet.dataDir, 'tls/cert.pem'), 'not a certificate');
    signet.child.kill('SIGHUP');
    await until('the log to say so', () => signet.log().includes('certificate kept'));
    assert.equal((await request({ url: signet.url, ca }, 'GET', '/healthz')).status, 200);
  } finally {
    await signet.stop();
  }
});

test('A restart keeps accounts, sessions, keys, and the certificate', async () => {
  const dataDir = path.join(freshFolder(), 'data');
  const listen = `localhost:${await freePort()}`;
  const first = await startSignet({ dataDir, listen });
  await addUser(first, ann);
  const grant = await signIn(first);
  assert.ok(first.banner('Password'));
  await first.stop();

  const second = await startSignet({ dataDir, listen });
  assert.equal(second.banner('Password'), undefined, 'shown only once');
  assert.equal(second.ca, first.ca);
  assert.equal((await request(second, 'GET', '/api/v1/me', { bearer: grant.access_token })).status, 200);
  assert.equal((await refresh(second, grant.refresh_token)).status, 200);
  await signIn(second);
  await second.stop();
  rmSync(path.dirname(dataDir), { recursive: true });
});

// CHECKS E19, E20, E23
test('kill -9 under load loses nothing that was answered', async () => {
  const dataDir = path.join(freshFolder(), 'data');
  const listen = `localhost:${await freePort()}`;
  for (let round = 0; round < 3; round++) {
    const signet = await startSignet({ dataDir, listen });
    const people = [];
    const worker = async (name) => {
      for (let i = 0; signet.running; i++) {
        const person = { email: `${name}-${i}@example.com`, password: 'words for the one who is killed' };
        try {
          const agent = signet.workers;
          const made = await request(signet, 'POST', '/api/v1/signup', { json: person, agent });
          if (made.status !== 201) continue;
          people.push(person);
          const grant = await request(signet, 'POST', '/api/v1/login', { json: person, agent });
          if (grant.status !== 200) continue;
          person.token = grant.json.refresh_token;
          const renewed = await refresh(signet, person.token, { agent });
          if (renewed.status === 200) person.token = renewed.json.refresh_token ?? person.token;
        } catch { return; }
      }
    };
    signet.workers = signet.agent();
    const workers = Array.from({ length: 8 }, (_, i) => worker(`r${round}-w${i}`));
    await until('some to be through', () => people.filter((person) => person.token).length >= 20, 60_000);
    await signet.kill9();
    await Promise.all(workers);

    const again = await startSignet({ dataDir, listen });
    for (const { email, token } of people.filter((person) => person.token)) {
      const answer = await refresh(again, token);
      assert.equal(answer.status, 200, `round ${round}, ${email}: ${answer.text}`);
    }
    for (const person of people.slice(-20)) await signIn(again, person);
    console.log(`      round ${round}: ${people.length} accounts, ${people.filter((person) => person.token).length} sessions, all there`);
    await again.kill9();
  }
  rmSync(path.dirname(dataDir), { recursive: true });
});

// One started and stopped server's folder.
async function usedFolder() {
  const dataDir = path.join(freshFolder(), 'data');
  const signet = await startSignet({ dataDir });
  await signet.stop();
  return dataDir;
}
const serve = (dataDir, ...more) => run(['serve', '--dev', '--listen', 'localhost:0', '--admin-listen', '127.0.0.1:0', '--data', dataDir, ...more]);
const oneSentence = (text) => {
  assert.match(text, /^signet: /m);
  assert.ok(!/\bat .*:\d+\)|terminate called|Aborted/.test(text), text);
};

test('The data folder is for its owner alone', async () => {
  const dataDir = await usedFolder();
  const mode = (name) => (statSync(path.join(dataDir, name)).mode & 0o777).toString(8);
  assert.equal(mode('.'), '700');
  for (const name of ['signet.db', 'master.key', 'tls/key.pem']) assert.equal(mode(name), '600', name);
  rmSync(path.dirname(dataDir), { recursive: true });
});

// CHECKS E28
test('A wrong, missing, or readable master key refuses to start and makes no new one', async () => {
  const dataDir = await usedFolder();
  const key = path.join(dataDir, 'master.key');
  const right = readFileSync(key, 'utf8');

  writeFileSync(key, `${'0123456789abcdef'.repeat(4)}\n`);
  const wrong = await serve(dataDir);
  assert.equal(wrong.code, 4, wrong.stderr);
  assert.match(wrong.stderr, /does not open the signing keys/);

  renameSync(key, `${key}.away`);
  const missing = await serve(dataDir);
  assert.equal(missing.code, 4, missing.stderr);
  assert.match(missing.stderr, /Put the key back/);
  assert.ok(!existsSync(key));

  writeFileSync(key, right);
  chmodSync(key, 0o644);
  const readable = await serve(dataDir);
  assert.equal(readable.code, 4, readable.stderr);
  assert.match(readable.stderr, /chmod 600/);
  for (const { stderr } of [wrong, missing, readable]) oneSentence(stderr);

  chmodSync(key, 0o600);
  const signet = await startSignet({ dataDir });
  await signet.stop();
  rmSync(path.dirname(dataDir), { recursive: true });
});

test('A port that is taken, a folder that cannot be made, a file that is no database: one sentence and exit 4', async () => {
  const taken = net.createServer();
  await new Promise((done) => taken.listen(0, '127.0.0.1', done));
  const folder = path.join(freshFolder(), 'data');
  const port = await run(['serve', '--dev', '--listen', `127.0.0.1:${taken.address().port}`, '--admin-listen', '127.0.0.1:0', '--data', folder]);
  taken.close();
  const unmakable = await serve('/proc/signet/data');
  const dataDir = await usedFolder();
  writeFileSync(path.join(dataDir, 'signet.db'), 'this is no database, it is a text that is longer than a header'.repeat(20));
  const broken = await serve(dataDir);
  for (const end of [port, unmakable, broken]) {
    assert.equal(end.code, 4, end.stderr);
    oneSentence(end.stderr);
  }
  for (const used of [folder, dataDir]) rmSync(path.dirname(used), { recursive: true });
});

test('Plain HTTP is served on loopback and nowhere else', async () => {
  const signet = await startSignet({ plainHttp: true });
  assert.match(signet.url, /^http:\/\/localhost:/);
  await addUser(signet, ann);
  await signIn(signet);
  await signet.stop();
  const open = await run(['serve', '--dev', '--plain-http', '--listen', '0.0.0.0:0', '--data', path.join(freshFolder(), 'data')]);
  assert.equal(open.code, 3, open.stderr);
  assert.match(open.stderr, /plain_http would send passwords unencrypted/);
});
