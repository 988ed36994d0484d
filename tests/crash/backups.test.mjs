// A backup that is killed, or whose disk fails, wherever it touches the disk: its file is whole or not there, and nothing
// else stays.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { addUser, ann, binary, environment, run } from '../api/harness.mjs';
import { Place } from './place.mjs';
import { countPlaces } from './sweep.mjs';

const step = process.env.CRASH === 'all' ? 1 : 6;
let place;
let vault;
let file;
let identity;
let recipient;

before(async () => {
  place = await Place.make();
  vault = path.join(place.root, 'vault');
  file = path.join(vault, 'signet.age');
  identity = path.join(place.base, 'identity.txt');
  mkdirSync(vault);
  execFileSync('age-keygen', ['-o', identity], { stdio: 'ignore' });
  recipient = readFileSync(identity, 'utf8').match(/age1\w+/)[0];
  const signet = await place.start();
  await addUser(signet, ann);
  await place.end(signet);
});
after(() => place.remove());

async function backUp(order, faultsFolder = place.root) {
  place.order(order, 'command');
  const env = { ...place.environment('command'), FAULTS_FOLDER: faultsFolder };
  const done = await run(['backup', file, '--recipient', recipient, '--data', place.dataDir], { env });
  place.order('none', 'command');
  return done;
}

const names = () => execFileSync('tar', ['-t'], { input: execFileSync('age', ['--decrypt', '--identity', identity, file], { maxBuffer: 1 << 28 }), encoding: 'utf8' });

const copies = () => readdirSync(place.dataDir).filter((name) => name.includes('copy'));

// With exit status 0 the file is there; whenever it is there it is whole; when it is not, it can be tried again.
async function isWholeOrAbsent(done) {
  assert.deepEqual(readdirSync(vault), existsSync(file) ? ['signet.age'] : []);
  if (done.code === 0 || existsSync(file)) {
    assert.match(names(), /signet\.db/);
    rmSync(file);
  }
  // What could not be removed, because of the kill or the failure, the next one removes.
  if (done.code === 0 && copies().length === 0) return;
  const again = await backUp('none');
  assert.equal(again.code, 0, again.stderr);
  assert.match(names(), /signet\.db/);
  assert.deepEqual(copies(), []);
  rmSync(file);
}

async function sweep(order, check = () => {}) {
  const count = await countPlaces(async (kill) => {
    const done = await backUp(kill);
    rmSync(file, { force: true });
    return done;
  });
  let refused = 0;
  for (let number = 1 + Math.floor(Math.random() * step); number <= count; number += step) {
    const done = await backUp(order(number));
    if (done.code !== 0) refused++;
    check();
    await isWholeOrAbsent(done).catch((error) => { throw new Error(`${order(number)}, told ${done.code} ${done.stderr}: ${error.message}`, { cause: error }); });
  }
  assert.ok(refused > 0);
  console.log(`      ${count} places, ${refused} refusals or deaths`);
}

test('Killed, it leaves nothing beside its file, and nothing that the next one does not remove', () => sweep((number) => `kill ${number} before`));
test('A single failure of the disk is told, and what SQLite leaves of a copy goes with the copy', () => sweep((number) => `fail-once ${number} ENOSPC`,
  () => assert.deepEqual(copies().filter((name) => name.endsWith('-journal')), [])));

test('Where there are neither files without a name nor hard links, it is made all the same', async () => {
  const done = await backUp('fail open,link EOPNOTSUPP', vault);
  assert.equal(done.code, 0, done.stderr);
  const again = await backUp('fail open,link EOPNOTSUPP', vault);
  assert.equal(again.code, 2, again.stderr);
  await isWholeOrAbsent(done);
});

const isRoot = process.getuid() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
test('It does not fill the disk of a server', { skip: isRoot ? false : 'it takes root to have a small disk' }, () => {
  const small = path.join(place.base, 'small');
  mkdirSync(small);
  const backUpOn = (size) => spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-ec',
    `mount -t tmpfs -o size=${size} tmpfs '${small}'; cp -a '${place.dataDir}' '${small}/data'
    "$@" && status=0 || status=$?; ls '${small}' '${small}/data'; exit $status`,
    'sh', binary, 'backup', path.join(small, 'signet.age'), '--recipient', recipient, '--data', path.join(small, 'data')], { encoding: 'utf8', env: environment() });
  const refused = backUpOn('60m');
  assert.equal(refused.status, 4, refused.stderr);
  assert.match(refused.stderr, /MiB are free on the disk of .* Make room/);
  assert.doesNotMatch(refused.stdout, /copy|age/);
  const made = backUpOn('120m');
  assert.equal(made.status, 0, made.stderr);
});
