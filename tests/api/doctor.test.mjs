// What doctor says about a server, sound and not.
import assert from 'node:assert/strict';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { query, run, startSignet } from './harness.mjs';

let signet;
before(async () => { signet = await startSignet(); });
after(() => signet.stop());

const doctor = async (...args) => {
  const done = await run(['doctor', '--json', '--data', signet.dataDir, ...args]);
  const findings = Object.fromEntries(done.stdout.trim().split('\n').map((line) => JSON.parse(line)).map((finding) => [finding.check, finding]));
  return { ...done, findings };
};

test('A sound server has no problem, and every check says what it saw', async () => {
  const { code, findings, stdout } = await doctor();
  assert.equal(code, 0, stdout);
  assert.deepEqual(Object.keys(findings).sort(),
    ['certificate', 'clock', 'data folder', 'descriptors', 'disk', 'master key', 'memory', 'schema', 'signing key']);
  for (const { health, said, advice } of Object.values(findings)) {
    assert.ok(['good', 'warning'].includes(health), said);
    assert.equal(advice === undefined, health === 'good');
  }
  const text = await run(['doctor', '--data', signet.dataDir]);
  assert.match(text.stdout, /^good +schema +The database has schema \d+; this program knows \d+\.$/m);
});

test('What others may read, and a certificate that cannot be used, are problems with an advice', async () => {
  const key = path.join(signet.dataDir, 'master.key');
  chmodSync(key, 0o644);
  chmodSync(signet.dataDir, 0o755);
  writeFileSync(path.join(signet.dataDir, 'tls/cert.pem'), 'not a certificate');
  const { code, findings } = await doctor();
  assert.equal(code, 1);
  for (const check of ['master key', 'data folder', 'certificate']) assert.equal(findings[check].health, 'problem', check);
  assert.equal(findings['master key'].advice, `Run: chmod go= ${key}`);
  chmodSync(key, 0o600);
  chmodSync(signet.dataDir, 0o700);
});

test('Limits that do not fit are told', async () => {
  const done = await run(['doctor', '--json', '--data', signet.dataDir], { env: { SIGNET_PASSWORDS_MEMORY_BUDGET_MIB: '1000000', SIGNET_SERVER_CONNECTIONS: '1000000' } });
  assert.equal(done.code, 1);
  assert.match(done.stdout, /"check":"memory","health":"problem"/);
});

test('Looking changes nothing, also where there is nothing', async () => {
  const rows = await query(signet, 'SELECT count(*) FROM audit');
  await doctor();
  assert.deepEqual(await query(signet, 'SELECT count(*) FROM audit'), rows);
  const nowhere = path.join(signet.dataDir, 'nowhere');
  const done = await run(['doctor', '--data', nowhere]);
  assert.equal(done.code, 1);
  assert.match(done.stdout, /problem +data folder +There is no folder/);
  rmSync(nowhere, { recursive: true, force: true });
});
