// The examples run as they stand, over TLS, and README.md quotes them as they are.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withCertificate } from './certificate.mjs';
import { until, withIssuer } from './world.mjs';

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

for (const name of readdirSync(new URL('../examples', import.meta.url)))
  test(`examples/${name} serves who may, and no longer who signed out`, () =>
    withCertificate((tls) =>
      withIssuer(
        async ({ issuer }) => {
          const env = { ...process.env, NODE_EXTRA_CA_CERTS: tls.file, SIGNET_ISSUER: issuer.url, SIGNET_CREDENTIAL: issuer.credential, PORT: '0' };
          const child = spawn(process.execPath, [`examples/${name}`], { cwd: new URL('..', import.meta.url), env, stdio: ['ignore', 'pipe', 'inherit'] });
          const ended = new Promise((resolve) => child.once('exit', resolve));
          try {
            let port = '';
            child.stdout.on('data', (piece) => (port += piece));
            await until('the server', () => port.endsWith('\n'));
            const ask = (method, authorization) => fetch(`http://localhost:${port.trim()}/notes`, { method, headers: { authorization } });
            const mine = { aud: issuer.url };
            const [ann, admin] = [await issuer.bearer({ ...mine, sid: 's1' }), await issuer.bearer({ ...mine, sid: 's2', roles: ['admin'] })];
            assert.deepEqual(await (await ask('GET', ann)).json(), { owner: 'ann', notes: [] });
            assert.equal((await ask('DELETE', ann)).status, 403);
            assert.equal((await ask('DELETE', admin)).status, 204);
            assert.equal((await ask('GET', 'Bearer x')).status, 401);
            await issuer.revoke('session', 's1');
            await until('the confirmation', () => issuer.acks.length > 0);
            assert.equal((await ask('GET', ann)).status, 401);
            assert.equal((await ask('DELETE', admin)).status, 204);
          } finally {
            child.kill();
            await ended;
          }
        },
        { issuer: { tls } },
      ),
    ));

test('README.md quotes the examples as they are', () => {
  const quoted = [...read('README.md').matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
  for (const name of readdirSync(new URL('../examples', import.meta.url))) assert.ok(quoted.includes(read(`examples/${name}`)), name);
});

test('README.md names every option, with its usual value where it is a number', () => {
  const [readme, options] = [read('README.md'), read('src/options.ts')];
  const declared = options.slice(options.indexOf('interface VerifierOptions'), options.indexOf('interface CheckedOptions'));
  for (const [, name] of declared.matchAll(/^ {2}(\w+)\??:/gm)) if (name !== 'environment') assert.ok(readme.includes(`| \`${name}\` |`), name);
});
