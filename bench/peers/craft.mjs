// bench/peers/craft.mjs - keys, and compact tokens of any shape signed with them.
import { constants, createCipheriv, createHmac, generateKeyPairSync, publicEncrypt, randomBytes, sign } from 'node:crypto';

export const issuer = 'https://id.example.com';
export const audience = 'https://api.example.com';
export const algorithms = ['HS256', 'RS256', 'ES256', 'EdDSA'];

export const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

// A key of each algorithm; new ones each time, for what is judged does not depend on them.
export function makeKeys() {
  return {
    HS256: { secret: randomBytes(32) },
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  };
}

export function publicJwk(keys, alg) {
  const common = { kid: 'key-1', use: 'sig', alg };
  if (alg === 'HS256') return { kty: 'oct', k: base64url(keys.HS256.secret), ...common };
  return { ...keys[alg].publicKey.export({ format: 'jwk' }), ...common };
}

export const publicPem = (keys, alg) => keys[alg].publicKey.export({ type: 'spki', format: 'pem' });
export const hmac = (secret, text, hash = 'sha256') => createHmac(hash, secret).update(text).digest();

// The raw signature of `alg` over `text`.
export function signature(keys, alg, text) {
  if (alg === 'HS256') return hmac(keys.HS256.secret, text);
  const { privateKey: key } = keys[alg];
  if (alg === 'RS256') return sign('sha256', Buffer.from(text), key);
  if (alg === 'ES256') return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return sign(null, Buffer.from(text), key);
}

export const header = (alg, more = {}) => ({ alg, kid: 'key-1', typ: 'JWT', ...more });

// Nine claims, 294 bytes of JSON; valid until 2100.
export const claims = (more = {}) => ({
  iss: issuer,
  sub: '0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e55',
  aud: audience,
  iat: 1750000000,
  exp: 4102444800,
  jti: '0199b6a4-7a3e-7c51-9b0f-2f1d8a7c4e56',
  email: 'ann@example.com',
  name: 'Ann Maria S Example',
  roles: ['viewer', 'editor', 'publisher', 'operator'],
  ...more,
});

const text = (part) => (typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part));
export const signingInput = (head, body) => `${base64url(text(head))}.${base64url(text(body))}`;

// A token whose signature is right, whatever its header and claims say. Both are
// an object, or the exact text.
export function token(keys, alg, head = header(alg), body = claims()) {
  const input = signingInput(head, body);
  return `${input}.${base64url(signature(keys, alg, input))}`;
}

// A token that names `other` and is signed so, with the key made for `alg`.
export function signedAs(keys, alg, other) {
  const input = signingInput(header(other), claims());
  const hash = `sha${other.slice(2, 5)}`;
  if (alg === 'HS256') return `${input}.${base64url(hmac(keys.HS256.secret, input, hash))}`;
  const { privateKey: key } = keys[alg];
  const how = other.startsWith('PS') ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, dsaEncoding: 'ieee-p1363' };
  return `${input}.${base64url(sign(hash, Buffer.from(input), how))}`;
}

// A plain token, its signature replaced by change(signature).
export function withSignature(keys, alg, change) {
  const input = signingInput(header(alg), claims());
  return `${input}.${base64url(change(signature(keys, alg, input)))}`;
}

// JWE compact around claims that nobody signed; `wrapped` turns the content key into the second part.
export function encrypted(alg, contentKey, wrapped) {
  const head = base64url(JSON.stringify({ alg, enc: 'A256GCM', typ: 'JWT', kid: 'key-1' }));
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(head));
  const body = Buffer.concat([cipher.update(JSON.stringify(claims())), cipher.final()]);
  return [head, base64url(wrapped), base64url(iv), base64url(body), base64url(cipher.getAuthTag())].join('.');
}

export const oaepWrapped = (key, contentKey) =>
  publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, contentKey);
