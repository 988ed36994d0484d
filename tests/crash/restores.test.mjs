// A restore that is killed, and one whose disk fails once, wherever it touches the disk (CHECKS E30): nothing opens half
// restored, run again it goes through, what was there before is kept whole, and who is told that everybody signs in again
// is told the truth.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { addUser, ann, query, run } from '../api/harness.mjs';
import { Place } from './place.mjs';
import { countPlaces } from './sweep.mjs';

const bob = { email: 'bob@example.com', password: 'words that bob has chosen' };
const step = process.env.CRASH === 'all' ? 1 : 10;
let place;
let old;  // of a server that was killed: bob is in its WAL alone
let backup;
let identity;

before(async () => {
  place = await Place.make();
  [old, backup, identity] = ['old', 'signet.age', 'identity.txt'].map((name) => path.join(place.base, name));
  execFileSync('age-keygen', ['-o', identity], { stdio: 'ignore' });
  const recipient = readFileSync(identity, 'utf8').match(/age1\w+/)[0];
  const signet = await place.start();
  await addUser(signet, ann);
  assert.equal((await run(['backup', backup, '--recipient', recipient, '--data', place.dataDir])).code, 0);
  await addUser(signet, bob);
  await place.end(signet);
  cpSync(place.dataDir, old, { recursive: true });
  assert.ok(statSync(path.join(old, 'signet.db-wal')).size > 0);
});
after(() => place.remove());

// Over the data of the server that was killed; with `hasWal`, its database and key are gone and only its WAL is left.
function lay({ hasWal }) {
  rmSync(place.dataDir, { recursive: true, force: true });
  cpSync(old, place.dataDir, { recursive: true });
  if (hasWal) for (const name of ['signet.db', 'master.key']) rmSync(path.join(place.dataDir, name));
}

async function restore(order) {
  place.order(order, 'command');
  const done = await place.command(['restore', backup, '--identity', identity, '--replace', '--yes']);
  place.order('none', 'command');
  return done;
}

const list = async (dataDir) => run(['user', 'list', '--data', dataDir]);

async function isRestored() {
  const listed = await list(place.dataDir);
  assert.equal(listed.code, 0, listed.stderr);
  assert.match(listed.stdout, /ann@example\.com/);
  assert.doesNotMatch(listed.stdout, /bob@example\.com/);
  const [found] = await query(place, "SELECT began_at > 0, (SELECT count(*) FROM audit WHERE event = 'data_restored'), "
    + '(SELECT group_concat(integrity_check) FROM pragma_integrity_check) FROM epoch');
  assert.deepEqual(found, [1, 1, 'ok']);
}

// In one of the folders beside, with database, key, and WAL.
async function isKept() {
  const beside = readdirSync(place.dataDir).filter((name) => name.startsWith('before-restore-'));
  const lists = await Promise.all(beside.map((name) => list(path.join(place.dataDir, name))));
  assert.ok(lists.some(({ stdout }) => /bob@example\.com/.test(stdout)), `${beside}: ${lists.map(({ stderr }) => stderr)}`);
}

// Told that it is done, or that it is not, as it is.
async function isAsTold(done, hasWal) {
  if (done.code !== 0) {
    const listed = await list(place.dataDir);
    if (listed.code === 0 && !/ann@example\.com[^]*bob@example\.com/.test(listed.stdout)) await isRestored();
    const again = await restore('none');
    assert.equal(again.code, 0, again.stderr);
  }
  await isRestored();
  assert.equal(existsSync(path.join(place.dataDir, 'restored')), false);
  if (!hasWal) await isKept();
}

async function sweep(order, { hasWal = false } = {}) {
  const count = await countPlaces((kill) => { lay({ hasWal }); return restore(kill); });
  let refused = 0;
  for (let number = 1 + Math.floor(Math.random() * step); number <= count; number += step) {
    lay({ hasWal });
    const done = await restore(order(number));
    if (done.code !== 0) refused++;
    await isAsTold(done, hasWal).catch((error) => { throw new Error(`${order(number)}, told ${done.code} ${done.stderr}: ${error.message}`, { cause: error }); });
  }
  assert.ok(refused > 0);
  console.log(`      ${count} places, ${refused} refusals or deaths`);
}

for (const how of ['before', 'within'])
  test(`Killed ${how} a call, it is run again`, () => sweep((number) => `kill ${number} ${how}`));
for (const error of ['EIO', 'ENOSPC'])
  test(`A single ${error}: an exit status that is true`, () => sweep((number) => `fail-once ${number} ${error}`));
test('A WAL without its database is moved aside as well', () => sweep((number) => `kill ${number} before`, { hasWal: true }));
