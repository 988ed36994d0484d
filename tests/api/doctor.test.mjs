// What doctor says about a server, sound and not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { binary, environment, freshFolder, query, run, startSignet } from './harness.mjs';

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
    ['certificate', 'clock', 'data folder', 'descriptors', 'disk', 'feed key', 'master key', 'memory', 'schema', 'signing key']);
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

// A folder that nobody uses, and whoever looks at it as the user 65534.
async function stopped() {
  const base = freshFolder();
  chmodSync(base, 0o711);
  const dataDir = path.join(base, 'data');
  const other = await startSignet({ dataDir });
  await other.stop();
  const program = path.join(base, 'signet');
  copyFileSync(binary, program);
  chmodSync(program, 0o755);
  const asNobody = (env) => new Promise((resolve) => {
    execFile(program, ['doctor', '--json', '--data', dataDir], { env: environment(env), cwd: '/', uid: 65534, gid: 65534 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stderr, findings: stdout.trim().split('\n').map((line) => JSON.parse(line)) }));
  });
  return { base, dataDir, asNobody };
}

test('A folder that is open to others stays so, byte for byte as it is, and is a problem each time', async () => {
  const { base, dataDir } = await stopped();
  const state = () => [statSync(dataDir).mode, ...readdirSync(dataDir, { recursive: true }).sort().filter((name) => statSync(path.join(dataDir, name)).isFile())
    .map((name) => [name, statSync(path.join(dataDir, name)).mode, readFileSync(path.join(dataDir, name), 'base64')])];
  chmodSync(dataDir, 0o755);
  const before_ = state();
  for (const time of ['first', 'second']) {
    const done = await run(['doctor', '--data', dataDir]);
    assert.equal(done.code, 1, time);
    assert.match(done.stdout, /problem +data folder +Other users may use .* \(mode 0755\)/, time);
    assert.match(done.stdout, /good +signing key/, time);
  }
  assert.deepEqual(state(), before_);
  rmSync(base, { recursive: true });
});

test('Who may not look is told so, check by check', { skip: process.getuid() === 0 ? false : 'only root can be somebody else' }, async () => {
  const { base, dataDir, asNobody } = await stopped();
  const of = ({ findings }, check) => findings.find((finding) => finding.check === check);
  const stranger = await asNobody({});
  assert.equal(stranger.code, 1);
  assert.equal(stranger.stderr, '');
  assert.match(of(stranger, 'data folder').said, /belongs to another user/);
  assert.match(of(stranger, 'database').said, /signet\.db cannot be looked at: Permission denied/);
  assert.ok(of(stranger, 'clock') && of(stranger, 'disk'));

  // As the package has it: the data are the server's, the key is root's, and all is well.
  const env = { SIGNET_SERVER_MASTER_KEY: path.join(base, 'master.key') };
  renameSync(path.join(dataDir, 'master.key'), env.SIGNET_SERVER_MASTER_KEY);
  for (const name of ['', ...readdirSync(dataDir, { recursive: true })]) chownSync(path.join(dataDir, name), 65534, 65534);
  const server = await asNobody(env);
  assert.equal(server.code, 0, JSON.stringify(server.findings));
  assert.deepEqual([of(server, 'master key').health, of(server, 'database').health], ['good', 'warning']);
  assert.match(of(server, 'database').said, /may not read the master key/);
  const asRoot = await run(['doctor', '--data', dataDir], { env });
  assert.equal(asRoot.code, 0, asRoot.stdout);
  assert.match(asRoot.stdout, /good +signing key/);
  assert.doesNotMatch(asRoot.stdout, /^\w+ +database /m);
  for (const name of readdirSync(dataDir)) assert.equal(statSync(path.join(dataDir, name)).uid, 65534, name);
  rmSync(base, { recursive: true });
});
