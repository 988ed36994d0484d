// What is revoked beside a running server, and who may hear of it: the log as an operator reads and adds to it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { ann, binary, freshFolder, query, refresh, request, run, signIn, startSignet, startWithAnn, until } from './harness.mjs';

let signet;
const scratch = freshFolder();
const settings = { dataDir: path.join(scratch, 'data'), env: { SIGNET_SESSIONS_REFRESH_WINDOW: '0s', SIGNET_SERVER_ISSUER: 'https://id.example.com' } };
before(async () => { signet = await startWithAnn(settings); });
after(async () => {
  await signet.stop();
  rmSync(scratch, { recursive: true });
});

const admin = (args, options) => run([...args, '--data', signet.dataDir], options);
const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
const listed = async () => lines((await admin(['revocations', 'list', '--json'])).stdout);
const log = async () => (await listed()).slice(0, -1);
const me = async (bearer) => (await request(signet, 'GET', '/api/v1/me', { bearer })).status;
const refused = (token) => until('refused', async () => (await me(token)) === 401);
const revoke = async (...args) => {
  const done = await admin(['revocations', 'add', ...args, '--json']);
  assert.equal(done.code, 0, done.stderr);
  return lines(done.stdout)[0];
};

test('A deed of an operator or of a person is an entry, with the chain behind it', async () => {  // CHECKS F4
  const before = (await listed()).at(-1);
  const session = await signIn(signet);
  const { sid } = jose.decodeJwt(session.access_token);
  assert.equal((await request(signet, 'POST', '/api/v1/logout', { json: { refresh_token: session.refresh_token } })).status, 204);
  const others = [await signIn(signet), await signIn(signet)].map(({ access_token: token }) => jose.decodeJwt(token));
  assert.equal((await admin(['user', 'disable', ann.email])).code, 0);
  assert.equal((await admin(['user', 'enable', ann.email])).code, 0);

  const all = await listed();
  const head = all.at(-1);
  const entries = all.slice(0, -1).filter((entry) => entry.sequence > before.sequence);
  assert.deepEqual([entries[0].kind, entries[0].subject], ['session', sid]);
  assert.deepEqual(entries.slice(1, 3).map((entry) => entry.subject).sort(), others.map((claims) => claims.sid).sort());
  assert.deepEqual([entries[3].kind, entries[3].subject], ['user', others[0].sub]);
  assert.equal(entries.length, 4);
  assert.equal(head.log, before.log);
  assert.equal(head.sequence, before.sequence + 4);

  // As a verifier would: docs/reference/revocation-feed.md.
  let hash = Buffer.from(before.hash, 'base64url');
  for (const { sequence, kind, subject, not_before: from, until: end } of entries) {
    const line = `${sequence} ${kind} ${subject} ${Date.parse(from)} ${Date.parse(end)}`;
    hash = createHash('sha256').update(hash).update(line).digest();
    assert.equal(Date.parse(end) - Date.parse(from), 20 * 60_000, 'ten minutes longer than the tokens');
  }
  assert.equal(hash.toString('base64url'), head.hash);
});

test('What an operator revokes is refused by the running server', async () => {
  const tokens = async () => {
    const { access_token: access, refresh_token: renew } = await signIn(signet);
    assert.equal(await me(access), 200);
    return { access, renew, claims: jose.decodeJwt(access) };
  };
  const byToken = await tokens();
  const other = await tokens();
  const began = performance.now();
  const entry = await revoke('token', byToken.claims.jti.toUpperCase());
  assert.deepEqual([entry.kind, entry.subject], ['token', byToken.claims.jti], 'as tokens have it');
  await refused(byToken.access);
  console.log(`# refused ${Math.round(performance.now() - began)} ms after the verb was called`);
  assert.equal(await me(other.access), 200, 'no other is concerned');

  const bySession = await tokens();
  await revoke('session', bySession.claims.sid);
  await refused(bySession.access);
  assert.equal((await refresh(signet, bySession.renew)).status, 401, 'the session is over');

  for (const subject of [['user', ann.email], ['client', 'signet'], ['everything', '--yes']]) {
    const before = await tokens();
    await revoke(...subject);
    await refused(before.access);
    const renewed = await refresh(signet, before.renew);
    assert.equal(renewed.status, 200, `${subject}: nobody is signed out`);
    assert.equal(await me(renewed.json.access_token), 200, `${subject}: and the next token is good`);
  }
  const events = await query(signet, "SELECT detail FROM audit WHERE event = 'tokens_revoked' ORDER BY id");
  assert.deepEqual(events.map(([detail]) => detail), [`token ${byToken.claims.jti}, by an operator`, `user ${byToken.claims.sub}, by an operator`,
    'client signet, by an operator', 'everything *, by an operator']);
});

test('A token that was revoked stays so after a restart', async () => {  // CHECKS E24
  const { access_token: token } = await signIn(signet);
  const { access_token: other } = await signIn(signet);
  await revoke('token', jose.decodeJwt(token).jti);
  await signet.stop();
  signet = await startSignet(settings);
  assert.equal(await me(token), 401);
  assert.equal(await me(other), 200, 'and no other is');
});

test('What cannot be revoked is said so, and everything only by a yes', async () => {
  const before = (await listed()).at(-1);
  const cases = [
    [['key', 'x'], 2], [['session', 'x'], 2], [['token', 'x'], 2], [['session'], 2], [['user', 'nobody@example.com'], 1], [['user', 'nobody'], 2],
    [['client', 'two words'], 2], [['everything', 'x'], 2], [['everything'], 2], [[], 2],
  ];
  for (const [args, code] of cases) {
    const done = await admin(['revocations', 'add', ...args]);
    assert.equal(done.code, code, `${args}: ${done.stderr}`);
    assert.notEqual(done.stderr, '');
  }
  assert.match((await admin(['revocations', 'add', 'everything'])).stderr, /This cannot be taken back[^]*give --yes/);
  assert.deepEqual((await listed()).at(-1), before);
});

test('A verifier is added, listed, and removed; its credential is shown once and kept nowhere', async () => {
  const added = await admin(['verifier', 'add', 'notes']);
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stdout, /^svk_[\w-]{43}\n$/, 'nothing else, for whoever keeps it in a file');
  assert.match(added.stderr, /shown once[^]*Give it to notes[^]*Authorization: Bearer/);
  const credential = added.stdout.trim();
  const [[kept]] = await query(signet, "SELECT hex(credential_hash) FROM verifiers WHERE name = 'notes'");
  assert.equal(kept.toLowerCase(), createHash('sha256').update(credential).digest('hex'));

  const taken = await admin(['verifier', 'add', 'notes', '--json']);
  assert.equal(taken.code, 1);
  assert.equal(JSON.parse(taken.stdout).error, 'name_taken');
  assert.equal((await admin(['verifier', 'add', 'no name'])).code, 1);
  const machine = JSON.parse((await admin(['verifier', 'add', 'billing-2.eu', '--json'])).stdout);
  assert.deepEqual(Object.keys(machine).sort(), ['credential', 'name']);

  const [billing, notes] = lines((await admin(['verifier', 'list', '--json'])).stdout);
  assert.deepEqual([billing.name, notes.name, notes.last_connected_at], ['billing-2.eu', 'notes', null]);
  assert.match((await admin(['verifier', 'list'])).stdout, /NAME .*LAST CONNECTED[^]*notes .* never/);

  assert.equal((await admin(['verifier', 'remove', 'notes'])).code, 0);
  const gone = await admin(['verifier', 'remove', 'notes', '--json']);
  assert.equal(gone.code, 1);
  assert.equal(JSON.parse(gone.stdout).error, 'not_found');
  const rows = await query(signet, "SELECT event, detail FROM audit WHERE event LIKE 'verifier%' ORDER BY id");
  assert.deepEqual(rows, [['verifier_added', 'notes'], ['verifier_added', 'billing-2.eu'], ['verifier_removed', 'notes']]);
});

test('The log is listed for people too', async () => {
  const { stdout } = await admin(['revocations', 'list']);
  assert.match(stdout, /SEQUENCE +KIND +SUBJECT/);
  assert.match(stdout, /everything +\*/);
  assert.match(stdout, /\nLog \d+, up to \d+, hash [\w-]{43}\n$/);
  assert.equal(stdout.trim().split('\n').length, (await log()).length + 2);
});

test('A log that was edited keeps the server from starting, and an epoch begins another', async () => {
  const { access_token: token, refresh_token: refreshToken } = await signIn(signet);
  await revoke('client', 'notes');
  const before = (await listed()).at(-1);
  await signet.stop();
  execFileSync('/usr/bin/python3', ['-c', 'import sqlite3,sys\ndb = sqlite3.connect(sys.argv[1])\ndb.execute("UPDATE revocations SET subject = \'others\' WHERE subject = \'notes\'")\ndb.commit()',
    path.join(settings.dataDir, 'signet.db')]);
  await assert.rejects(startSignet(settings), /the revocation log is not as it was written: its lines do not lead to its head/);

  const done = await run(['keys', 'rewrap', '--leaked', '--yes', '--data', settings.dataDir]);
  assert.equal(done.code, 0, done.stderr);
  signet = await startSignet(settings);
  const entries = await listed();
  assert.ok(entries.at(-1).log > before.log);
  assert.equal(entries[0].kind, 'everything');
  assert.equal(await me(token), 401);
  assert.equal((await refresh(signet, refreshToken)).status, 401);
  assert.equal(await me((await signIn(signet)).access_token), 200);
});

test('The log is followed as it grows', async () => {
  const child = spawn(binary, ['revocations', 'follow', '--json', '--data', signet.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => { text += chunk; });
  try {
    const before = await signIn(signet);
    assert.equal((await request(signet, 'POST', '/api/v1/logout', { bearer: before.access_token })).status, 204);
    await until('a sign-out', () => text.includes(before.session_id));
    assert.ok(lines(text.slice(0, text.lastIndexOf('\n'))).length <= 11);
    const session = await signIn(signet);
    assert.equal((await request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token })).status, 204);
    await until('the next', () => text.includes(session.session_id));
  } finally {
    child.kill('SIGTERM');
  }
});
