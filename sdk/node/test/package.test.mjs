// The package as somebody installs it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { problemsOf, withPackage } from '../../packing.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));

test('the package is built when it is packed, holds its licence, and can be imported', () =>
  withPackage(folder, (made) => {
    assert.deepEqual(problemsOf(folder, made), []);
    const said = made.run(`
      import * as signet from '@signet/node';
      console.log(Object.keys(signet).sort().join());
      await signet.createVerifier({}).catch((error) => console.log(error instanceof signet.OptionsError, error.message));`);
    assert.equal(said, 'OptionsError,answerTo,authorize,createVerifier,express,fastify,insufficientScope,refuse\ntrue there is no audience\n');
  }));
