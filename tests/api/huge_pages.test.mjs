// Decision 17: the memory of a hash lies in huge pages, where the system has any to give, and is there for the next one.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ann, request, run, signIn, startWithAnn, until } from './harness.mjs';

const setting = '/sys/kernel/mm/transparent_hugepage/enabled';
const skip = (!existsSync(setting) || readFileSync(setting, 'utf8').includes('[never]')) && 'this system gives none';

const inHugePages = ({ pid }) => Number(/AnonHugePages:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
const atOnce = (count, one) => Promise.all(Array.from({ length: count }, (_, i) => one(i)));

let signet;
before(async () => { signet = await startWithAnn({ env: { SIGNET_THROTTLE_ACCOUNT_FREE: '20' } }); });
after(() => signet.stop());

test('A hash is computed in huge pages', { skip }, async () => {
  let most = 0;
  let over = false;
  const signIns = atOnce(4, async () => { for (let i = 0; i < 5; ++i) await signIn(signet); }).finally(() => { over = true; });
  while (!over) {
    most = Math.max(most, inHugePages(signet));
    await new Promise((done) => setTimeout(done, 1));
  }
  await signIns;
  assert.ok(most >= 8 * 1024, `${most} kB at most`);
});

// Seen after the answer: it is kept. A hash has 19 MiB.
test('Its memory is kept for the next hash, and given back when there is none', async () => {
  let before = Infinity;
  for (let now = signet.residentKilobytes(); now < before - 1024; now = signet.residentKilobytes()) {
    before = now;
    await new Promise((done) => setTimeout(done, 3000));
  }
  before = signet.residentKilobytes();
  let most = 0;
  for (let i = 0; i < 20 && most < before + 15 * 1024; i++) {
    await signIn(signet);
    most = Math.max(most, signet.residentKilobytes());
  }
  assert.ok(most >= before + 15 * 1024, `${before} kB before, ${most} kB at most`);
  await until('the memory to be given back', () => signet.residentKilobytes() < before + 8 * 1024);
});

test('Hashes of several sizes at once are what they are', async () => {
  const ben = { email: 'ben@example.com', password: 'other plain words here' };
  const added = await run(['user', 'add', ben.email, '--password-stdin', '--data', signet.dataDir],
    { input: ben.password, env: { SIGNET_PASSWORDS_MEMORY_KIB: '32768' } });
  assert.equal(added.code, 0, added.stderr);
  const statusOf = async (json) => (await request(signet, 'POST', '/api/v1/login', { json })).status;
  for (let round = 0; round < 4; round++) {
    const answers = await atOnce(3, async (i) => {
      const { email, password } = i % 2 === round % 2 ? ann : ben;
      return [await statusOf({ email, password }), await statusOf({ email, password: `not ${password}` })];
    });
    assert.deepEqual(answers, answers.map(() => [200, 401]));
  }
});
