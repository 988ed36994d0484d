// What goes with the server: manual, completions, bill of materials, and a package that comes out the same twice.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { root } from './machine.mjs';

const release = path.join(root, 'build/release');
const binary = path.join(release, 'signet');
const documents = path.join(release, 'documents');
const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });

// ---- manual ----

const pages = ['man1', 'man5'].flatMap((folder) => readdirSync(path.join(documents, 'man', folder)).map((name) => path.join(documents, 'man', folder, name)));

// Every verb: "" is signet itself.
function verbs(words = []) {
  const below = run(binary, ...words, '--help').split('Subcommands:\n')[1]?.split('\n\n')[0] ?? '';
  return [words, ...[...below.matchAll(/^ {2}(\S+)/gm)].flatMap(([, name]) => verbs([...words, name]))];
}

test('each verb has a page, and nothing else has', () => {
  const wanted = verbs().map((words) => `${['signet', ...words].join('-')}.1.gz`);
  assert.ok(wanted.length > 20, wanted.join(' '));
  assert.deepEqual(pages.map((page) => path.basename(page)).sort(), [...wanted, 'signet.toml.5.gz'].sort());
});

test('man has nothing to complain about', () => {
  for (const page of pages) {
    const shown = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', page], { encoding: 'utf8', env: { ...process.env, MANWIDTH: '100' } });
    assert.equal(shown.status, 0, page);
    assert.equal(shown.stderr, '', page);
  }
});

test('a page says what --help says', () => {
  for (const words of verbs()) {
    const page = path.join(documents, 'man/man1', `${['signet', ...words].join('-')}.1.gz`);
    const shown = spawnSync('man', ['-l', page], { encoding: 'utf8', env: { ...process.env, MANWIDTH: '1000', MAN_KEEP_FORMATTING: '' } }).stdout.replace(/\s+/g, ' ');
    const help = run(binary, ...words, '--help');
    for (const [, option] of help.matchAll(/^ +(?:-\w,)?(--[\w-]+)/gm)) assert.ok(shown.includes(option), `${page} lacks ${option}`);
    const examples = help.split('Examples:\n')[1]?.split('\n\n')[0].split('\n') ?? [];
    for (const example of examples) assert.ok(shown.includes(example.trim().replace(/\s+/g, ' ')), `${page} lacks ${example}`);
    const ofThePage = help.replaceAll(/\[Exactly.*\]|\[Option Group: .*\]|Excludes:.*|Needs:.*/g, '');  // it has its own words for these
    for (const word of ofThePage.match(/\b[a-z]{5,}\b/g)) assert.ok(shown.toLowerCase().includes(word), `${page} lacks "${word}"`);
  }
  const settings = [...run(binary, 'config', 'reference').matchAll(/^### (\w+)$/gm)].map(([, key]) => key);
  const text = gunzipSync(readFileSync(path.join(documents, 'man/man5/signet.toml.5.gz'))).toString();
  for (const key of settings) assert.ok(text.includes(`.TP\n\\fB${key}\\fR\n`), key);
});

// ---- bill of materials: SPDX 2.3, what must be there ----

const bill = JSON.parse(readFileSync(path.join(documents, 'signet.spdx.json'), 'utf8'));
const named = (name) => bill.packages.find((part) => part.name === name);

test('the bill of materials is an SPDX 2.3 document', () => {
  assert.equal(bill.spdxVersion, 'SPDX-2.3');                                          // 6.1
  assert.equal(bill.dataLicense, 'CC0-1.0');                                           // 6.2
  assert.equal(bill.SPDXID, 'SPDXRef-DOCUMENT');                                       // 6.3
  assert.ok(bill.name);                                                                // 6.4
  const namespace = new URL(bill.documentNamespace);                                   // 6.5: absolute, without a fragment
  assert.equal(namespace.hash, '');
  for (const creator of bill.creationInfo.creators) assert.match(creator, /^(Tool|Person|Organization): \S/);  // 6.8
  assert.ok(bill.creationInfo.creators.length > 0);
  assert.match(bill.creationInfo.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);        // 6.9
  const ids = bill.packages.map((part) => part.SPDXID);
  assert.equal(new Set(ids).size, ids.length);
  for (const part of bill.packages) {
    assert.match(part.SPDXID, /^SPDXRef-[A-Za-z0-9.-]+$/);                             // 7.2
    assert.ok(part.name && part.versionInfo);                                          // 7.1, 7.3
    assert.match(part.downloadLocation, /^(NOASSERTION|NONE|https:\/\/\S+)$/);         // 7.7
    assert.equal(part.filesAnalyzed, false);                                           // 7.8: so no verification code is due
    assert.match(part.licenseDeclared, /^(NOASSERTION|[A-Za-z0-9.+-]+)$/);             // 7.15
    for (const { algorithm, checksumValue } of part.checksums ?? [])                   // 7.10
      assert.match(checksumValue, { SHA256: /^[0-9a-f]{64}$/, SHA512: /^[0-9a-f]{128}$/ }[algorithm]);
    for (const reference of part.externalRefs ?? []) {                                 // 7.21
      assert.equal(reference.referenceCategory, 'PACKAGE-MANAGER');
      assert.match(reference.referenceLocator, /^pkg:(deb\/debian|npm)\/[^@\s]+@\S+$/);
    }
  }
  for (const { spdxElementId, relationshipType, relatedSpdxElement } of bill.relationships) {  // 11.1
    assert.ok(['DESCRIBES', 'DYNAMIC_LINK', 'CONTAINS'].includes(relationshipType));
    assert.ok([...ids, 'SPDXRef-DOCUMENT'].includes(spdxElementId) && ids.includes(relatedSpdxElement));
  }
  const described = bill.relationships.filter(({ relationshipType }) => relationshipType === 'DESCRIBES');
  assert.deepEqual(described.map(({ relatedSpdxElement }) => relatedSpdxElement), ['SPDXRef-signet']);
  const reached = bill.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement).sort();
  assert.deepEqual(reached, [...ids].sort(), 'every part is related to the server once');
});

test('the bill of materials is of this program', () => {
  assert.equal(named('signet').checksums[0].checksumValue, createHash('sha256').update(readFileSync(binary)).digest('hex'));
  for (const name of ['libssl3', 'libsqlite3-0', 'libsodium23', 'libc6', 'svelte']) assert.ok(named(name), name);
  assert.equal(named('libssl3').versionInfo, run('dpkg-query', '-W', '-f', '${Version}', 'libssl3'));
  assert.equal(named('libssl3').licenseDeclared, 'Apache-2.0');
  assert.equal(named('svelte').versionInfo, JSON.parse(readFileSync(path.join(root, 'web/package-lock.json'), 'utf8')).packages['node_modules/svelte'].version);
});

const kToolchain = ['gcc-12', 'glibc', 'linux'];

test('every header that the compiler read is of a part in the bill', () => {
  const objects = run('ninja', '-C', release, '-t', 'inputs', 'signet').split('\n').map((line) => line.trim()).filter((line) => line.endsWith('.cpp'));
  assert.ok(objects.length > 50, `${objects.length} sources`);
  const headers = new Set([...run('ninja', '-C', release, '-t', 'deps').matchAll(/^(\S+\.o):.*\n((?: {4}.*\n)+)/gm)]
    .filter(([, object]) => /^src\//.test(object)).flatMap(([, , list]) => list.split('\n').map((line) => line.trim())).filter((file) => file.startsWith('/usr/include/')));
  assert.ok(headers.size > 500, `${headers.size} headers`);
  const source = (name) => run('dpkg-query', '-W', '-f', '${source:Package}\n', name).split('\n')[0];
  const owners = new Set(run('dpkg-query', '-S', ...headers).split('\n').filter((line) => line && !line.startsWith('diversion')).map((line) => line.split(/[:,]/)[0]));
  const known = new Set(bill.packages.filter((part) => part.SPDXID.startsWith('SPDXRef-deb-')).map((part) => source(part.name)));
  const unknown = [...owners].filter((name) => !known.has(source(name)) && !kToolchain.includes(source(name)));
  assert.deepEqual(unknown, [], 'SIGNET_HEADER_PACKAGES of cmake/SignetPackage.cmake lacks them');
});

// ---- the package ----

test('the same build gives the same package, byte for byte', () => {
  const name = readdirSync(path.join(root, 'build/package')).find((file) => file.endsWith('.deb'));
  const again = mkdtempSync(path.join(os.tmpdir(), 'signet-again-'));
  try {
    run('sh', '-c', `cd '${release}' && cpack -B '${again}' >/dev/null`);
    assert.deepEqual(readFileSync(path.join(again, name)), readFileSync(path.join(root, 'build/package', name)));
  } finally {
    rmSync(again, { recursive: true, force: true });
  }
});

const lintian = spawnSync('lintian', ['--version']).error ? 'lintian is not installed' : false;

test('lintian finds no error', { skip: lintian }, () => {
  const name = readdirSync(path.join(root, 'build/package')).find((file) => file.endsWith('.deb'));
  const judged = spawnSync('lintian', ['--allow-root', '--fail-on', 'error', '--suppress-tags', 'initial-upload-closes-no-bugs', path.join(root, 'build/package', name)], { encoding: 'utf8' });
  assert.equal(judged.status, 0, judged.stdout + judged.stderr);
  assert.equal(judged.stdout, '');
});
