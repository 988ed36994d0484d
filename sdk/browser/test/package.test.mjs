// The package as somebody installs it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { problemsOf, withPackage } from '../../packing.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('the package is built when it is packed, holds its licence, and can be imported', () =>
  withPackage(folder, (made) => {
    assert.deepEqual(problemsOf(folder, made), []);
    assert.equal(made.run("import * as signet from '@signet/browser'; console.log(Object.keys(signet).sort().join());"), 'SignetError,browserEnvironment,createSession\n');
  }));
