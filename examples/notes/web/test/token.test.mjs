import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { checkSignature, memberOf, takeApart } from './built/token.js';

const kIssuer = 'https://id.example.com';
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function encoded(text) {
  return Buffer.from(text).toString('base64url');
}

function signed(claims, kid = 'k1', alg = 'ES256') {
  const text = `${encoded(JSON.stringify({ alg, kid, typ: 'at+jwt' }))}.${encoded(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

function publish(...kids) {
  const jwk = keys.publicKey.export({ format: 'jwk' });
  let asked = 0;
  globalThis.fetch = async (url) => {
    asked++;
    assert.equal(url, `${kIssuer}/.well-known/jwks.json`);
    return Response.json({ keys: kids.map((kid) => ({ ...jwk, kid, use: 'sig', alg: 'ES256' })) });
  };
  return () => asked;
}

test('a token taken apart has the members of its header and claims', () => {
  const { header, claims } = takeApart(signed('{"sub":"ann","roles":["a","b"],"deep":{"x":{"y":1}},"exp":7}'));
  assert.deepEqual(header.map(({ name }) => name), ['alg', 'kid', 'typ']);
  assert.deepEqual(claims.map(({ name, value }) => [name, value]), [
    ['sub', 'ann'],
    ['roles', ['a', 'b']],
    ['deep', { x: { y: 1 } }],
    ['exp', 7],
  ]);
  assert.equal(memberOf(claims, 'exp'), 7);
  assert.equal(memberOf(claims, 'none'), undefined);
});

test('brackets, commas, quotes, and other scripts inside strings do not end a member', () => {
  const claims = { name: 'a",}]{[\\', other: 'مدير "x"', last: true };
  assert.deepEqual(
    takeApart(signed(JSON.stringify(claims))).claims.map(({ name, value }) => [name, value]),
    Object.entries(claims),
  );
});

test('each member knows the letters that carry it', () => {
  const json = '{"name":"مدير","sub":"ann"}';
  const { encoded: parts, claims } = takeApart(signed(json));
  for (const { from, to, name, value } of claims) {
    // Whole letters around it, and at most one byte more at either end.
    const start = Math.ceil(from / 4) * 4 > from ? Math.floor(from / 4) * 4 : from;
    const around = Buffer.from(parts.claims.slice(start, Math.ceil(to / 4) * 4), 'base64url').toString();
    assert.ok(around.includes(`"${name}":${JSON.stringify(value)}`), around);
    assert.ok(to - from <= Math.ceil((Buffer.byteLength(`"${name}":${JSON.stringify(value)}`) * 8) / 6) + 1);
  }
});

test('an empty object has no members', () => {
  assert.deepEqual(takeApart(signed('{}')).claims, []);
});

test('a genuine signature is told from a forged one', async () => {
  publish('k1');
  const token = signed('{"sub":"ann"}');
  assert.equal((await checkSignature(token, kIssuer)).outcome, 'genuine');
  const [header, , signature] = token.split('.');
  assert.equal((await checkSignature(`${header}.${encoded('{"sub":"bob"}')}.${signature}`, kIssuer)).outcome, 'forged');
});

test('nothing is said about a key that is not published, or a way of signing that is not known', async () => {
  const asked = publish('k2');
  assert.match((await checkSignature(signed('{}', 'k3'), kIssuer)).reason, /publishes no key k3/);
  assert.equal(asked(), 1);
  assert.equal((await checkSignature(signed('{}', 'k2', 'none'), kIssuer)).outcome, 'unknown');
  assert.equal((await checkSignature(signed('{}', 'k2', 'toString'), kIssuer)).outcome, 'unknown');
});

test('a new key is fetched when a token names it', async () => {
  const asked = publish('k2', 'k4');
  assert.equal((await checkSignature(signed('{}', 'k4'), kIssuer)).outcome, 'genuine');
  assert.equal((await checkSignature(signed('{}', 'k2'), kIssuer)).outcome, 'genuine');
  assert.equal(asked(), 1);
});
