// CHECKS A14, A21, A22, A40: what an issuer may publish.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { parseKeySet } from '../dist/key_set.js';
import { newKey } from './issuer.mjs';

const es256 = newKey('ES256', 'k1');
const rs256 = newKey('RS256', 'k3');
const parse = (...keys) => parseKeySet(Buffer.from(JSON.stringify({ keys })));
const refused = async (code, promise, what) => assert.rejects(promise, (error) => (assert.equal(error.code, code, `${what ?? ''} ${error}`), true));

test('a key is found by its kid, and serves the algorithm that it names', async () => {
  const keys = [es256, newKey('EdDSA', 'k2'), rs256, newKey('PS384', 'k4'), newKey('ES512', 'k5'), newKey('Ed25519', 'k6')];
  const set = await parse(...keys.map(({ jwk }) => jwk));
  assert.equal(set.size, 6);
  for (const { kid, algorithm } of keys) assert.equal(set.find(kid).algorithm, algorithm);
  assert.equal(set.find('k9'), undefined);
  assert.equal(set.find(''), undefined);
});

test('a key without alg serves what its curve says; RSA without alg is skipped', async () => {
  const without = ({ jwk: { alg: _, ...rest } }) => rest;
  const set = await parse(without(es256), without(newKey('EdDSA', 'k2')), without(rs256), without(newKey('ES384', 'k4')));
  assert.deepEqual(['k1', 'k2', 'k3', 'k4'].map((kid) => set.find(kid)?.algorithm), ['ES256', 'EdDSA', undefined, 'ES384']);
});

test('public keys of a kind that is not served hold up no other', async () => {
  const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  const set = await parse({ ...x25519, kid: 'x' }, { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA', kid: 'y' }, { kty: 'EC', crv: 'P-192', kid: 'z' }, es256.jwk);
  assert.equal(set.size, 1);
});

test('a secret, of whatever kind, refuses the set', async () => {
  const secret = es256.privateKey.export({ format: 'jwk' });
  for (const jwk of [
    { ...es256.jwk, d: secret.d },
    { kty: 'oct', k: 'AAAA', alg: 'HS256', kid: 'h' },
    { kty: 'oct', k: 'AAAA', kid: 'h' },
    { kty: 'AKP', alg: 'ML-DSA-44', kid: 'y', k: 'x' },
    { ...rs256.privateKey.export({ format: 'jwk' }), alg: 'RS256', kid: 'k3' },
    { ...es256.jwk, alg: 'HS256' },
  ])
    await refused('key_not_for_this_use', parse(newKey('ES256', 'good').jwk, jwk), JSON.stringify(jwk).slice(0, 40));
});

test('a key that is served but wrong refuses the set', async () => {
  const p384 = newKey('ES384', 'k4').jwk;
  const cases = {
    duplicate_kid: [[es256.jwk, { ...newKey('ES256', 'k1').jwk }]],
    key_not_for_this_use: [[{ ...es256.jwk, use: 'enc' }], [{ ...es256.jwk, key_ops: ['sign'] }], [{ ...es256.jwk, key_ops: 'verify' }]],
    weak_key: [[newKey('RS256', 'weak', { modulusLength: 1024 }).jwk]],
    malformed_key: [
      [{ ...es256.jwk, kid: undefined }],
      [{ ...es256.jwk, kid: '' }],
      [{ ...es256.jwk, kid: 7 }],
      [{ ...es256.jwk, kid: 'k'.repeat(129) }],
      [{ ...p384, alg: 'ES256' }],
      [{ ...rs256.jwk, alg: 'ES256' }],
      [{ ...es256.jwk, alg: 7 }],
      [{ ...es256.jwk, y: es256.jwk.x }], // off the curve
      [{ ...es256.jwk, x: 'AAAA' }],
      [{ ...newKey('EdDSA', 'k2').jwk, x: 'AAAA' }],
      [{ ...rs256.jwk, n: 7 }],
      ['no object'],
      [null],
    ],
  };
  for (const [code, sets] of Object.entries(cases))
    for (const keys of sets) await refused(code, parse(...keys), `${JSON.stringify(keys).slice(0, 60)}`);
});

test('an RSA exponent that is even or 1 refuses the set', async () => {
  for (const e of ['AQ', 'Ag', 'BA']) await refused('weak_key', parse({ ...rs256.jwk, e }), e);
});

test('what is no JWK Set, or too much of one, is refused', async () => {
  const text = (json) => parseKeySet(Buffer.from(json));
  for (const json of ['', '[]', '{}', '{"keys":{}}', '{"keys":[],"keys":[]}', '\ufeff{"keys":[]}', '{"keys":[]}x', `{"keys":[${'{},'.repeat(100)}{}]}`, `{"keys":[],"x":"${'x'.repeat(65_536)}"}`])
    await refused('malformed_key', text(json), json.slice(0, 40));
  assert.equal((await text('{"keys":[]}')).size, 0);
  assert.equal((await text(`{"keys":[${Array(100).fill('{"kty":"x"}').join()}],"more":1}`)).size, 0);
});

test('sets of the same keys are the same, in whatever order', async () => {
  const [one, other] = [es256.jwk, rs256.jwk];
  assert.equal((await parse(one, other)).equals(await parse(other, { ...one, x5t: 'x' })), true);
  assert.equal((await parse(one)).equals(await parse(one, other)), false);
  assert.equal((await parse(one)).equals(await parse({ ...newKey('ES256', 'k1').jwk })), false);
  assert.equal((await parse(rs256.jwk)).equals(await parse({ ...rs256.jwk, alg: 'PS256' })), false);
});
