// deploy/Containerfile. Building an image takes a registry, which a test must not need: this holds each thing that the
// file names against what there is. The health check's own command runs in install.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from './machine.mjs';

const text = readFileSync(path.join(root, 'deploy/Containerfile'), 'utf8').replace(/^#.*\n/gm, '').replace(/\\\n/g, ' ');
const instructions = [...text.matchAll(/^([A-Z]+) (.*)$/gm)].map(([, name, rest]) => ({ name, rest: rest.trim() }));
const all = (name) => instructions.filter((instruction) => instruction.name === name).map(({ rest }) => rest);

console.log('*** NOT CHECKED: that deploy/Containerfile builds; it takes a registry: podman build -f deploy/Containerfile . ***');

test('both stages are the Debian that the package is for', () => {
  assert.deepEqual(all('FROM').map((image) => image.split(' ')[0]), ['debian:12-slim', 'debian:12-slim']);
  assert.match(readFileSync('/etc/debian_version', 'utf8'), /^12\./);
});

test('every package it installs exists', () => {
  const packages = [...text.matchAll(/apt-get install -y --no-install-recommends ([^&]*)/g)].flatMap(([, list]) => list.trim().split(/\s+/)).filter((name) => !name.startsWith('/'));
  assert.ok(packages.length >= 4, packages.join(' '));
  for (const name of packages) assert.match(execFileSync('apt-cache', ['policy', name], { encoding: 'utf8' }), /Candidate: \d/, name);
});

test('what it runs and copies is there', () => {
  assert.ok(all('RUN').some((command) => command.includes('./dev package')));
  assert.match(execFileSync('./dev', ['help'], { cwd: root, encoding: 'utf8' }), /^ {2}package /m);
  const [, from] = all('COPY').find((copy) => copy.startsWith('--from=build')).match(/ (\S+) \/tmp\/$/);
  assert.equal(from, '/src/build/package/signet_*.deb');
  const listed = execFileSync('sh', ['-c', `ls '${root}'/${from.slice('/src/'.length)}`], { encoding: 'utf8' }).trim().split('\n');
  assert.equal(listed.length, 1, 'the pattern names one file');
  const packed = execFileSync('dpkg-deb', ['-c', listed[0]], { encoding: 'utf8' });
  assert.deepEqual(all('ENTRYPOINT'), ['["/usr/bin/signet"]']);
  assert.match(packed, / \.\/usr\/bin\/signet\n/);
  // What it does not copy is nothing that the build reads.
  assert.deepEqual(readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n').filter((line) => line && existsSync(path.join(root, line, 'CMakeLists.txt'))), []);
});

test('its settings are settings, and the server would start with them', () => {
  const set = Object.fromEntries([...all('ENV').join(' ').matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
  assert.equal(Object.keys(set).length, 4);
  const environment = { PATH: process.env.PATH, ...set, SIGNET_CONFIG: '/dev/null', SIGNET_SERVER_ISSUER: 'https://id.example.com' };
  const checked = spawnSync(path.join(root, 'build/release/signet'), ['config', 'show', '--json'], { env: environment, encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);
  for (const line of checked.stdout.trim().split('\n').map(JSON.parse))
    if (`SIGNET_${line.section}_${line.key}`.toUpperCase() in set) assert.match(line.source, /SIGNET_/);
  assert.deepEqual(all('CMD'), ['["serve"]']);
});

test('it runs as a user of its own, which the package then does not make again', () => {
  assert.deepEqual(all('USER'), ['10001:10001']);
  assert.match(text, /useradd --system --uid 10001 --gid 10001 .* signet/);
  assert.match(readFileSync(path.join(root, 'deploy/debian/postinst'), 'utf8'), /if ! getent passwd signet/);
  assert.deepEqual(all('VOLUME'), ['/var/lib/signet']);
});
