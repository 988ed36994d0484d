// What is left when the power goes: everything that was answered, on a disk that keeps its word (CHECKS E22).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, test } from 'node:test';
import { binary, query } from '../api/harness.mjs';
import { checkLedger } from './ledger.mjs';
import { Person } from './people.mjs';
import { Place, faults } from './place.mjs';

let place;
beforeEach(async () => { place = await Place.make(); });
afterEach(async () => {
  await place.clear();
  place.remove();
});

// Somebody who was answered everything, on a server that is dead now.
async function answeredEverything() {
  const signet = await place.start();
  const person = new Person();
  assert.equal((await person.signUp(signet)).status, 201);
  for (let i = 0; i < 2; i++) assert.equal((await person.signIn(signet)).status, 200);
  assert.equal((await person.sessions[0].renew(signet)).status, 200);
  assert.equal((await person.sessions[1].signOut(signet)).status, 204);
  await place.kill(signet);
  return person;
}

async function isAllThere(person) {
  const signet = await place.start();
  await checkLedger(place.dataDir);
  await person.findOutAndSignIn(signet);
}

test('Of the very first day nothing is lost, though nothing is kept that was not synced', async () => {
  const person = await answeredEverything();
  place.cutPower('nothing');
  await isAllThere(person);
});

test('A guess that was answered is counted', async () => {
  const signet = await place.start();
  const person = new Person();
  assert.equal((await person.signUp(signet)).status, 201);
  const right = person.password;
  for (const guess of ['a first guess of many words', 'a second guess of many words']) {
    person.password = guess;
    assert.equal((await person.signIn(signet)).status, 401);
  }
  await place.kill(signet);
  place.cutPower('nothing');
  const again = await place.start();
  assert.deepEqual(await query(again, "SELECT failures FROM attempts WHERE scope = 'account'"), [[2]]);
  await place.kill(again);
  person.password = right;
  await isAllThere(person);
});

// Else the tests above would prove nothing, nor would any that cuts the power.
test('A disk that only says it has synced is found out', async () => {
  const person = await answeredEverything();
  place.cutPower('nothing', { isLiar: true });
  await assert.rejects(isAllThere(person));
});

// The calls that change files, of which each could be one that nobody is killed in.
test('Every call by which the server or SQLite changes a file is one that is watched', () => {
  const imports = (file) => execFileSync('nm', ['-D', '--undefined-only', file]).toString().match(/(?<=U )\w+/g) ?? [];
  const exports = execFileSync('nm', ['-D', '--defined-only', faults]).toString().match(/(?<= T )\w+/g);
  const libraries = execFileSync('ldd', [binary]).toString();
  const sqlite = libraries.match(/libsqlite3\S* => (\S+)/)[1];
  const changing = /^(__)?(f?open|open_by|creat|openat|p?writev?2?|pread|f?data?sync|fsync|f?truncate|(posix_)?fallocate|link|symlink|rename|unlink|mkdir|rmdir|mknod|remove|copy_file|sendfile|splice|send|sync|mmap)/;
  // Not of a file in the folder, or no change of one: standard streams and logs, the mapped index of the WAL, pages of heap,
  // a locking by folders that SQLite is not asked for, and a word to systemd.
  const elsewhere = ['mmap64', 'mmap', 'fopen', 'fopen64', 'rmdir', 'sendto'];
  const used = [...imports(binary), ...imports(sqlite)].filter((name) => changing.test(name) && !elsewhere.includes(name));
  assert.ok(used.includes('pwrite64') && used.includes('fsync'), used.join(' '));
  assert.deepEqual(used.filter((name) => !exports.includes(name)), []);
});
