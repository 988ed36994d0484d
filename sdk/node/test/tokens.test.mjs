// CHECKS A2 to A5: what is no access token, though it looks like one, and what is one though it looks odd.
import assert from 'node:assert/strict';
import { createHmac, createPrivateKey, randomUUID, sign as rawSign } from 'node:crypto';
import http from 'node:http';
import { test } from 'node:test';
import { json, newKey, sign, signBytes } from './issuer.mjs';
import { refusalOf, until, withIssuer } from './world.mjs';

const b64 = (text) => Buffer.from(text).toString('base64url');
const es256 = newKey('ES256', 'k1');
const eddsa = newKey('EdDSA', 'k2');
const rs256 = newKey('RS256', 'k3');
const es384 = newKey('ES384', 'k4');
const ed25519 = newKey('Ed25519', 'k5');
const others = newKey('ES256', 'k1'); // somebody else's, of the same kid

// The signature of these very texts by a key of the issuer.
function signTexts(header, payload, key = es256) {
  const input = `${b64(header)}.${b64(payload)}`;
  const digest = key.algorithm.startsWith('Ed') ? null : `sha${key.algorithm.slice(2)}`;
  return `${input}.${rawSign(digest, Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function hmac(secret, header = {}) {
  return (issuer) => {
    const input = `${b64(JSON.stringify({ alg: 'HS256', kid: 'k1', typ: 'at+jwt', ...header }))}.${b64(JSON.stringify(issuer.claims()))}`;
    return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
  };
}

const header = (more = {}, key = es256) => JSON.stringify({ alg: key.algorithm, kid: key.kid, typ: 'at+jwt', ...more });
const withHeader = (more, key) => (issuer) => signTexts(header(more, key), JSON.stringify(issuer.claims()), key);
const withClaims = (more) => (issuer) => issuer.token(more);
const withText = (change) => async (issuer) => change(await issuer.token());
const withPayload = (make) => (issuer) => signTexts(header(), make(JSON.stringify(issuer.claims())));
const withSignature = (make, key = es256) => async (issuer) => {
  const text = await issuer.token({}, { key });
  const at = text.lastIndexOf('.');
  return `${text.slice(0, at)}.${make(Buffer.from(text.slice(at + 1), 'base64url')).toString('base64url')}`;
};
const zeros = (length) => Buffer.alloc(length);
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'); // of P-256
const pem = es256.publicKey.export({ format: 'pem', type: 'spki' });
const der = es256.publicKey.export({ format: 'der', type: 'spki' });

// S and S + L are the same number to whoever does not look (RFC 8032 5.1.7).
function plusOrder(signature) {
  const order25519 = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order25519;
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()]);
}

function derOf(signature) {
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((part) => {
    const number = part[0] & 0x80 ? Buffer.concat([zeros(1), part]) : part;
    return Buffer.concat([Buffer.from([2, number.length]), number]);
  });
  return Buffer.concat([Buffer.from([0x30, r.length + s.length]), r, s]);
}

// Sets a bit of the last character that no byte has.
function unusedBit(text) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  assert.notEqual(text.length % 4, 0, 'there must be unused bits');
  return text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1)) ^ 1];
}

const inPart = (part, change) => (text) => text.split('.').map((piece, index) => (index === part ? change(piece) : piece)).join('.');
const deep = (levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const bad = {
  1: [
    ...['none', 'None', 'nOnE', 'NONE', 'none '].map((alg) => [`alg ${alg}, signature kept`, withHeader({ alg }), 'algorithm_not_allowed']),
    ['alg none, no signature', (issuer) => `${b64('{"alg":"none","typ":"at+jwt"}')}.${b64(JSON.stringify(issuer.claims()))}.`, 'malformed_token'],
    ['alg none, two parts', (issuer) => `${b64('{"alg":"none","typ":"at+jwt"}')}.${b64(JSON.stringify(issuer.claims()))}`, 'malformed_token'],
    ['no alg', (issuer) => signTexts('{"kid":"k1","typ":"at+jwt"}', JSON.stringify(issuer.claims())), 'malformed_header'],
    ['alg a number', withHeader({ alg: 256 }), 'malformed_header'],
    ['alg a list', withHeader({ alg: ['ES256'] }), 'malformed_header'],
  ],
  2: [
    ['HS256 by the public key as PEM', hmac(pem), 'algorithm_not_allowed'],
    ['HS256 by the PEM without its last line feed', hmac(pem.trimEnd()), 'algorithm_not_allowed'],
    ['HS256 by the PEM after a blank', hmac(` ${pem}`), 'algorithm_not_allowed'],
    ['HS256 by the public key as DER', hmac(der), 'algorithm_not_allowed'],
    ['HS256 by the JWK as text', hmac(JSON.stringify(es256.jwk)), 'algorithm_not_allowed'],
  ],
  3: [['HS256 by nothing', hmac(''), 'algorithm_not_allowed']],
  4: [
    ['RS512 by the RS256 key', (issuer) => issuer.token({}, { key: { ...rs256, algorithm: 'RS512' } }), 'algorithm_not_allowed'],
    ['PS256 by the RS256 key', (issuer) => issuer.token({}, { key: { ...rs256, algorithm: 'PS256' } }), 'algorithm_not_allowed'],
    ['ES256 in lower case', withHeader({ alg: 'es256' }), 'algorithm_not_allowed'],
    ['ES384 said, P-256 meant', withHeader({ alg: 'ES384' }), 'algorithm_not_allowed'],
    ['ES256K said', withHeader({ alg: 'ES256K' }), 'algorithm_not_allowed'],
    ['RS256 said of an ES256 key', (issuer) => issuer.token({}, { key: { ...rs256, kid: 'k1' } }), 'algorithm_mismatch'],
    ['Ed25519 said of a key for EdDSA', withHeader({ alg: 'Ed25519' }, eddsa), 'algorithm_mismatch'],
  ],
  5: [
    ['r = s = 0', withSignature(() => zeros(64)), 'bad_signature'],
    ['r = 0', withSignature((old) => Buffer.concat([zeros(32), old.subarray(32)])), 'bad_signature'],
    ['s = 0', withSignature((old) => Buffer.concat([old.subarray(0, 32), zeros(32)])), 'bad_signature'],
    ['r = n', withSignature((old) => Buffer.concat([order, old.subarray(32)])), 'bad_signature'],
    ['s = n', withSignature((old) => Buffer.concat([old.subarray(0, 32), order])), 'bad_signature'],
  ],
  6: [
    ['ES256 in DER', withSignature(derOf), 'bad_signature'],
    ['ES256 of 63 bytes', withSignature((old) => old.subarray(0, 63)), 'bad_signature'],
    ['ES256 of 65 bytes', withSignature((old) => Buffer.concat([old, zeros(1)])), 'bad_signature'],
    ['ES256 of 66 bytes, padded', withSignature((old) => Buffer.concat([zeros(1), old.subarray(0, 32), zeros(1), old.subarray(32)])), 'bad_signature'],
    ['ES256 of 128 bytes, padded', withSignature((old) => Buffer.concat([zeros(32), old.subarray(0, 32), zeros(32), old.subarray(32)])), 'bad_signature'],
    ['a signature of 20 kB', withSignature(() => zeros(20_000)), 'malformed_token'],
    ['a signature of 7 kB', withSignature(() => zeros(7_000)), 'token_too_large'],
  ],
  7: [
    ['Ed25519 with S + L', withSignature(plusOrder, eddsa), 'bad_signature'],
    ['Ed25519 of 63 bytes', withSignature((old) => old.subarray(0, 63), eddsa), 'bad_signature'],
    ['Ed25519 of 65 bytes', withSignature((old) => Buffer.concat([old, zeros(1)]), eddsa), 'bad_signature'],
    ['R the identity, S = 0', withSignature(() => Buffer.concat([Buffer.from([1]), zeros(63)]), eddsa), 'bad_signature'],
  ],
  8: [['HS256 cut short', (issuer) => hmac('secret')(issuer).slice(0, -3), 'algorithm_not_allowed']],
  10: [
    ...['../../dev/null', "' OR 1=1--", 'https://evil.example/key', 'k1\0', 'K1', ''].map((kid) => [`kid ${JSON.stringify(kid)}`, withHeader({ kid }), 'unknown_key']),
    ['no kid', withHeader({ kid: undefined }), 'unknown_key'],
    ['kid a number', withHeader({ kid: 1 }), 'malformed_header'],
    ['kid of 129 characters', withHeader({ kid: 'k'.repeat(129) }), 'malformed_header'],
    ["the kid, another's key", (issuer) => issuer.token({}, { key: others }), 'bad_signature'],
  ],
  11: [
    ['crit unknown', withHeader({ crit: ['x'], x: 1 }), 'unsupported_critical'],
    ['crit empty', withHeader({ crit: [] }), 'unsupported_critical'],
    ['crit of a registered name', withHeader({ crit: ['alg'] }), 'unsupported_critical'],
    ['crit twice the same', withHeader({ crit: ['x', 'x'], x: 1 }), 'unsupported_critical'],
    ['crit no list', withHeader({ crit: 'x', x: 1 }), 'unsupported_critical'],
    ['crit null', withHeader({ crit: null }), 'unsupported_critical'],
    ['crit of what is not there', withHeader({ crit: ['x'] }), 'unsupported_critical'],
  ],
  12: [
    ['b64 false', withHeader({ b64: false }), 'unsupported_critical'],
    ['b64 false, in crit', withHeader({ b64: false, crit: ['b64'] }), 'unsupported_critical'],
    ['b64 true', withHeader({ b64: true }), 'unsupported_critical'],
  ],
  13: [
    ['alg twice', (issuer) => signTexts('{"alg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}', JSON.stringify(issuer.claims())), 'malformed_header'],
    ['alg twice, once escaped', (issuer) => signTexts('{"\\u0061lg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}', JSON.stringify(issuer.claims())), 'malformed_header'],
    ['sub twice', withPayload((text) => text.replace('{', '{"sub":"bob",')), 'malformed_claims'],
    ['a member twice, further in', withPayload((text) => text.replace('{', '{"x":[{"a":1,"a":1}],')), 'malformed_claims'],
  ],
  14: [
    ...[0, 1, 2].map((part) => [`= behind part ${part}`, withText(inPart(part, (piece) => `${piece}=`)), 'malformed_token']),
    ['a line feed in the middle', withText(inPart(1, (piece) => `${piece.slice(0, 8)}\n${piece.slice(8)}`)), 'malformed_token'],
    ['a + and a /', withText(inPart(2, (piece) => `+/${piece.slice(2)}`)), 'malformed_token'],
    ['a letter that is no ASCII', withText(inPart(1, (piece) => `ä${piece.slice(1)}`)), 'malformed_token'],
    ['length 1 modulo 4', withText(inPart(0, (piece) => piece.padEnd(Math.ceil(piece.length / 4) * 4 + 1, 'A'))), 'malformed_token'],
    ['unused bits in the header', (issuer) => inPart(0, unusedBit)(signTexts(header({ x: unusedPad(header({ x: '' })) }), JSON.stringify(issuer.claims()))), 'malformed_token'],
    ['unused bits in the claims', (issuer) => inPart(1, unusedBit)(signTexts(header(), padded(JSON.stringify(issuer.claims())))), 'malformed_token'],
    ['unused bits in the signature', withText(inPart(2, unusedBit)), 'malformed_token'],
  ],
  15: [
    ['four parts', withText((text) => `${text}.AAAA`), 'malformed_token'],
    ['five parts', withText((text) => `${text}.AAAA.AAAA`), 'malformed_token'],
    ['a dot at the end', withText((text) => `${text}.`), 'malformed_token'],
    ['a dot at the beginning', withText((text) => `.${text}`), 'malformed_token'],
    ['a blank within', withText((text) => text.replace('.', ' .')), 'malformed_token'],
    ['a line feed at the end', withText((text) => `${text}\n`), 'malformed_token'],
    ['an empty header', withText(inPart(0, () => '')), 'malformed_token'],
    ['8 kB of dots', () => '.'.repeat(8_193), 'token_too_large'],
    ['100 kB of dots', () => '.'.repeat(100_000), 'malformed_token'],
  ],
  16: [
    ['the JSON form', withText((text) => flattened(text)), 'malformed_token'],
    ['a text that is both', withText((text) => `{"a":"${text}"}`), 'malformed_token'],
  ],
  17: [
    ...['exp', 'iat', 'nbf'].flatMap((name) => [
      ...['4102444800', null, true, [4102444800], {}].map((value) => [`${name} ${JSON.stringify(value)}`, withClaims({ [name]: value }), 'wrong_claim_type', 'raw']),
      [`${name} below zero`, withClaims({ [name]: -1 }), 'malformed_claims', 'raw'],
      [`${name} 1e400`, withPayload((text) => put(text, name, '1e400')), 'malformed_claims'],
      [`${name} beyond 64 bits`, withPayload((text) => put(text, name, '18446744073709551616')), 'malformed_claims'],
    ]),
    ['no exp', withClaims({ exp: undefined }), 'missing_claim'],
    ['no iat', withClaims({ iat: undefined }), 'missing_claim'],
    ['exp long ago', withClaims({ exp: 1 }), 'expired'],
    ['nbf to come', (issuer) => issuer.token({ nbf: issuer.claims().iat + 600 }), 'not_yet_valid'],
    ['iat to come', (issuer) => issuer.token({ iat: issuer.claims().iat + 600 }), 'issued_in_the_future'],
  ],
  18: [
    ['iss longer', (issuer) => issuer.token({ iss: `${issuer.url}/` }), 'issuer_mismatch'],
    ['iss shorter', (issuer) => issuer.token({ iss: issuer.url.slice(0, -1) }), 'issuer_mismatch'],
    ['iss in capitals', (issuer) => issuer.token({ iss: issuer.url.toUpperCase() }), 'issuer_mismatch'],
    ['iss a list', (issuer) => sign({ ...issuer.claims(), iss: [issuer.url] }, { key: es256 }), 'wrong_claim_type', 'raw'],
    ['no iss', withClaims({ iss: undefined }), 'missing_claim'],
    ['no aud', withClaims({ aud: undefined }), 'missing_claim'],
    ['aud a number', withClaims({ aud: 7 }), 'wrong_claim_type', 'raw'],
    ['aud null', withClaims({ aud: null }), 'wrong_claim_type', 'raw'],
    ['aud nested', withClaims({ aud: [['notes']] }), 'wrong_claim_type', 'raw'],
    ['aud with a number in it', withClaims({ aud: ['notes', 7] }), 'wrong_claim_type', 'raw'],
    ['aud empty', withClaims({ aud: [] }), 'audience_mismatch', 'raw'],
    ['aud cut by a NUL', withClaims({ aud: 'notes\0.evil' }), 'audience_mismatch'],
    ['aud that begins like ours', withClaims({ aud: 'notes.evil' }), 'audience_mismatch'],
    ['aud that is the beginning of ours', withClaims({ aud: 'not' }), 'audience_mismatch'],
  ],
  19: [
    ['a byte behind the claims', withPayload((text) => `${text}x`), 'malformed_claims'],
    ['two objects', withPayload((text) => text + text), 'malformed_claims'],
    ['a byte order mark', withPayload((text) => `\ufeff${text}`), 'malformed_claims'],
    ['invalid UTF-8', withPayload((text) => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])), 'malformed_claims'],
    ['half a surrogate pair', withPayload((text) => text.replace('{', '{"x":"\\ud800",')), 'malformed_claims'],
    ['half a surrogate pair in a name', withPayload((text) => text.replace('{', '{"\\udc00":1,')), 'malformed_claims'],
    ['a NUL in a name', withPayload((text) => text.replace('{', '{"sub\\u0000":1,')), 'malformed_claims'],
    ['a control character', withPayload((text) => text.replace('{', '{"x":"\x01",')), 'malformed_claims'],
    ['a comment', withPayload((text) => text.replace('{', '{/**/')), 'malformed_claims'],
    ['a comma too many', withPayload((text) => text.replace('}', ',}')), 'malformed_claims'],
    ['NaN', withPayload((text) => text.replace('{', '{"x":NaN,')), 'malformed_claims'],
    ['claims that are a list', withPayload((text) => `[${text}]`), 'malformed_claims'],
    ['claims that are null', withPayload(() => 'null'), 'malformed_claims'],
    ['a header that is a list', (issuer) => signTexts(`[${header()}]`, JSON.stringify(issuer.claims())), 'malformed_header'],
    ['a header with a byte behind it', (issuer) => signTexts(`${header()} x`, JSON.stringify(issuer.claims())), 'malformed_header'],
    ['a header in UTF-16', (issuer) => signTexts(Buffer.from(header(), 'utf16le'), JSON.stringify(issuer.claims())), 'malformed_header'],
  ],
  20: [
    ['claims 17 levels deep', withPayload((text) => text.replace('{', `{"x":${deep(16)},`)), 'malformed_claims'],
    ['a header 9 levels deep', (issuer) => signTexts(header().replace('{', `{"x":${deep(8)},`), JSON.stringify(issuer.claims())), 'malformed_header'],
    ['a header that is a bomb', () => `${b64(header().replace('{', `{"x":${deep(2_500)},`))}.e30.AAAA`, 'malformed_header'],
    ['a header of 65 members', withHeader(Object.fromEntries(Array.from({ length: 62 }, (_, i) => [`x${i}`, i]))), 'malformed_header'],
  ],
  21: [
    ...['JWT', 'dpop+jwt', 'logout+jwt', 'secevent+jwt', 'at+jwt+x', 'x/at+jwt', 'application/x/at+jwt', ''].map((typ) => [`typ ${typ}`, withHeader({ typ }), 'type_mismatch']),
    ['no typ', withHeader({ typ: undefined }), 'type_mismatch'],
    ['typ a number', withHeader({ typ: 1 }), 'malformed_header'],
    ['an ID token', (issuer) => issuer.token({ nonce: 'n' }, { header: { typ: 'JWT' } }), 'type_mismatch'],
    ['a message of the revocation feed', async (issuer) => sign({ iss: issuer.url, iat: 1, jti: randomUUID(), events: {} }, { key: es256, header: { typ: 'secevent+jwt' } }), 'type_mismatch'],
  ],
  22: [
    ['a JWE', () => `${b64('{"alg":"dir","enc":"A256GCM","zip":"DEF"}')}..${b64('iv')}.${b64('text')}.${b64('tag')}`, 'malformed_token'],
    ['a JWE by a password', () => `${b64('{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647}')}.a.b.c.d`, 'malformed_token'],
  ],
  'RFC 9068': [
    ...['sub', 'client_id', 'jti'].flatMap((name) => [
      [`no ${name}`, withClaims({ [name]: undefined }), 'missing_claim'],
      [`an empty ${name}`, withClaims({ [name]: '' }), 'missing_claim'],
      [`${name} a number`, withClaims({ [name]: 7 }), 'wrong_claim_type', 'raw'],
    ]),
    ['sub that is the client', withClaims({ sub: 'signet' }), 'missing_claim'],
    ...['sid', 'email', 'name', 'scope'].map((name) => [`${name} null`, withClaims({ [name]: null }), 'wrong_claim_type']),
    ['roles a text', withClaims({ roles: 'admin' }), 'wrong_claim_type'],
    ['roles with a number', withClaims({ roles: ['admin', 1] }), 'wrong_claim_type'],
    ['sub from a prototype', withPayload((text) => text.replace('"sub":"ann"', '"__proto__":{"sub":"ann"}')), 'missing_claim'],
  ],
};

// jose refuses to make some claims: those are signed as text.
async function made(make, issuer, raw) {
  const signer = raw ? { ...issuer, url: issuer.url, claims: (more) => issuer.claims(more), token: (more) => signTexts(header(), JSON.stringify(issuer.claims(more))) } : issuer;
  return make(signer);
}

const put = (text, name, value) => JSON.stringify({ ...JSON.parse(text), [name]: '@' }).replace('"@"', value);
const flattened = (text) => JSON.stringify(Object.fromEntries(text.split('.').map((part, i) => [['protected', 'payload', 'signature'][i], part])));
// So many bytes that the last character of base64url has unused bits.
const unusedPad = (text) => 'x'.repeat((4 - (text.length % 3)) % 3 || 3);
const padded = (text) => (text.length % 3 === 0 ? text.replace('{', '{ ') : text);

function publish(issuer) {
  issuer.keys = [es256, eddsa, rs256, es384, ed25519];
}

test('every bad token is refused, and for its own reason', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    publish(issuer);
    const verifier = await world.verifier({ revocations: 'ignore' });
    let count = 0;
    for (const [group, tokens] of Object.entries(bad)) {
      for (const [what, make, cause, raw] of tokens) {
        const refusal = await refusalOf(verifier, `Bearer ${await made(make, issuer, raw)}`);
        assert.deepEqual([refusal?.error, refusal?.status, refusal?.cause], ['invalid_token', 401, cause], `group ${group}: ${what}`);
        assert.match(refusal.wwwAuthenticate, /^Bearer error="invalid_token", error_description="[^"]+\."$/);
        count++;
      }
    }
    assert.ok(count >= 175, `${count} bad tokens`);
    assert.equal((await verifier.verify(await issuer.bearer())).ok, true, 'and a good one still is');
  }));

test('every odd but good token is taken', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    publish(issuer);
    const verifier = await world.verifier({ revocations: 'ignore' });
    const good = {
      'by EdDSA': (i) => i.token({}, { key: eddsa }),
      'by Ed25519': (i) => i.token({}, { key: ed25519 }),
      'by RS256': (i) => i.token({}, { key: rs256 }),
      'aud a list with ours': withClaims({ aud: ['other', 'notes'] }),
      'exp with a fraction': withClaims({ exp: 4102444800.5 }),
      'exp with an exponent': withPayload((text) => put(text, 'exp', '4.1024448e9')),
      'escapes in iss': withPayload((text) => text.replace(/"iss":"http:\/\//, '"iss":"\\u0068ttp:\\/\\/')),
      'typ with application/': withHeader({ typ: 'application/at+jwt' }),
      'typ in capitals': withHeader({ typ: 'AT+JWT' }),
      'typ in capitals with application/': withHeader({ typ: 'Application/At+Jwt' }),
      'names that nobody knows': (i) => i.token({ x: { y: [1, null, 'z'] } }, { header: { x: 1 } }),
      'white space': (i) => signTexts(` \t\r\n${header().replaceAll(',', ' ,\n')}`, JSON.stringify(i.claims(), null, 2)),
      '4 kB of claims': withClaims({ x: 'x'.repeat(4_000) }),
      'a surrogate pair': withPayload((text) => text.replace('{', '{"x":"\\ud83d\\ude00",')),
      'claims 16 levels deep': withPayload((text) => text.replace('{', `{"x":${deep(15)},`)),
      'a jti that is no UUID': withClaims({ jti: 't1' }),
      'no more than RFC 9068 asks for': withClaims({ sid: undefined }),
    };
    for (const [what, make] of Object.entries(good)) {
      const verdict = await verifier.verify(`Bearer ${await make(issuer)}`);
      assert.equal(verdict.ok, true, `${what}: ${verdict.refusal?.cause}`);
      assert.equal(verdict.principal.userId, 'ann');
    }
  }));

// CHECKS A13, A14: what the caller allows, and what each key is for.
test('a token is checked by the algorithms that are allowed, and each key by its own alone', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    publish(issuer);
    const narrow = await world.verifier({ revocations: 'ignore', algorithms: ['EdDSA'] });
    assert.equal((await refusalOf(narrow, await issuer.bearer())).cause, 'algorithm_not_allowed');
    assert.equal(await refusalOf(narrow, await issuer.bearer({}, { key: eddsa })), undefined);
    const wide = await world.verifier({ revocations: 'ignore', algorithms: ['ES256', 'ES384', 'RS256', 'RS512', 'PS256'] });
    assert.equal(await refusalOf(wide, await issuer.bearer({}, { key: es384 })), undefined);
    for (const algorithm of ['RS512', 'PS256'])
      assert.equal((await refusalOf(wide, await issuer.bearer({}, { key: { ...rs256, algorithm } }))).cause, 'algorithm_mismatch', algorithm);
  }));

// CHECKS A16, group 9: keys come from the issuer's set alone, and nothing that a token names is asked for.
test('a token that brings its own key, or says where to find one, is refused, and nobody is asked', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    publish(issuer);
    const verifier = await world.verifier({ revocations: 'ignore' });
    const own = newKey('ES256', 'own');
    let asked = 0;
    const elsewhere = http.createServer((request, response) => {
      asked++;
      const { status, body } = json({ keys: [own.jwk] });
      response.writeHead(status).end(body);
    });
    await new Promise((done) => elsewhere.listen(0, 'localhost', done));
    const url = `http://localhost:${elsewhere.address().port}/keys`;
    const brought = { jwk: own.jwk, jku: url, x5u: url, x5c: [own.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')] };
    for (const [name, value] of Object.entries(brought)) {
      const unknown = await issuer.bearer({}, { key: own, header: { [name]: value } });
      assert.equal((await refusalOf(verifier, unknown)).cause, 'unknown_key', name);
      const known = await issuer.bearer({}, { key: own, header: { kid: 'k1', [name]: value } });
      assert.equal((await refusalOf(verifier, known)).cause, 'bad_signature', name);
    }
    assert.equal(asked, 0);
    elsewhere.closeAllConnections();
    await new Promise((done) => elsewhere.close(done));
  }));

// CHECKS A37: a forger learns nothing of what else is wrong.
test('a forged token is told that it is forged, whatever else it is', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    publish(issuer);
    const verifier = await world.verifier({ revocations: 'ignore' });
    for (const more of [{ exp: 1 }, { iss: 'https://evil.example' }, { aud: 'other' }, { sub: undefined }])
      assert.equal((await refusalOf(verifier, await issuer.bearer(more, { key: others }))).cause, 'bad_signature');
    const noJson = await signBytes('{', others);
    assert.equal((await refusalOf(verifier, `Bearer ${noJson}`)).cause, 'bad_signature');
  }));

// CHECKS A39: a second signature of the same token (r, n − s) is another text, and the same session.
test('the other form of an ES256 signature is taken, and revoked with the first', () =>
  withIssuer(async (world) => {
    const { issuer } = world;
    publish(issuer);
    const verifier = await world.verifier();
    const flip = (old) => {
      const s = BigInt(`0x${order.toString('hex')}`) - BigInt(`0x${old.subarray(32).toString('hex')}`);
      return Buffer.concat([old.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
    };
    const text = await issuer.token();
    const other = inPart(2, (signature) => flip(Buffer.from(signature, 'base64url')).toString('base64url'))(text);
    for (const token of [text, other]) assert.equal(await refusalOf(verifier, `Bearer ${token}`), undefined);
    issuer.log.add('session', 's1', issuer.now(), issuer.now() + 600_000);
    await issuer.publish(0);
    await until('it is heard of', () => verifier.status().entries === 1);
    for (const token of [text, other]) assert.equal((await refusalOf(verifier, `Bearer ${token}`)).revoked, 'session');
  }));

// A private key of the tests must not find its way into what they publish.
test('what the tests publish is public', () => {
  for (const { jwk } of [es256, eddsa, rs256]) assert.throws(() => createPrivateKey({ key: jwk, format: 'jwk' }));
});
