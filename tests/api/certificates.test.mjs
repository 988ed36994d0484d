// A renewed certificate is taken into use by itself, and no connection notices.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freshFolder, request, startSignet, until } from './harness.mjs';

let signet;
const scratch = freshFolder();
before(async () => { signet = await startSignet(); });
after(async () => {
  await signet.stop();
  rmSync(scratch, { recursive: true });
});

// A pair of PEM texts, valid for so many days.
function makePair(days) {
  const file = (name) => path.join(scratch, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days), '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', file('key.pem'), '-out', file('cert.pem')], { stdio: 'ignore' });
  return { certificate: readFileSync(file('cert.pem'), 'utf8'), key: readFileSync(file('key.pem'), 'utf8') };
}

// As renewing tools do: written beside it, then moved over it.
function replace(name, text) {
  const file = path.join(signet.dataDir, 'tls', name);
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const reachable = (ca) => request({ url: signet.url, ca }, 'GET', '/healthz').then(({ status }) => status === 200, () => false);
const expiry = () => signet.metric('signet_certificate_expires_seconds');
const kept = () => signet.log().split('\n').filter((line) => line.includes('maintenance fails')).length;

test('A changed pair is taken into use without a signal, and an open connection goes on', async () => {
  const agent = signet.agent({ maxSockets: 1 });
  assert.equal((await request(signet, 'GET', '/healthz', { agent })).status, 200);
  const socket = Object.values(agent.freeSockets).flat()[0];
  const before = await expiry();

  const { certificate, key } = makePair(30);
  replace('cert.pem', certificate);
  replace('key.pem', key);
  await until('the new certificate', () => reachable(certificate), 30_000);
  assert.equal(await reachable(signet.ca), false, 'the old one is no longer shown');
  assert.ok(await expiry() < before);
  assert.ok(Math.abs(await expiry() - (Date.now() / 1000 + 30 * 86_400)) < 3600);

  assert.equal((await request(signet, 'GET', '/healthz', { agent })).status, 200);
  assert.equal(Object.values(agent.freeSockets).flat()[0], socket, 'on the connection from before');
  agent.destroy();
});

test('Half a pair leaves the old one in use, says so once, and is tried again', async () => {
  const old = readFileSync(path.join(signet.dataDir, 'tls/cert.pem'), 'utf8');
  const { certificate, key } = makePair(60);
  const times = kept();
  replace('cert.pem', certificate);  // its key is still to come
  await until('the log to say so', () => kept() === times + 1, 30_000);
  assert.match(signet.log(), /cannot read the private key .*mismatch/);
  const failed = () => signet.metric('signet_maintenance_total{result="failed",task="following the certificate"}');
  const tries = await failed();
  await until('another try', async () => await failed() > tries, 30_000);
  assert.equal(kept(), times + 1, 'said once');
  assert.equal(await reachable(old), true);

  replace('key.pem', key);
  await until('the new certificate', () => reachable(certificate), 30_000);
});
