// Every link from one file of this repository to another leads somewhere.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

for (const document of documents) {
  test(`${document} links to what is there`, () => {
    // In a block of code, [this](auto is a function.
    const text = readFileSync(path.join(root, document), 'utf8').replace(/^```[^]*?^```$/gm, '');
    const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target).filter((target) => !/^[a-z]+:/.test(target));
    const dead = links.filter((target) => !existsSync(path.resolve(root, path.dirname(document), target)));
    assert.deepEqual(dead, []);
  });
}

test('the tour walks through the files of a sign-in', () => {
  const tour = readFileSync(path.join(root, 'docs/tour.md'), 'utf8');
  for (const stop of ['web/src/login.ts', 'src/http/routes.cpp', 'src/http/login.cpp', 'src/core/login.cpp', 'src/storage/sessions.cpp'])
    assert.ok(tour.includes(stop), stop);
});
