// CHECKS A42: tokens, right and wrong, before two judges: `signet token verify` and the npm package jose.
//
//     node fuzz/differential.mjs [--seconds N] [--seed S] [--signet FILE]
//     node fuzz/differential.mjs --replay FILE        one token again, as a failure left it
//
// What one accepts and the other refuses must stand in STRICTER or LENIENT below, and be
// found true of the token itself. What both accept, both must read alike. The seed decides
// which tokens are made; keys and the randomness of signatures are new each time.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';

const jose = createRequire(new URL('../tests/package.json', import.meta.url))('jose');
const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    signet: { type: 'string', default: join(root, 'build/release/signet') },
    replay: { type: 'string' },
  },
});

const ISSUER = 'https://id.example.com';
const AUDIENCE = 'https://api.example.com';
const NOW = 1_800_000_000;
const MOST_BYTES = 8192;

// ---- what may differ ---------------------------------------------------------

const isText = (value) => value === undefined || typeof value === 'string';
const badTime = (value) => value !== undefined && !(typeof value === 'number' && value >= 0 && value <= 2 ** 53);
const underMillisecond = (value) => value > NOW && value < NOW + 0.001;

// They accept, we refuse: our code, a word of its detail, where that is asked for, and
// whether it is so. `t` is the token taken apart by takeApart().
const STRICTER = [
  ['token_too_large', '', 'CHECKS A10', (t) => Buffer.byteLength(t.text) > MOST_BYTES],
  ['malformed_token', 'base64url', 'RFC 7515 2, RFC 4648 3.5; CHECKS A2, A3', (t) => !t.parts.every(isCanonical)],
  ['malformed_header', 'duplicate_member', 'RFC 7515 4; CHECKS A6', (t) => t.header.repeats],
  ['malformed_claims', 'duplicate_member', 'RFC 7519 4; CHECKS A6', (t) => t.claims.repeats],
  ['malformed_header', 'too_deep', 'CHECKS A9', (t) => t.header.depth > 8],
  ['malformed_claims', 'too_deep', 'CHECKS A9', (t) => t.claims.depth > 16],
  ['malformed_header', 'too_many_members', 'CHECKS A9', (t) => t.header.members > 64],
  ['malformed_header', 'invalid_utf8', 'RFC 8725 3.7; CHECKS A7', (t) => t.header.badUtf8],
  ['malformed_claims', 'invalid_utf8', 'RFC 8725 3.7; CHECKS A7', (t) => t.claims.badUtf8],
  ['malformed_header', 'malformed', 'CHECKS A7, A31', (t) => t.header.bom || t.header.nulName || t.header.loneSurrogate || t.header.hugeNumber],
  ['malformed_claims', 'malformed', 'CHECKS A7, A31', (t) => t.claims.bom || t.claims.nulName || t.claims.loneSurrogate || t.claims.hugeNumber],
  ['malformed_header', 'kid is not', 'RFC 7515 4.1.4', (t) => !isText(t.header.value.kid)],
  ['malformed_header', 'kid is longer', 'CHECKS A19', (t) => Buffer.byteLength(t.header.value.kid) > 128],
  ['malformed_header', 'typ is not', 'RFC 7515 4.1.9', (t) => !isText(t.header.value.typ)],
  ['unsupported_critical', '', 'RFC 7515 4.1.11; CHECKS A17', (t) => 'crit' in t.header.value || 'b64' in t.header.value],
  ['unknown_key', '', 'CHECKS A20', (t) => !t.kids.includes(t.header.value.kid ?? '')],
  // OpenSSL puts back a zero byte that is missing in front; no key here has fewer than 2048 bits.
  ['bad_signature', '', 'RFC 8017 8.1.2 and 8.2.2, step 1; CHECKS A23',
    (t) => /^[RP]S/.test(t.header.value.alg) && Buffer.from(t.parts[2], 'base64url').length < 256],
  ['wrong_claim_type', '', 'RFC 7519 4.1', (t) => !['iss', 'sub', 'jti'].every((name) => isText(t.claims.value[name]))],
  ['wrong_claim_type', 'aud', 'CHECKS A33', (t) => [t.claims.value.aud].flat().some((item) => typeof item !== 'string')],
  ['wrong_claim_type', '', 'CHECKS A31', (t) => ['exp', 'nbf', 'iat'].some((name) => badTime(t.claims.value[name]))],
  ['issued_in_the_future', 'iat', 'CHECKS A30', (t) => t.claims.value.iat > NOW],
  ['expired', 'exp', 'times are read to the millisecond', (t) => underMillisecond(t.claims.value.exp)],
];

// We accept, they refuse.
const LENIENT = [['times are read to the millisecond', (t) => underMillisecond(t.claims.value.nbf)]];

const isCanonical = (part) => Buffer.from(part, 'base64url').toString('base64url') === part;

// What two readers of JSON may see differently in bytes that JSON.parse takes.
function facts(bytes) {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const out = { bom: bytes.subarray(0, 3).toString('hex') === 'efbbbf', badUtf8: !Buffer.from(bytes.toString('utf8')).equals(bytes),
    repeats: false, depth: 0, members: 0, hugeNumber: false, nulName: false, loneSurrogate: false, value: {} };
  try {
    out.value = JSON.parse(text) ?? {};
  } catch {
    return out;
  }
  const open = [];
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|-?\d[\d.eE+-]*/g) ?? [];
  tokens.forEach((token, i) => {
    if ('{['.includes(token)) open.push([]);
    out.depth = Math.max(out.depth, open.length);
    if ('}]'.includes(token)) open.pop();
    if (/^[-\d]/.test(token)) {
      const whole = /^-?\d+$/.test(token) ? BigInt(token) : 0n;
      out.hugeNumber ||= whole >= 2n ** 64n || whole < -(2n ** 63n) || !Number.isFinite(Number(token));
    }
    if (token[0] !== '"') return;
    const string = JSON.parse(token);
    out.loneSurrogate ||= Buffer.from(string, 'utf16le').toString('utf16le') !== string || /[\uD800-\uDFFF]/u.test(string);
    if (tokens[i + 1] !== ':') return;
    const names = open.at(-1);
    out.repeats ||= names.includes(string);
    out.nulName ||= string.includes('\0');
    names.push(string);
    out.members = Math.max(out.members, names.length);
  });
  return out;
}

function takeApart(text, kids) {
  const parts = text.split('.');
  const [header, claims] = [0, 1].map((i) => facts(Buffer.from(parts[i] ?? '', 'base64url')));
  // In a set of one, a token without kid finds the key.
  return { text, parts, header, claims, kids: kids.length === 1 ? [...kids, ''] : kids };
}

// ---- the tokens --------------------------------------------------------------

// Mulberry32, T. Ettinger (2017): the same numbers for the same seed.
function randomFrom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * below) | 0;
  };
}
let random = randomFrom(Number(options.seed));
const pick = (list) => list[random(list.length)];

const RSA_PSS = (hash, saltLength) => ({ padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength, hash });
const P1363 = { dsaEncoding: 'ieee-p1363' };

function makeKeys() {
  const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = (curve) => crypto.generateKeyPairSync('ec', { namedCurve: curve });
  const keys = [];
  const add = (alg, pair, hash, how = {}) => {
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: `${alg}-${keys.length}`, alg, use: 'sig' };
    const sign = (input) => crypto.sign(hash, Buffer.from(input), { key: pair.privateKey, ...how });
    keys.push({ alg, jwk, pair, sign, secret: pair.privateKey.export({ format: 'jwk' }) });
  };
  for (const bits of [256, 384, 512]) {
    add(`RS${bits}`, rsa, `sha${bits}`);
    add(`PS${bits}`, rsa, `sha${bits}`, RSA_PSS(`sha${bits}`, bits / 8));
  }
  add('ES256', ec('P-256'), 'sha256', P1363);
  add('ES384', ec('P-384'), 'sha384', P1363);
  add('ES512', ec('P-521'), 'sha512', P1363);
  add('ES256K', ec('secp256k1'), 'sha256', P1363);
  add('EdDSA', crypto.generateKeyPairSync('ed25519'), null);
  add('EdDSA', crypto.generateKeyPairSync('ed448'), null);
  add('Ed25519', crypto.generateKeyPairSync('ed25519'), null);
  const shared = [256, 384, 512].map((bits) => {
    const secret = crypto.randomBytes(bits / 8);
    const jwk = { kty: 'oct', k: secret.toString('base64url'), kid: `HS${bits}`, alg: `HS${bits}` };
    return { alg: jwk.alg, jwk, secret: jwk, sign: (input) => crypto.createHmac(`sha${bits}`, secret).update(input).digest() };
  });
  return [keys, ...shared.map((key) => [key])];
}

const q = JSON.stringify;
const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
const many = (count) => Array.from({ length: count }, (_, i) => `"n${i}":${i}`).join();
const TIMES = [0, 1, -1, NOW - 1, NOW, NOW + 1, NOW + 600, NOW + 0.5, NOW - 0.5, NOW + 0.0004, 4102444800.5, 2 ** 53].map(String).concat(
  ['1.8e9', '4.1024448e9', '18000006e2', '9007199254740993', '1e16', '1e400', '-0', '-0.0', '18446744073709551615', '18446744073709551616',
    '"1800000600"', 'null', 'true', '[]', '{}', '01', '+1', '0x7fffffff', 'NaN', 'Infinity', '1.', '.5', '1e', '1800000600 ', '-1e-400']);
const TEXTS = ['""', '"ann"', 'null', '1', 'true', '[]', '["ann"]', '{}', '"\\u0061nn"', '"\\ud83d\\ude00"', '"\\ud800"', '"\\udc00\\ud800"',
  '"\\u0000"', '"\u0001"', '"\\x41"', "'ann'", '"\u00e9\u{1f600}"', '"a\tb"', '"\\/"'];
const AUDIENCES = [q(AUDIENCE), q([AUDIENCE]), q(['x', AUDIENCE]), q([AUDIENCE, AUDIENCE]), '[]', '""', 'null', '1', q([AUDIENCE, 1]), q([[AUDIENCE]]),
  q({ 0: AUDIENCE }), q(`${AUDIENCE}/`), q(AUDIENCE.toUpperCase()), q(`x ${AUDIENCE}`), q(`${AUDIENCE}\0`), '"https:\\/\\/api.example.com"', '["\\u0068ttps://api.example.com"]'];
const ISSUERS = [q(ISSUER), q(`${ISSUER}/`), q(ISSUER.toUpperCase()), q([ISSUER]), 'null', '""', q('https://id.example.co'), '"https:\\/\\/id.example.com"', '"\\u0068ttps://id.example.com"', q(`${ISSUER}:443`)];
const TYPES = ['at+jwt', 'AT+JWT', 'application/at+jwt', 'APPLICATION/at+jwt', 'JWT', 'jwt', '', 'at+jwt ', 'text/at+jwt', 'dpop+jwt', 'application/application/at+jwt'].map(q).concat(['1', 'null', '["at+jwt"]']);
const ALGS = (alg) => [q(alg), q(alg.toLowerCase()), '"none"', '"None"', '""', '1', 'null', q([alg]), q(`${alg} `), '"HS256"', '"RS256"', '"PS256"', '"ES256"', '"ES256K"', '"ES384"', '"EdDSA"', '"Ed25519"', '"Ed448"', '"\\u0045S256"'];
const KIDS = (kids) => [...kids.map(q), '""', '"x"', '1', 'null', '[]', q('k'.repeat(128)), q('k'.repeat(129)), '"../../dev/null"', '"\' OR 1=1--"', '"\\u0000"', q(kids[0].toLowerCase()), q(`${kids[0]} `)];
const EXTRAS = ['"crit":["b64"],"b64":true', '"crit":["b64"],"b64":false', '"b64":false', '"b64":true', '"crit":[]', '"crit":"b64"', '"crit":["exp"],"exp":1', '"crit":["alg"]', '"crit":["x"],"x":1', '"crit":null',
  '"zip":"DEF"', '"jku":"https://evil.example"', '"jwk":{"kty":"oct","k":"AAAA"}', '"x5c":["AAAA"]', '"cty":"JWT"', '"cty":1', '"x":1', '"x":1,"x":2', '"x":{"y":1,"y":2}', '"\\u0078":1,"x":2',
  '"\\u0000":1', '"":1', '"__proto__":{"a":1}', '"constructor":1', '"ALG":"none"', many(60), many(70), many(900), `"x":${nested(6)}`, `"x":${nested(9)}`, `"x":${nested(17)}`, ...TIMES.map((t) => `"x":${t}`), ...TEXTS.map((t) => `"x":${t}`)];
const AROUND = [(s) => s, (s) => ` ${s}`, (s) => `${s}\n`, (s) => `\t\r\n${s}`, (s) => `\uFEFF${s}`, (s) => `${s}{}`, (s) => `${s},`, (s) => `[${s}]`, (s) => q(s), (s) => `${s}//x`, (s) => `${s}\0`, (s) => s.slice(0, -1),
  (s) => s.replaceAll(':', ' : ').replaceAll(',', '\n,'), (s) => s.replace('}', ',}'), (s) => s.replaceAll('"', "'"), () => '', () => 'null', () => '{}', (s) => `\u00a0${s}`];

// An object's text from [name, JSON] pairs, of which some are changed.
function objectText(members, variants, changes) {
  const out = members.map((member) => [...member]);
  for (let i = 0; i < changes; ++i) {
    const [name, values] = pick(variants);
    const at = out.findIndex(([known]) => known === name);
    const kind = random(8);
    if (name === undefined) out.push([undefined, pick(values)]);
    else if (kind === 0 && at >= 0) out.splice(at, 1);
    else if (kind === 1) out.splice(random(out.length + 1), 0, [name, pick(values)]);
    else if (at >= 0) out[at][1] = pick(values);
    else out.push([name, pick(values)]);
  }
  const text = out.map(([name, json]) => (name === undefined ? json : `"${random(30) ? name : `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`}":${json}`));
  return `{${text.join()}}`;
}

function damaged(bytes) {
  const copy = Buffer.from(bytes);
  if (copy.length && random(2)) copy[random(copy.length)] = random(256);
  else if (random(2)) return Buffer.concat([copy, Buffer.from([0xed, 0xa0, 0x80])].slice(random(2)));
  return copy;
}

const ORDERS = { ES256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', ES256K: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141' };
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const toInteger = (bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
const toBytes = (integer, size) => Buffer.from(integer.toString(16).padStart(2 * size, '0').slice(-2 * size), 'hex');

function otherSignature(signature, key, other) {
  const half = signature.length / 2;
  const s = toInteger(signature.subarray(half));
  const ways = [() => damaged(signature), () => signature.subarray(1), () => signature.subarray(0, -1), () => Buffer.concat([signature, Buffer.from([0])]),
    () => Buffer.concat([Buffer.from([0]), signature]), () => Buffer.alloc(0), () => Buffer.alloc(signature.length), () => Buffer.alloc(signature.length, 255),
    () => Buffer.concat([signature, signature]), () => other];
  if (ORDERS[key.alg]) {  // r, n - s verifies as well; the others must not
    const n = BigInt(`0x${ORDERS[key.alg]}`);
    for (const value of [n - s, n + s, n, 0n, s ^ 1n]) ways.push(() => Buffer.concat([signature.subarray(0, half), toBytes(value, half)]));
  }
  if (signature.length === 64 && /^Ed/.test(key.alg))
    ways.push(() => Buffer.concat([signature.subarray(0, 32), toBytes(toInteger(Buffer.from(signature.subarray(32)).reverse()) + L, 32).reverse()]));
  if (/^[RP]S/.test(key.alg)) {
    const bits = key.alg.slice(2);
    ways.push(() => crypto.sign(`sha${bits}`, Buffer.from('x.y'), key.pair.privateKey));
    for (const salt of [0, 20, 32, 48, 64])
      ways.push((input) => crypto.sign(`sha${bits}`, Buffer.from(input), { key: key.pair.privateKey, ...RSA_PSS('', salt) }));
  }
  if (key.pair) {  // a public key as a secret: CHECKS A15
    for (const form of ['pem', 'der'])
      ways.push((input) => crypto.createHmac('sha256', key.pair.publicKey.export({ format: form, type: 'spki' })).update(input).digest());
    if (key.alg.startsWith('ES')) ways.push((input) => crypto.sign('sha256', Buffer.from(input), key.pair.privateKey));  // DER
  }
  return ways;
}

const CHARACTERS = ['=', '==', '+', '/', ' ', '\t', '\r', '\0', '.', '..', '~', '\u00e9', 'A', '_', '-', '%2e', '\u{1f600}'];
function otherText(token) {
  const at = random(token.length + 1);
  const [h = '', p = '', s = ''] = token.split('.');
  return pick([() => token.slice(0, at) + pick(CHARACTERS) + token.slice(at), () => token.slice(0, at) + token.slice(at + 1), () => token + pick(CHARACTERS),
    () => pick(CHARACTERS) + token, () => `${h}.${p}`, () => `${h}.${s}.${p}`, () => `${p}.${h}.${s}`, () => `${h}..${s}`, () => `${h}.${p}.`, () => `.${p}.${s}`, () => `${token}.${s}`,
    () => token.replaceAll('-', '+').replaceAll('_', '/'), () => [h, p, s].map((x) => x + '='.repeat((4 - x.length % 4) % 4)).join('.'),
    () => q({ protected: h, payload: p, signature: s }), () => token.slice(0, -1) + String.fromCharCode(token.charCodeAt(token.length - 1) + 1),
    () => token.slice(0, at) + pick('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') + token.slice(at + 1)])();
}

function makeToken(set) {
  const key = pick(set);
  const kids = set.map((each) => each.jwk.kid);
  const lot = random(10);  // 0: as it should be; else what is changed
  const header = objectText([['alg', q(key.alg)], ['kid', q(key.jwk.kid)], ['typ', '"at+jwt"']],
    [['alg', ALGS(key.alg)], ['kid', KIDS(kids)], ['typ', TYPES], [undefined, EXTRAS], [undefined, EXTRAS]], [1, 2, 3].includes(lot) ? 1 + random(2) : 0);
  const claims = objectText([['iss', q(ISSUER)], ['aud', q(AUDIENCE)], ['exp', String(NOW + 600)], ['iat', String(NOW)], ['sub', '"ann"']],
    [['iss', ISSUERS], ['aud', AUDIENCES], ['exp', TIMES], ['nbf', TIMES], ['iat', TIMES], ['sub', TEXTS], ['jti', TEXTS], [undefined, EXTRAS]], [3, 4, 5, 6].includes(lot) ? 1 + random(3) : 0);
  let parts = [header, claims].map((text) => Buffer.from(lot === 7 && random(2) ? pick(AROUND)(text) : text));
  if (lot === 7 && random(3) === 0) parts = parts.map((part) => (random(2) ? damaged(part) : part));
  const input = parts.map((part) => part.toString('base64url')).join('.');
  let signature = key.sign(input);
  if (lot === 8) signature = pick(otherSignature(signature, key, pick(set).sign(input)))(input);
  let token = `${input}.${signature.toString('base64url')}`;
  if (lot === 9) token = otherText(token);
  return token.replaceAll('\n', '');  // a token is a line
}

// ---- the judges --------------------------------------------------------------

class Signet {
  constructor(keyFile, mode) {
    const policy = mode === 'jws' ? ['--jws'] : ['--issuer', ISSUER, '--audience', AUDIENCE, '--type', 'at+jwt', '--now', String(NOW)];
    this.child = spawn(options.signet, ['token', 'verify', '--key', keyFile, ...policy], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }
  stop() {
    this.child.kill();
  }
  async judge(tokens) {
    this.child.stdin.write(tokens.map((token) => `${token}\n`).join(''));
    const answers = [];
    for (const token of tokens) {
      const { value, done } = await this.lines.next();
      if (done) throw new Error(`signet ended at or before this token: ${q(token)}`);
      answers.push(JSON.parse(value));
    }
    return answers;
  }
}

async function judgeByPeer(token, keys, mode) {
  const how = { algorithms: keys.algorithms };
  try {
    if (mode === 'jws') return { ok: true, payload: Buffer.from((await jose.compactVerify(token, keys.find, how)).payload).toString('base64url') };
    const { payload } = await jose.jwtVerify(token, keys.find, { ...how, issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', currentDate: new Date(NOW * 1000), requiredClaims: ['exp'] });
    return { ok: true, claims: payload };
  } catch (error) {
    return { ok: false, error: error.code ?? String(error), detail: error.message };
  }
}

async function peerKeys(jwks) {
  const algorithms = jwks.map((jwk) => jwk.alg);
  if (jwks.length > 1) return { algorithms, find: jose.createLocalJWKSet({ keys: jwks }) };
  const key = await jose.importJWK(jwks[0]);
  return { algorithms, find: () => key };
}

// The same JSON; -0 is 0 to both, and to JSON.stringify().
const isSame = (one, other) => isDeepStrictEqual(JSON.parse(q(one)), JSON.parse(q(other)));

// 'agreed', or the reason that stands in one of the lists, or undefined: a failure.
function compare(token, kids, ours, theirs, mode) {
  if (ours.ok && theirs.ok) return (mode === 'jws' ? ours.payload === theirs.payload : isSame(ours.claims, theirs.claims)) ? 'agreed: accepted' : undefined;
  if (!ours.ok && !theirs.ok) return 'agreed: refused';
  const t = takeApart(token, kids);
  if (ours.ok) return LENIENT.filter(([, holds]) => holds(t)).map(([reason]) => `we accept: ${reason}`)[0];
  const rule = STRICTER.find(([code, word, , holds]) => code === ours.error && ours.detail.includes(word) && holds(t));
  return rule && `we refuse: ${rule[0]} ${rule[1]} (${rule[2]})`;
}

class Court {
  constructor(folder, name, jwks, mode) {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, q({ keys: jwks }), { mode: 0o600 });
    Object.assign(this, { mode, jwks, kids: jwks.map((jwk) => jwk.kid), signet: new Signet(file, mode) });
  }
  async judge(tokens) {
    this.keys ??= await peerKeys(this.jwks);
    const ours = await this.signet.judge(tokens);
    const theirs = await Promise.all(tokens.map((token) => judgeByPeer(token, this.keys, this.mode)));
    return tokens.map((token, i) => ({ token, ours: ours[i], theirs: theirs[i], verdict: compare(token, this.kids, ours[i], theirs[i], this.mode) }));
  }
}

function fail(court, { token, ours, theirs }) {
  const folder = join(root, 'build/fuzz');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'differential-failure.json');
  writeFileSync(file, JSON.stringify({ mode: court.mode, jwks: court.jwks, token, ours, theirs }, null, 1));
  console.log(`FAILED: ${ours.ok ? (theirs.ok ? 'both accept and read differently' : 'we accept, jose refuses') : 'jose accepts, we refuse, and no rule says why'}
  token   ${q(token)}\n  signet  ${q(ours)}\n  jose    ${q(theirs)}
  keys and token: ${file}\n  again: node fuzz/differential.mjs --replay ${file}`);
}

async function replay(folder) {
  const { mode, jwks, token } = JSON.parse(readFileSync(options.replay, 'utf8'));
  const court = new Court(folder, 'replay', jwks, mode);
  const [result] = await court.judge([token]);
  console.log(JSON.stringify(result, null, 1));
  return result.verdict ? 0 : 1;
}

async function run(folder) {
  console.log(`differential: seed ${options.seed}, ${options.seconds} s`);
  const sets = makeKeys();
  const courts = sets.flatMap((set, i) => ['jwt', 'jws'].map((mode) => [set, new Court(folder, `${i}-${mode}`, set.map((key) => key.jwk), mode)]));
  const counts = new Map();
  let failures = 0;
  for (const end = Date.now() + Number(options.seconds) * 1000; Date.now() < end && failures < 5; ) {
    const [set, court] = random(3) ? courts[random(2)] : pick(courts);
    for (const result of await court.judge(Array.from({ length: 100 }, () => makeToken(set)))) {
      if (!result.verdict && ++failures <= 5) fail(court, result);
      counts.set(result.verdict ?? 'failed', (counts.get(result.verdict ?? 'failed') ?? 0) + 1);
    }
  }
  for (const [, court] of courts) court.signet.stop();
  const sum = (prefix) => [...counts].reduce((total, [reason, count]) => total + (reason.startsWith(prefix) ? count : 0), 0);
  for (const [reason, count] of [...counts].sort()) console.log(`  ${String(count).padStart(8)}  ${reason}`);
  console.log(`differential: ${sum('agreed')} agreed (${sum('agreed: accepted')} accepted), ${sum('we refuse')} strict, ${sum('we accept')} lenient, ${sum('failed')} failed`);
  assert(sum('agreed: accepted') > 0 && sum('agreed: refused') > 0, 'the judges saw nothing to accept, or nothing to refuse');
  return failures ? 1 : 0;
}

const folder = mkdtempSync(join(tmpdir(), 'differential-'));
try {
  process.exitCode = await (options.replay ? replay(folder) : run(folder));
} finally {
  rmSync(folder, { recursive: true });
}
process.exit();
