// The commands of README.md, cut out of it and run in a shell, do what it says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { freshFolder, root } from '../api/harness.mjs';
import { startSite } from '../api/site.mjs';

// The indented block under "## Use it with curl".
function curlBlock() {
  const section = readFileSync(path.join(root, 'README.md'), 'utf8').split('## Use it with curl')[1].split('\n## ')[0];
  return section.split('\n').filter((line) => line === '' || line.startsWith('    ')).map((line) => line.slice(4)).join('\n');
}

function bash(script, cwd) {
  return new Promise((resolve) => {
    execFile('bash', ['-euo', 'pipefail', '-c', script], { cwd }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

test('Use it with curl: sign up, sign in, who am I, another server, renew, sign out everywhere', async () => {
  const site = await startSite();
  const folder = freshFolder();
  try {
    const places = { 'https://localhost:8443': site.signet.url, 'https://localhost:7001': site.notes[0], 'https://localhost:7002': site.notes[1] };
    let script = curlBlock();
    for (const [written, real] of Object.entries(places)) {
      assert.ok(script.includes(written), `README.md no longer has ${written}`);
      script = script.replaceAll(written, real);
    }
    // Between the answers, a line of our own to tell them apart.
    const { code, stdout, stderr } = await bash(script.replace(/^curl/gm, 'echo; echo ----; curl'), folder);
    assert.equal(code, 0, stderr);
    const answers = stdout.split('----\n').slice(1).map((text) => text.trim());
    const [signup, login, me, first, second, refresh, logout, after] = answers;
    assert.equal(answers.length, 8, stdout);
    assert.equal(JSON.parse(signup).user?.email ?? JSON.parse(signup).email, 'ann@example.com');
    assert.equal(JSON.parse(login).user.name, 'Ann');
    assert.ok(me.includes('ann@example.com'), me);
    assert.deepEqual(JSON.parse(first), { notes: [] });
    assert.equal(JSON.parse(second).text, 'milk');
    assert.notEqual(JSON.parse(refresh).access_token, JSON.parse(login).access_token);
    assert.match(logout, /^HTTP\/1\.1 204/);
    assert.match(logout, /^Signet-Propagated: 2\/2\r?$/m);
    assert.equal(JSON.parse(after).error, 'invalid_token');
  } finally {
    await site.stop();
    rmSync(folder, { recursive: true });
  }
});
