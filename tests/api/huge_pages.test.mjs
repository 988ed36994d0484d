// Decision 17: the memory of a hash lies in huge pages, where the system has any to give.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { signIn, startWithAnn } from './harness.mjs';

const setting = '/sys/kernel/mm/transparent_hugepage/enabled';
const none = !existsSync(setting) || readFileSync(setting, 'utf8').includes('[never]');

test('A hash is computed in huge pages', { skip: none && 'this system gives none' }, async () => {
  const signet = await startWithAnn();
  try {
    let most = 0;
    let over = false;
    const signIns = Promise.all(Array.from({ length: 4 }, async () => { for (let i = 0; i < 5; ++i) await signIn(signet); })).finally(() => { over = true; });
    while (!over) {
      const [, kilobytes] = /AnonHugePages:\s+(\d+) kB/.exec(readFileSync(`/proc/${signet.pid}/smaps_rollup`, 'utf8'));
      most = Math.max(most, Number(kilobytes));
      await new Promise((done) => setTimeout(done, 1));
    }
    await signIns;
    assert.ok(most >= 8 * 1024, `${most} kB at most`);
  } finally {
    await signet.stop();
  }
});
