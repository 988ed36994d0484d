// The audit log as an operator uses it: list, follow, and find out whether anybody edited it (CHECKS E34).
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ann, binary, environment, freshFolder, query, refresh, request, run, signIn, startSignet, startWithAnn, until } from './harness.mjs';

let signet;
const scratch = freshFolder();
before(async () => { signet = await startWithAnn(); });
after(async () => {
  await signet.stop();
  rmSync(scratch, { recursive: true });
});

const audit = (...args) => run(['audit', ...args, '--data', signet.dataDir]);
const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const listed = async (...args) => lines((await audit('list', '--json', ...args)).stdout);
const wrong = { email: ann.email, password: 'not the words of ann' };

// One statement on a copy of the data, by somebody whom no trigger stops.
function tampered(name, sql) {
  const folder = path.join(scratch, name);
  cpSync(signet.dataDir, folder, { recursive: true });
  execFileSync('/usr/bin/python3', ['-c', 'import sqlite3,sys\ndb = sqlite3.connect(sys.argv[1])\n'
    + 'db.executescript("DROP TRIGGER audit_rows_do_not_change; DROP TRIGGER audit_rows_do_not_go;" + sys.argv[2])', path.join(folder, 'signet.db'), sql]);
  return folder;
}

test('List what happened, filtered by event, account, and time', async () => {
  await request(signet, 'POST', '/api/v1/login', { json: wrong });
  await signIn(signet);
  const refused = await listed('--event', 'login_refused', '--user', ann.email, '--since', '1h');
  assert.equal(refused.length, 1);
  assert.deepEqual(Object.keys(refused[0]), ['row', 'time', 'event', 'user', 'session', 'address', 'user_agent', 'detail']);
  assert.equal(refused[0].detail, 'wrong password');
  assert.ok(Math.abs(Date.parse(refused[0].time) - Date.now()) < 60_000);
  assert.deepEqual(await listed('--since', '2100-01-01'), []);
  const all = await listed();
  assert.deepEqual(all.map(({ row }) => row), all.map((_, i) => i + 1));
  assert.match((await audit('list')).stdout, /login_succeeded +ann@example\.com/);

  for (const args of [['--since', 'yesterday'], ['--event', 'lunch'], ['--user', 'nobody']]) {
    const done = await audit('list', ...args);
    assert.equal(done.code, 2, done.stderr);
  }
  assert.equal((await audit('list', '--user', 'nobody@example.com')).code, 1);
});

test('Each start is told, with the settings that are not the default', async () => {
  const before = await listed('--event', 'server_started');
  assert.match(before.at(-1).detail, /^signet \d+\.\d+\.\d+, .*\[server\] listen = "/);
  assert.doesNotMatch(before.at(-1).detail, /refresh_window/);
  const other = await startSignet({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: '30s' } });
  try {
    const told = lines((await run(['audit', 'list', '--json', '--event', 'server_started', '--data', other.dataDir])).stdout);
    assert.match(told.at(-1).detail, /\[sessions\] refresh_window = "30s"/);
  } finally {
    await other.stop();
  }
});

test('Refused refreshes of a session that is over are told once, with their reason; forged tokens never', async () => {
  const { refresh_token: token, access_token: bearer } = await signIn(signet);
  assert.equal((await request(signet, 'POST', '/api/v1/logout', { bearer })).status, 204);
  for (let i = 0; i < 4; ++i) assert.equal((await refresh(signet, token)).status, 401);
  for (let i = 0; i < 4; ++i) assert.equal((await refresh(signet, `srt_${'A'.repeat(70 + i)}`)).status, 401);
  const told = await listed('--event', 'refresh_refused');
  assert.equal(told.length, 1);
  assert.equal(told[0].detail, 'ended');
  assert.equal(await signet.metric('signet_refresh_refused_total{reason="ended"}'), 4);
});

test('Follow prints rows as they come, until it is stopped', async () => {
  const child = spawn(binary, ['audit', 'follow', '--json', '--event', 'login_refused', '--data', signet.dataDir],
    { env: environment() });
  const ended = new Promise((done) => child.once('exit', done));
  let output = '';
  child.stdout.on('data', (chunk) => { output += chunk; });
  try {
    await until('the rows before', () => output.includes('\n'));
    const before = lines(output).length;
    await request(signet, 'POST', '/api/v1/login', { json: wrong });
    await until('the new row', () => lines(output).length === before + 1);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});

test('Verify finds nothing while the server writes, and prints a head to keep', async () => {
  const good = await audit('verify');
  assert.equal(good.code, 0, good.stdout + good.stderr);
  const [head] = good.stdout.match(/\d+:[0-9a-f]{64}/);
  await signIn(signet);
  const later = lines((await audit('verify', '--json', '--head', head)).stdout)[0];
  assert.equal(later.ok, true);
  assert.equal(later.rows, (await query(signet, 'SELECT count(*) FROM audit'))[0][0]);
  assert.equal((await audit('verify', '--head', head.slice(0, -1))).code, 2);
});

test('Verify finds an edit, a cut in the middle, and with a kept head a cut at the end', async () => {
  const { head } = lines((await audit('verify', '--json')).stdout)[0];
  const cases = [
    ['edit', "UPDATE audit SET detail = 'nothing' WHERE id = 3", [], 3, 'altered'],
    ['cut', 'DELETE FROM audit WHERE id = 3', [], 4, 'missing'],
    ['begin', 'DELETE FROM audit WHERE id < 4; UPDATE audit_chain SET removed_row = 3', [], 0, 'removed_by_others'],
    ['end', 'DELETE FROM audit WHERE id > 4', ['--head', head], 5, 'cut'],
    ['unlinked', "UPDATE audit SET detail = 'nothing', link = NULL WHERE id >= 3", [], 3, 'altered'],
    ['no record', 'DELETE FROM audit_chain', [], 0, 'removed_by_others'],
    ['no key', "DELETE FROM sealed_secrets WHERE name = 'audit_chain'", [], 0, 'removed_by_others'],
  ];
  for (const [name, sql, more, row, fault] of cases) {
    const folder = tampered(name, sql);
    const done = await run(['audit', 'verify', '--json', ...more, '--data', folder]);
    assert.equal(done.code, 1, `${name}: ${done.stdout}${done.stderr}`);
    const { ok, bad_row: bad, fault: said } = lines(done.stdout)[0];
    assert.deepEqual([ok, bad, said], [false, row, fault], name);
    assert.notEqual((await run(['audit', 'verify', ...more, '--data', folder])).stdout, '');
  }
});

test('A log whose chain was taken away stays bad, and the server works on and says so', async () => {
  const folder = tampered('taken away', `DELETE FROM audit_chain; DELETE FROM sealed_secrets WHERE name = 'audit_chain';
    DELETE FROM audit WHERE id = 5; UPDATE audit SET link = NULL, detail = 'nothing'`);
  const other = await startSignet({ dataDir: folder });
  try {
    await signIn(other);
    assert.match(other.log(), /the audit log is not as Signet left it/);
  } finally {
    await other.stop();
  }
  const done = await run(['audit', 'verify', '--json', '--data', folder]);
  assert.equal(done.code, 1, done.stdout);
  assert.equal(lines(done.stdout)[0].fault, 'removed_by_others');
});
