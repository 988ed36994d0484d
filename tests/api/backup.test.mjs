// A backup made beside a busy server, restored elsewhere: the drill, and everything that must not be restored.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { addUser, ann, binary, freshFolder, query, refresh, request, run, signIn, startSignet, startWithAnn, until } from './harness.mjs';
import { atTerminal } from './terminal.mjs';

const scratch = freshFolder();
const passphrase = 'nine plain words for the backup';
const phraseFile = path.join(scratch, 'passphrase');
const phrase = ['--passphrase-file', phraseFile];
const phrased = path.join(scratch, 'phrased.age');
// Most of them to a recipient: a passphrase takes a second each time.
const identity = path.join(scratch, 'identity.txt');
const key = ['--identity', identity];
const file = path.join(scratch, 'signet.age');
let recipient;
// The same wherever a server listens, so that a token is not refused for where it comes from.
const env = { SIGNET_SERVER_ISSUER: 'https://id.example.com', SIGNET_SESSIONS_REFRESH_WINDOW: '0s' };
let signet;
let session;

before(async () => {
  writeFileSync(phraseFile, `${passphrase}\n`, { mode: 0o600 });
  signet = await startWithAnn({ env });
  session = await signIn(signet);
  recipient = newIdentity(identity);
  assert.equal((await run(['backup', phrased, ...phrase, '--data', signet.dataDir])).code, 0);
});
after(async () => {
  await signet.stop();
  rmSync(scratch, { recursive: true });
});

function newIdentity(name) {
  execFileSync('age-keygen', ['-o', name], { stdio: 'ignore' });
  return readFileSync(name, 'utf8').match(/age1\w+/)[0];
}
const fresh = (name) => path.join(scratch, name);
const restore = (from, to, ...args) => run(['restore', from, '--data', to, '--yes', ...args]);
const me = (server, bearer) => request(server, 'GET', '/api/v1/me', { bearer });
const kidsOf = async (server) => (await request(server, 'GET', '/.well-known/jwks.json')).json.keys.map((key) => key.kid);
// Everything that lies in a folder, by path and content.
const contents = (folder) => readdirSync(folder, { recursive: true }).sort()
  .filter((name) => statSync(path.join(folder, name)).isFile())
  .map((name) => [name, readFileSync(path.join(folder, name)).toString('base64')]);

test('A drill: backed up under load, restored elsewhere; people sign in, and no older token is taken', async () => {  // CHECKS E30
  let loading = true;
  let writes = 0;
  const loads = Array.from({ length: 4 }, async () => {
    let { refresh_token: token } = await signIn(signet);
    for (; loading; writes += 1) {
      const answer = await refresh(signet, token);
      assert.equal(answer.status, 200, answer.text);
      token = answer.json.refresh_token;
    }
    return token;
  });
  await until('load', () => writes > 20);
  const [[sessionsBefore]] = await query(signet, 'SELECT count(*) FROM sessions');
  const made = await run(['backup', file, '--recipient', recipient, '--data', signet.dataDir, '--json']);
  const during = writes;
  await until('load after the backup', () => writes > during + 20);
  loading = false;
  const tokens = await Promise.all(loads);
  assert.equal(made.code, 0, made.stderr);
  assert.deepEqual(JSON.parse(made.stdout), { file, bytes: statSync(file).size });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const afterwards = await signIn(signet);  // not in the backup

  const began = performance.now();
  const dataDir = fresh('elsewhere/data');
  const done = await restore(file, dataDir, ...key, '--json');
  const milliseconds = Math.round(performance.now() - began);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /every session ends, and every token issued until now is void/, 'said before it happens');
  assert.equal(JSON.parse(done.stdout).data, dataDir);
  assert.equal(statSync(dataDir).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(dataDir).sort(), ['master.key', 'signet.db']);
  for (const name of readdirSync(dataDir)) assert.equal(statSync(path.join(dataDir, name)).mode & 0o777, 0o600, name);

  const rows = (sql) => query({ dataDir }, sql);
  assert.deepEqual(await rows('PRAGMA integrity_check'), [['ok']]);
  assert.deepEqual(await rows('PRAGMA foreign_key_check'), []);
  assert.deepEqual(await rows('SELECT count(*) FROM users'), await query(signet, 'SELECT count(*) FROM users'));
  assert.deepEqual(await rows('SELECT count(*), count(ended_at) FROM sessions'), [[sessionsBefore, sessionsBefore]]);
  assert.deepEqual(await rows("SELECT event FROM audit ORDER BY id DESC LIMIT 1"), [['data_restored']]);
  const logOf = async (folder) => (await run(['revocations', 'list', '--json', '--data', folder])).stdout.trim().split('\n').map((line) => JSON.parse(line));
  const [everything, ...others] = await logOf(dataDir);
  const [before, head] = [(await logOf(signet.dataDir)).at(-1), others.pop()];
  assert.ok(head.log > before.log, 'another log, of a greater name');
  assert.equal(everything.kind, 'everything');
  assert.deepEqual(others.map(({ kind }) => kind), others.map(() => 'key'));
  assert.ok(others.some(({ subject }) => subject === jose.decodeProtectedHeader(session.access_token).kid));
  const feedOf = async (folder) => (await run(['keys', 'list', '--json', '--data', folder])).stdout.trim().split('\n').map((line) => JSON.parse(line))
    .filter((known) => known.purpose === 'revocation_feed').map((known) => known.kid);
  assert.equal((await feedOf(dataDir)).length, 1);
  assert.notDeepEqual(await feedOf(dataDir), await feedOf(signet.dataDir), 'the feed has a new key as well');

  const restored = await startSignet({ dataDir, env });
  try {
    for (const old of [session.access_token, afterwards.access_token]) assert.equal((await me(restored, old)).status, 401);
    for (const old of [session.refresh_token, afterwards.refresh_token, ...tokens]) assert.equal((await refresh(restored, old)).status, 401);
    assert.equal((await kidsOf(restored)).some((kid) => kid === jose.decodeProtectedHeader(session.access_token).kid), false);
    const again = await signIn(restored);
    assert.equal(again.user.email, ann.email);
    assert.equal((await me(restored, again.access_token)).status, 200);
    assert.equal((await refresh(restored, again.refresh_token)).status, 200);
  } finally {
    await restored.stop();
  }
  assert.equal((await me(signet, session.access_token)).status, 200, 'the server it came from goes on');
  console.log(`# restored in ${milliseconds} ms, ${statSync(file).size} bytes`);
});

test('Nothing in a backup can be read without what opens it', () => {  // CHECKS E28
  const bytes = readFileSync(file);
  const masterKey = readFileSync(path.join(signet.dataDir, 'master.key'), 'utf8').trim();
  for (const known of [ann.email, 'SQLite format', masterKey, Buffer.from(masterKey, 'hex'), 'master.key', 'signet.db'])
    assert.equal(bytes.includes(known), false, `${known}`);
});

test('A file that was altered or cut short, or another passphrase: refused, and nothing is written', async () => {  // CHECKS E30
  const good = readFileSync(file);
  const bad = (name, bytes) => {
    writeFileSync(fresh(name), bytes);
    return fresh(name);
  };
  const flipped = (at) => {
    const copy = Buffer.from(good);
    copy[at] ^= 1;
    return copy;
  };
  const wrong = fresh('wrong.passphrase');
  writeFileSync(wrong, 'other plain words for the backup');
  const stranger = fresh('stranger.txt');
  newIdentity(stranger);
  const cases = [
    [phrased, ['--passphrase-file', wrong], /the passphrase is wrong/],
    [phrased, key, /encrypted to a passphrase/],
    [file, phrase, /encrypted to a recipient/],
    [file, ['--identity', stranger], /encrypted to another recipient/],
    [bad('empty', ''), key, /not a file of age/],
    [bad('header', flipped(40)), key, /cannot be opened/],
    [bad('middle', flipped(good.length >> 1)), key, /altered or cut short/],
    [bad('last', flipped(good.length - 1)), key, /altered or cut short/],
    [bad('short', good.subarray(0, good.length - 1)), key, /altered or cut short/],
    [bad('half', good.subarray(0, good.length >> 1)), key, /altered or cut short/],
    [bad('longer', Buffer.concat([good, Buffer.alloc(1)])), key, /altered or cut short/],
    [fresh('absent'), key, /cannot be read/],
  ];
  for (const [from, how, message] of cases) {
    const to = fresh('nowhere');
    const done = await restore(from, to, ...how, '--json');
    assert.notEqual(done.code, 0, from);
    assert.match(done.stderr, message);
    assert.match(JSON.parse(done.stdout.trim().split('\n').at(-1)).error, /invalid_backup|unavailable/);
    assert.equal(existsSync(to), false, from);
  }
});

test('Data that is there is never overwritten: refused, or moved aside on demand', async () => {
  const dataDir = fresh('occupied');
  const other = await startSignet({ dataDir });
  await addUser(other, { email: 'bob@example.com', password: 'words that bob has chosen' });
  mkdirSync(path.join(dataDir, 'restoring'));  // as by another restore that is at work
  const running = await restore(file, dataDir, ...key, '--replace');
  assert.equal(running.code, 4);
  assert.ok(existsSync(path.join(dataDir, 'restoring')), 'not ours to remove');
  assert.match(running.stderr, /A server or another signet command uses/);
  await other.stop();

  const before = contents(dataDir);
  const refused = await restore(file, dataDir, ...key);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /There is data in .*occupied already; nothing was changed/);
  const unasked = await run(['restore', file, '--data', dataDir, ...key, '--replace'], { input: 'yes\n' });
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /everybody signs in again[^]*is moved to .*before-restore-[^]*give --yes/);
  const cut = fresh('cut');
  writeFileSync(cut, readFileSync(file).subarray(0, 70_000));
  assert.equal((await restore(cut, dataDir, ...key, '--replace')).code, 4);
  assert.deepEqual(contents(dataDir), before);

  assert.equal((await restore(file, dataDir, ...key, '--replace')).code, 0);
  const aside = readdirSync(dataDir).find((name) => name.startsWith('before-restore-'));
  const users = async (folder) => (await run(['user', 'list', '--json', '--data', folder])).stdout;
  assert.match(await users(dataDir), /ann@example\.com/);
  assert.match(await users(path.join(dataDir, aside)), /bob@example\.com/);
});

test('A restore that was cut off is loud, and goes through when it is run again', async () => {
  // While it still makes its files ready, the data that is there is as it was.
  const dataDir = fresh('interrupted');
  const other = await startSignet({ dataDir });
  await other.stop();
  mkdirSync(path.join(dataDir, 'restoring'));
  assert.equal((await run(['keys', 'list', '--data', dataDir])).code, 0);
  // From when it puts them in their place, nothing starts.
  mkdirSync(path.join(dataDir, 'restored'));
  for (const args of [['user', 'list'], ['keys', 'rewrap', '--yes'], ['serve', '--dev', '--listen', 'localhost:0', '--admin-listen', '127.0.0.1:0']]) {
    const refused = await run([...args, '--data', dataDir]);
    assert.equal(refused.code, 4, `${args}`);
    assert.match(refused.stderr, /A restore into .* was cut off\. Run it again/);
  }
  renameSync(path.join(dataDir, 'signet.db'), path.join(dataDir, 'restored', 'signet.db'));
  assert.match((await run(['user', 'list', '--data', dataDir])).stderr, /A restore into .* was cut off/, 'nor is it said that there is no data');
  assert.equal((await restore(file, dataDir, ...key)).code, 1);
  assert.equal((await restore(file, dataDir, ...key, '--replace')).code, 0);
  assert.match((await run(['user', 'list', '--data', dataDir])).stdout, /ann@example\.com/);

  // Wherever it is killed: the folder opens, or says that a restore was cut off.
  for (let i = 0; i < 10; i += 1) {
    const child = spawn(binary, ['restore', file, '--data', dataDir, ...key, '--replace', '--yes'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await until('the restore to begin, or its end', () => child.exitCode !== null || existsSync(path.join(dataDir, 'restoring')));
    await new Promise((resolve) => setTimeout(resolve, i * 6));
    child.kill('SIGKILL');
    await ended;
    const listing = await run(['user', 'list', '--data', dataDir]);
    if (listing.code === 0) assert.match(listing.stdout, /ann@example\.com/);
    else assert.match(listing.stderr, /A restore into .* was cut off/);
  }
  assert.equal((await restore(file, dataDir, ...key, '--replace')).code, 0);
  assert.match((await run(['user', 'list', '--data', dataDir])).stdout, /ann@example\.com/);
});

test('What root restores into the folder of another user, or puts under another master key there, is that user\'s', { skip: process.getuid() === 0 ? false : 'only root can give files away' }, async () => {
  const dataDir = fresh('of-another');
  mkdirSync(dataDir, { mode: 0o700 });
  chownSync(dataDir, 65534, 65534);
  assert.equal((await restore(file, dataDir, ...key)).code, 0);
  const areTheirs = () => { for (const name of readdirSync(dataDir)) assert.equal(statSync(path.join(dataDir, name)).uid, 65534, name); };
  areTheirs();
  assert.equal((await run(['keys', 'rewrap', '--yes', '--data', dataDir])).code, 0);
  assert.deepEqual(readdirSync(dataDir).sort(), ['master.key', 'signet.db']);
  areTheirs();
  assert.equal((await restore(file, dataDir, ...key, '--replace')).code, 0);
  areTheirs();
});

test('Root backs up what another user\'s server holds, with a key and to a folder that are root\'s alone', { skip: process.getuid() === 0 ? false : 'only root has such a key' }, async () => {
  const base = freshFolder();
  chmodSync(base, 0o711);
  const [dataDir, vault] = [path.join(base, 'data'), path.join(base, 'vault')];
  const env = { SIGNET_SERVER_MASTER_KEY: path.join(vault, 'master.key') };
  mkdirSync(vault, { mode: 0o700 });
  mkdirSync(dataDir, { mode: 0o700 });
  chownSync(dataDir, 65534, 65534);
  const [made, to] = [path.join(vault, 'signet.age'), path.join(vault, 'restored')];
  try {
    assert.equal((await run(['restore', file, '--data', dataDir, ...key, '--yes'], { env })).code, 0);
    assert.equal(statSync(env.SIGNET_SERVER_MASTER_KEY).uid, 0);
    const done = await run(['backup', made, '--recipient', recipient, '--data', dataDir], { env });
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual([statSync(made).uid, statSync(made).mode & 0o777], [0, 0o600]);
    assert.deepEqual(readdirSync(vault).sort(), ['master.key', 'signet.age']);
    for (const name of readdirSync(dataDir)) assert.equal(statSync(path.join(dataDir, name)).uid, 65534, name);
    assert.equal((await restore(made, to, ...key)).code, 0);
    assert.match((await run(['user', 'list', '--data', to])).stdout, /ann@example\.com/);
  } finally {
    rmSync(base, { recursive: true });
  }
});

test('A master key elsewhere is respected: the same is kept, another is not overwritten', async () => {
  const keyFile = fresh('elsewhere.key');
  const env = { SIGNET_SERVER_MASTER_KEY: keyFile };
  const into = (name) => run(['restore', file, '--data', fresh(name), ...key, '--yes'], { env });
  assert.equal((await into('key-made')).code, 0, 'there was none');
  assert.equal(readFileSync(keyFile, 'utf8'), readFileSync(path.join(signet.dataDir, 'master.key'), 'utf8'));
  assert.deepEqual(readdirSync(fresh('key-made')), ['signet.db']);
  assert.equal((await into('key-kept')).code, 0);
  assert.equal((await run(['user', 'list', '--data', fresh('key-kept')], { env })).code, 0);
  writeFileSync(keyFile, `${'ab'.repeat(32)}\n`);
  const refused = await into('key-other');
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /is not the one of this backup[^]*Move it away first/);
  assert.equal(existsSync(fresh('key-other')), false);
});

test('A backup is not written over a file, nor to a short passphrase, nor to nobody', async () => {
  const cases = [
    [[file, ...phrase], '', /is there already; nothing was overwritten/],
    [[fresh('new.age')], '', /no terminal to ask for the passphrase/],
    [[fresh('new.age'), '--passphrase-stdin'], 'short\n', /passphrase is too short/],
    [[fresh('new.age'), '--passphrase-stdin'], 'two lines\nof words here\n', /more than one line/],
    [[fresh('new.age'), '--recipient', 'age1nobody'], '', /is not an age1… key/],
    [[fresh('new.age'), '--recipient', 'age1nobody', ...phrase], '', /not to both/],
  ];
  for (const [args, input, message] of cases) {
    const done = await run(['backup', ...args, '--data', signet.dataDir, '--json'], { input });
    assert.equal(done.code, 2, done.stderr);
    assert.match(done.stderr, message);
    assert.equal(JSON.parse(done.stdout).error, 'invalid_request');
  }
  assert.equal(existsSync(fresh('new.age')), false);
  const nowhere = await run(['backup', fresh('no/such/folder.age'), '--recipient', recipient, '--data', signet.dataDir]);
  assert.equal(nowhere.code, 4, nowhere.stderr);
  assert.deepEqual(readdirSync(signet.dataDir).filter((name) => name.includes('copy')), [], 'no copy of the database stays');
});

test('At a terminal the passphrase is asked for, and so is a yes', async () => {
  const [typed, to] = [fresh('typed.age'), fresh('typed')];
  const differ = await atTerminal([binary, 'backup', typed, '--data', signet.dataDir], [['Passphrase: ', passphrase], ['Once more: ', 'something else']]);
  assert.equal(differ.code, 2);
  assert.match(differ.shown, /differ; nothing was written/);
  const made = await atTerminal([binary, 'backup', typed, '--data', signet.dataDir], [['Passphrase: ', passphrase], ['Once more: ', passphrase]]);
  assert.equal(made.code, 0, made.shown);
  const no = await atTerminal([binary, 'restore', typed, '--data', to], [['Passphrase: ', passphrase], ['Type yes to go on: ', 'no']]);
  assert.equal(no.code, 1, no.shown);
  assert.match(no.shown, /everybody signs in again[^]*That was no yes; nothing was changed/);
  assert.equal(existsSync(to), false);
  const yes = await atTerminal([binary, 'restore', typed, '--data', to], [['Passphrase: ', passphrase], ['Type yes to go on: ', 'yes']]);
  assert.equal(yes.code, 0, yes.shown);
  for (const { shown } of [differ, made, no, yes]) assert.equal(shown.includes(passphrase), false, 'what is typed is not shown');
});

// ---- with age itself ----

const age = (args, input) => execFileSync('age', args, { input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1 << 28 });
const untar = (bytes, ...args) => execFileSync('tar', ['-x', ...args, '-f', '-'], { input: bytes, maxBuffer: 1 << 28 });

test('age opens our backups, and we open what age encrypted', async () => {
  const archive = age(['--decrypt', '--identity', identity, file]);
  const folder = fresh('unpacked');
  mkdirSync(folder);
  untar(archive, '-C', folder);
  assert.deepEqual(readdirSync(folder).sort(), ['master.key', 'signet-backup.json', 'signet.db']);
  assert.equal(readFileSync(path.join(folder, 'master.key'), 'utf8'), readFileSync(path.join(signet.dataDir, 'master.key'), 'utf8'));
  assert.equal(JSON.parse(readFileSync(path.join(folder, 'signet-backup.json'))).format, 'signet-backup/1');
  assert.deepEqual(await query({ dataDir: folder }, 'SELECT count(*) FROM users'), await query(signet, 'SELECT count(*) FROM users'));

  // Encrypted again by age, to two this time.
  const second = fresh('second.txt');
  const other = newIdentity(second);
  const theirs = fresh('by-age.age');
  writeFileSync(theirs, age(['--encrypt', '--recipient', recipient, '--recipient', other], archive));
  const done = await restore(theirs, fresh('by-age'), '--identity', second);
  assert.equal(done.code, 0, done.stderr);
  assert.match((await run(['user', 'list', '--data', fresh('by-age')])).stdout, /ann@example\.com/);
});

test('age opens what is encrypted to a passphrase, and we open its own', async () => {
  const archive = fresh('archive.tar');
  // It asks at its terminal alone.
  const opened = await atTerminal(['age', '--decrypt', '--output', archive, phrased], [['assphrase', passphrase]]);
  assert.equal(opened.code, 0, opened.shown);
  assert.match(untar(readFileSync(archive), '-O', 'signet-backup.json').toString(), /signet-backup\/1/);
  const theirs = fresh('phrase-by-age.age');
  const made = await atTerminal(['age', '--encrypt', '--passphrase', '--output', theirs, archive],
    [['assphrase', passphrase], ['onfirm passphrase', passphrase]]);
  assert.equal(made.code, 0, made.shown);
  const done = await restore(theirs, fresh('phrase-by-age'), ...phrase);
  assert.equal(done.code, 0, done.stderr);
  assert.match((await run(['user', 'list', '--data', fresh('phrase-by-age')])).stdout, /ann@example\.com/);
});

test('What age opens and is no backup is not taken for one', async () => {
  const folder = fresh('unpacked');
  const tar = (...names) => execFileSync('tar', ['-c', '--format=ustar', '-f', '-', '-C', folder, ...names], { maxBuffer: 1 << 28 });
  writeFileSync(path.join(folder, 'signet-backup.json'), '{"format":"signet-backup/2","made_at":1,"signet":"9"}');
  const cases = [
    [Buffer.from('plain'), /no backup of Signet/],
    [Buffer.alloc(4096), /no backup of Signet/],
    [tar('signet.db'), /no backup of Signet/],
    [tar('signet-backup.json', 'master.key', 'signet.db'), /of the format "signet-backup\/2", and this program knows only/],
  ];
  for (const [bytes, message] of cases) {
    const other = fresh('other.age');
    writeFileSync(other, age(['--encrypt', '--recipient', recipient], bytes));
    const done = await restore(other, fresh('not-restored'), '--identity', identity);
    assert.equal(done.code, 1, done.stderr);
    assert.match(done.stderr, message);
    assert.equal(existsSync(fresh('not-restored')), false);
  }
});

test('What a stranger wrote into a backup is not shown as it is', async () => {
  const folder = fresh('forged');
  mkdirSync(folder);
  untar(age(['--decrypt', '--identity', identity, file]), '-C', folder);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'signet-backup.json')));
  const forge = (changes) => {
    writeFileSync(path.join(folder, 'signet-backup.json'), JSON.stringify({ ...manifest, ...changes }));
    const archive = execFileSync('tar', ['-c', '--format=ustar', '-C', folder, 'signet-backup.json', 'master.key', 'signet.db'], { maxBuffer: 1 << 28 });
    writeFileSync(fresh('forged.age'), age(['--encrypt', '--recipient', recipient], archive));
    return fresh('forged.age');
  };
  for (const changes of [{ signet: '1\u001b[2J\u001b[8m' }, { signet: '1\n- nobody is signed out' }, { signet: '' }, { signet: 'x'.repeat(65) }, { signet: 1 },
    { made_at: 9223372036854775807n.toString() }, { made_at: -1 }, { made_at: 253402300800 }, { made_at: 9007199254740991 }]) {
    const refused = await restore(forge(changes), fresh('from-a-stranger'), ...key);
    assert.equal(refused.code, 1, JSON.stringify(changes));
    assert.match(refused.stderr, /no backup of Signet/);
    assert.equal(existsSync(fresh('from-a-stranger')), false);
  }
  const odd = fresh('odd \u001b[8m.age');
  writeFileSync(odd, readFileSync(forge({})));
  const done = await restore(odd, fresh('odd'), ...key);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /odd \\u001b\[8m\.age[^]*\n- every session ends/);
  assert.equal(done.stderr.includes('\u001b'), false);
});

test('A backup of a newer Signet is refused, for machines too', async () => {
  const folder = fresh('newer');
  mkdirSync(folder);
  untar(age(['--decrypt', '--identity', identity, file]), '-C', folder);
  execFileSync('/usr/bin/python3', ['-c', 'import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\n'
    + "db.execute(\"INSERT INTO schema_migrations (version, applied_at, checksum) SELECT max(version) + 1, 0, 'ffff' FROM schema_migrations\")\ndb.commit()",
    path.join(folder, 'signet.db')]);
  const archive = execFileSync('tar', ['-c', '--format=ustar', '-C', folder, 'signet-backup.json', 'master.key', 'signet.db'], { maxBuffer: 1 << 28 });
  writeFileSync(fresh('newer.age'), age(['--encrypt', '--recipient', recipient], archive));
  const to = fresh('not-restored');
  const done = await restore(fresh('newer.age'), to, ...key, '--json');
  assert.equal(done.code, 4, done.stderr);
  const answer = JSON.parse(done.stdout);
  assert.equal(answer.error, 'unavailable');
  assert.match(answer.error_description, /newer/);
  assert.equal(existsSync(to), false);
});
