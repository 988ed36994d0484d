// Decision 17: the memory of a hash lies in huge pages, where the system has any to give, and is there for the next one.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ann, request, run, signIn, startWithAnn, until } from './harness.mjs';

const setting = '/sys/kernel/mm/transparent_hugepage/enabled';
const skip = (!existsSync(setting) || readFileSync(setting, 'utf8').includes('[never]')) && 'this system gives none';

const megabytes = (signet) => Number(/AnonHugePages:\s+(\d+) kB/.exec(readFileSync(`/proc/${signet.pid}/smaps_rollup`, 'utf8'))[1]) / 1024;

let signet;
before(async () => { signet = await startWithAnn({ env: { SIGNET_THROTTLE_ACCOUNT_FREE: '20' } }); });
after(() => signet.stop());

// Seen after the answer: it is kept.
test('A hash is computed in huge pages, which are kept for the next', { skip }, async () => {
  let most = 0;
  for (let i = 0; i < 20 && most < 16; i++) {
    await signIn(signet);
    most = Math.max(most, megabytes(signet));
  }
  assert.ok(most >= 16, `${most} MiB at most`);
});

test('Who does not hash any more has no memory for it', { skip }, async () => {
  await signIn(signet);
  await until('the memory is given back', () => megabytes(signet) < 8);
});

test('Hashes of several sizes at once are what they are', async () => {
  const ben = { email: 'ben@example.com', password: 'other plain words here' };
  const added = await run(['user', 'add', ben.email, '--password-stdin', '--data', signet.dataDir],
    { input: ben.password, env: { SIGNET_PASSWORDS_MEMORY_KIB: '32768' } });
  assert.equal(added.code, 0, added.stderr);
  const statusOf = async (json) => (await request(signet, 'POST', '/api/v1/login', { json })).status;
  const answers = await Promise.all(Array.from({ length: 12 }, async (_, i) => {
    const { email, password } = i % 2 ? ann : ben;
    return [await statusOf({ email, password }), await statusOf({ email, password: `not ${password}` })];
  }));
  assert.deepEqual(answers, answers.map(() => [200, 401]));
});
