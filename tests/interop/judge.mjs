// The npm package jose judges tokens of ours by our key set: judge.mjs MAKE_TOKENS
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const jose = await import('jose').catch(() => null);
if (!jose) {
  console.log('*** NOT CHECKED: the npm package jose is not installed in tests/ ***');
  process.exit(77);
}

const issuer = 'https://id.example.com';
const audience = 'https://api.example.com';
const folder = mkdtempSync(join(tmpdir(), 'judge-'));
try {
  execFileSync(process.argv[2], [folder, issuer, audience]);
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const keys = jose.createLocalJWKSet(JSON.parse(read('keys.json')));
  const verify = (name, algorithm) =>
    jose.jwtVerify(read(`${name}.token`), keys, { issuer, audience, typ: 'at+jwt', algorithms: [algorithm] });

  for (const algorithm of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    const { payload } = await verify(algorithm, algorithm);
    assert.equal(payload.sub, 'user-1');
    assert.equal(payload.name, 'Ann "A" \u00dc');
  }
  await assert.rejects(verify('bad', 'EdDSA'), jose.errors.JWSSignatureVerificationFailed);
  console.log('ok: npm jose accepted 10 tokens and refused 1');
} finally {
  rmSync(folder, { recursive: true });
}
