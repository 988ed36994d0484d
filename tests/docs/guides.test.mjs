// The command lines of the operators' guides, run in a shell in their order.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { binary, environment, freshFolder, root, run, startWithAnn } from '../api/harness.mjs';

function blocks(guide) {
  return [...readFileSync(path.join(root, 'docs/guides', guide), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block);
}

// Where the guides' command lines run: "signet" is the binary under test.
function place(folder, env) {
  mkdirSync(path.join(folder, 'bin'), { recursive: true });
  symlinkSync(binary, path.join(folder, 'bin/signet'));
  return (script) => new Promise((resolve) => {
    execFile('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env: environment({ ...env, PATH: `${folder}/bin:${process.env.PATH}` }) },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

async function runAll(all, shell, { stopBefore, stop }) {
  const answers = [];
  for (const block of all) {
    if (block.includes(stopBefore)) await stop();
    const done = await shell(block);
    assert.equal(done.code, 0, `${block}\n${done.stderr}`);
    answers.push(done.stdout);
  }
  return answers;
}

test('docs/guides/keys.md', async () => {
  const folder = freshFolder();
  const signet = await startWithAnn({ dataDir: path.join(folder, 'data') });
  try {
    const [first, feed] = (await run(['keys', 'list', '--json', '--data', signet.dataDir])).stdout.trim().split('\n').map((line) => JSON.parse(line));
    const shell = place(folder, { DATA: signet.dataDir, KID: first.kid });
    const answers = await runAll(blocks('keys.md'), shell, { stopBefore: 'rewrap', stop: () => signet.running && signet.signal('SIGTERM') });
    assert.equal(answers.length, 8);
    assert.match(answers[0], new RegExp(`${first.kid} .*signing[^]*${feed.kid} .*signing[^]*"kty":"EC"[^]*BEGIN PUBLIC KEY`));
    assert.match(answers[3], /A new key is published[^]*revocation_feed next/);
    assert.match(answers[4], /is revoked/);
  } finally {
    await signet.stop();
    rmSync(folder, { recursive: true });
  }
});

test('docs/guides/backup-and-restore.md', async () => {
  const folder = freshFolder();
  const signet = await startWithAnn({ dataDir: path.join(folder, 'data') });
  try {
    writeFileSync(path.join(folder, 'passphrase'), 'words that nobody guesses\n');
    const shell = place(folder, { DATA: signet.dataDir });
    const answers = await runAll(blocks('backup-and-restore.md'), shell, { stopBefore: '--replace', stop: () => signet.signal('SIGTERM') });
    assert.equal(answers.length, 7);
    assert.match(answers[3], /signet-backup\/1/);
    assert.match(answers[6], /ann@example\.com/);
  } finally {
    await signet.stop();
    rmSync(folder, { recursive: true });
  }
});
