// CHECKS E16: the flags of the build, looked for in the program that came out of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { entries, findMissing, objectsWithoutCet } from './elf.mjs';
import { root } from './machine.mjs';

const release = path.join(root, 'build/release');
const binary = path.join(release, 'signet');
let folder;
before(() => { folder = mkdtempSync(path.join(os.tmpdir(), 'signet-elf-')); });
after(() => { rmSync(folder, { recursive: true, force: true }); });

function compile(...flags) {
  const source = path.join(folder, 'program.c');
  writeFileSync(source, '#include <stdio.h>\n#include <string.h>\nint main(int n, char** v) { char t[64]; strcpy(t, v[n - 1]); printf("%s", t); return 0; }\n');
  execFileSync('gcc', ['-w', ...flags, source, '-o', path.join(folder, 'program')]);
  return path.join(folder, 'program');
}

test('E16: the server is position independent, bound before it runs, guarded, fortified, and ready for CET', () => {
  assert.deepEqual(findMissing(binary), []);
  assert.ok(entries(binary).length > 5, 'entry point, DT_INIT, DT_FINI, and static initialisers were looked at');
});

test('E16: each of the flags would be missed', () => {
  const open = compile('-O0', '-no-pie', '-fno-stack-protector', '-U_FORTIFY_SOURCE', '-fcf-protection=none', '-Wl,-z,norelro', '-Wl,-z,lazy',
    '-Wl,-z,execstack', '-Wl,-rpath,/nowhere');
  assert.deepEqual(findMissing(open), ['PIE', 'RELRO', 'BIND_NOW', 'stack protector', 'FORTIFY', 'no executable stack',
    'no RPATH', 'IBT', 'SHSTK', 'landing pads']);
  assert.ok(findMissing(compile('-shared', '-fPIC', '-nostdlib', '-Wl,--omagic')).includes('no writable code'));
  assert.ok(findMissing(compile('-O2', '-fcf-protection=full', '-Wl,-z,ibt,-z,shstk')).includes('landing pads'),
    "Debian's own start files have none: src/cli/entry.S");
});

test('E16: all that is linked in was compiled for CET', () => {
  const linked = execFileSync('ninja', ['-C', release, '-t', 'inputs', 'signet'], { encoding: 'utf8' })
    .split('\n').map((line) => line.trim()).filter((line) => /\.(o|a)$/.test(line));
  assert.ok(linked.some((file) => file.endsWith('entry.S.o')) && linked.some((file) => file.endsWith('libsignet_core.a')), linked.join(' '));
  const bad = linked.flatMap((file) => objectsWithoutCet(path.resolve(release, file)));
  assert.deepEqual(bad, []);
});

test('the shipped program has no path of the machine that built it', () => {
  const content = readFileSync(binary);
  assert.equal(content.includes(root), false);
});
