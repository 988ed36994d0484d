// CHECKS A9, A10 against the release build, on a stack of 64 KiB: what is huge or deep is refused.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { binary, freshFolder } from './harness.mjs';

const folder = freshFolder();
after(() => rmSync(folder, { recursive: true }));

// An empty environment, since that lies on the stack too.
function onSmallStack(program, args, inputs = []) {
  return new Promise((resolve) => {
    const child = spawn('/bin/bash', ['-c', 'ulimit -s 64 && exec "$@"', 'bash', program, ...args], { env: {} });
    let stdout = '', stderr = '';
    child.stdout.on('data', (text) => { stdout += text; });
    child.stderr.on('data', (text) => { stderr += text; });
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    for (const input of inputs) child.stdin.write(input);
    child.stdin.end();
  });
}

test('`signet token verify` refuses 100 MB and 100,000 levels on 64 KiB of stack', async () => {
  const secret = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 256));
  const base64url = (text) => Buffer.from(text).toString('base64url');
  const token = (header, claims) => {
    const input = `${base64url(header)}.${base64url(claims)}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
  const keys = path.join(folder, 'key.json');
  writeFileSync(keys, JSON.stringify({ kty: 'oct', alg: 'HS256', kid: 'k', k: base64url(secret) }));
  const header = '{"alg":"HS256","kid":"k"}';
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const { code, stdout, stderr } = await onSmallStack(binary, ['token', 'verify', '--key', keys], [
    `${token(header, '{"exp":4102444800}')}\n`,
    `${token(`{"alg":"HS256","kid":"k","x":${deep}}`, '{"exp":4102444800}')}\n`,
    `${token(header, `{"exp":4102444800,"x":${deep}}`)}\n`,
    `${'.'.repeat(100_000_000)}\n`,
    `${token(header, '{"exp":4102444800}').padEnd(100_000_000, 'A')}\n`,
  ]);
  assert.equal(code, 1, stderr);
  assert.deepEqual(stdout.trim().split('\n').map((line) => JSON.parse(line).error ?? 'ok'),
    ['ok', 'token_too_large', 'token_too_large', 'token_too_large', 'token_too_large']);
});

test('The library refuses 100,000 levels on 64 KiB of stack where every limit was raised', async () => {
  const program = path.join(path.dirname(binary), 'small_stack');
  assert.ok(existsSync(program), `${program} is not built`);
  const { code, signal, stdout, stderr } = await onSmallStack(program, []);
  assert.equal(code, 0, `${signal} ${stderr}`);
  const refusals = ['a deep header: malformed_header', 'deep claims: malformed_claims', 'a deep JWE header: malformed_header',
    'a deep key: malformed_key', 'a deep key set: malformed_key'];
  assert.deepEqual(stdout.trim().split('\n'), ['a good token: accepted', 'a good text: accepted', ...refusals, ...refusals]);
});
