// bench/peers/bad_tokens.mjs - tokens that must be refused, and some that must not.
//
// The groups are numbered as in docs/benchmarks/jose.md. Missing are those that take
// more than a token and a key: 22 to 24 and 26 (JWE settings), 27 (caches).
import { randomBytes } from 'node:crypto';
import { audience, base64url, claims, encrypted, header, hmac, issuer, oaepWrapped, publicJwk, publicPem, signature, signedAs, signingInput,
  token, withSignature } from './craft.mjs';

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const hex = (number) => number.toString(16).padStart(64, '0');
const big = (bytes) => BigInt('0x' + Buffer.from(bytes).toString('hex'));
const bytes32 = (number) => Buffer.from(hex(number), 'hex');

// claims() as text with one member's JSON replaced; `undefined` leaves it out.
function claimsWith(name, json) {
  const { [name]: dropped, ...rest } = claims();
  const start = JSON.stringify(rest);
  return json === undefined ? start : `${start.slice(0, -1)},${JSON.stringify(name)}:${json}}`;
}
const plainHeader = (alg) => JSON.stringify(header(alg));
const plainClaims = () => JSON.stringify(claims());
const inside = (object, more) => `${object.slice(0, -1)},${more}}`;
const nested = (depth, open, close) => open.repeat(depth) + close.repeat(depth);

// The last character carries unused bits that must be zero: sets one of them.
function unusedBit(compact) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return compact.slice(0, -1) + alphabet[alphabet.indexOf(compact.at(-1)) + 1];
}

// A token whose signature needs '-' or '_', written with '+' and '/'.
function otherAlphabet(keys, alg) {
  for (let i = 0; ; ++i) {
    const [head, body, tag] = token(keys, alg, header(alg), claims({ jti: `${i}` })).split('.');
    if (/[-_]/.test(tag)) return [head, body, tag.replaceAll('-', '+').replaceAll('_', '/')].join('.');
  }
}

function der([r, s]) {
  const integer = (bytes) => {
    let at = 0;
    while (at < 31 && bytes[at] === 0) ++at;
    const body = bytes[at] > 127 ? [0, ...bytes.subarray(at)] : [...bytes.subarray(at)];
    return [2, body.length, ...body];
  };
  const both = [...integer(r), ...integer(s)];
  return Buffer.from([0x30, both.length, ...both]);
}

const halves = (bytes) => [bytes.subarray(0, 32), bytes.subarray(32)];
const zeros = (n) => Buffer.alloc(n);
const little = (bytes) => Buffer.from(bytes).reverse();

// What each group tries, for the page.
export const groupNames = {
  1: '`alg` none, in any case', 2: 'HS256 keyed with the public key', 3: 'HS256 keyed with nothing', 4: 'another `alg` than the one allowed',
  5: 'ES256: r or s is 0 or n', 6: 'ES256: signature of another length or form', 7: 'Ed25519: S + L, identity, other lengths',
  8: 'HMAC tag cut, extended, doubled', 9: 'brings its own key (`jwk`, `x5c`, `jku`, `x5u`)', 10: '`kid` as path, SQL, URL', 11: '`crit` not understood or malformed',
  12: '`b64` false', 13: 'a member twice', 14: 'base64url not strict', 15: 'other segments, blanks around', 16: 'JSON serialisation', 17: '`exp`, `nbf`, `iat` missing, past, or no number',
  18: '`iss` or `aud` wrong, missing, of another type', 19: 'not exactly one JSON object in UTF-8', 20: 'nested deeply, unsigned', 21: 'another `typ` than expected', 25: 'JWE around an unsigned claim set',
};

// One group: the algorithm that the verifier expects, what the token is, its text.
const groups = {
  1: (keys) => [
    ...['none', 'None', 'NONE', 'nOnE'].map((alg) => ['ES256', `alg ${alg}, no signature`, `${signingInput(header(alg), claims())}.`]),
    ['HS256', 'alg none, no signature', `${signingInput(header('none'), claims())}.`],
    ['ES256', 'alg none, a signature', `${signingInput(header('none'), claims())}.${base64url(zeros(64))}`],
    ['ES256', 'alg none, two segments', signingInput(header('none'), claims())],
    ['ES256', 'alg left as it was, signature cut off', `${signingInput(header('ES256'), claims())}.`],
  ],
  2: (keys) => {
    const forge = (alg, secret) => {
      const input = signingInput(header('HS256'), claims());
      return `${input}.${base64url(hmac(secret, input))}`;
    };
    const forms = {
      PEM: (alg) => publicPem(keys, alg),
      'PEM without its last newline': (alg) => publicPem(keys, alg).trimEnd(),
      'PEM after a blank': (alg) => ` ${publicPem(keys, alg)}`,
      DER: (alg) => keys[alg].publicKey.export({ type: 'spki', format: 'der' }),
      JWK: (alg) => JSON.stringify(publicJwk(keys, alg)),
    };
    return ['RS256', 'ES256'].flatMap((alg) =>
      Object.entries(forms).map(([form, secret]) => [alg, `HS256 with the public key's ${form}`, forge(alg, secret(alg))]));
  },
  3: () => ['HS256', 'RS256', 'ES256'].map((alg) => {
    const input = signingInput(header('HS256'), claims());
    return [alg, 'HS256 with an empty secret', `${input}.${base64url(hmac('', input))}`];
  }),
  4: (keys) => [
    ...['RS512', 'PS256', 'PS512'].map((other) => ['RS256', `${other}, rightly signed`, signedAs(keys, 'RS256', other)]),
    ...['ES384', 'ES256K'].map((other) => ['ES256', `${other}, signed with the P-256 key`, signedAs(keys, 'ES256', other)]),
    ...['HS384', 'HS512'].map((other) => ['HS256', `${other}, rightly signed`, signedAs(keys, 'HS256', other)]),
    ...[['RS256', 'rs256'], ['ES256', 'es256'], ['HS256', 'hs256'], ['HS256', 'Hs256']].map(([alg, name]) =>
      [alg, `alg ${name}`, token(keys, alg, header(name))]),
  ],
  5: (keys) => [['r = s = 0', () => zeros(64)], ['r = 0', (s) => Buffer.concat([zeros(32), s.subarray(32)])],
    ['s = 0', (s) => Buffer.concat([s.subarray(0, 32), zeros(32)])],
    ['r = n', (s) => Buffer.concat([bytes32(P256_ORDER), s.subarray(32)])],
    ['s = n', (s) => Buffer.concat([s.subarray(0, 32), bytes32(P256_ORDER)])],
    ['r = s = n', () => Buffer.concat([bytes32(P256_ORDER), bytes32(P256_ORDER)])],
  ].map(([what, change]) => ['ES256', what, withSignature(keys, 'ES256', change)]),
  6: (keys) => [['DER', (s) => der(halves(s))], ['63 bytes', (s) => s.subarray(0, 63)],
    ['65 bytes, zero behind', (s) => Buffer.concat([s, zeros(1)])], ['65 bytes, zero before', (s) => Buffer.concat([zeros(1), s])],
    ['66 bytes, each half with a zero before', (s) => Buffer.concat(halves(s).flatMap((half) => [zeros(1), half]))],
    ['128 bytes, each half with zeros before', (s) => Buffer.concat(halves(s).flatMap((half) => [zeros(32), half]))],
    ['20 kB', (s) => Buffer.concat([s, zeros(20000)])],
  ].map(([what, change]) => ['ES256', `signature as ${what}`, withSignature(keys, 'ES256', change)]),
  7: (keys) => {
    const identity = Buffer.from([1, ...zeros(31)]);
    return [['S + L', (s) => Buffer.concat([s.subarray(0, 32), little(bytes32(big(little(s.subarray(32))) + ED25519_ORDER))])],
      ['63 bytes', (s) => s.subarray(0, 63)], ['65 bytes', (s) => Buffer.concat([s, zeros(1)])],
      ['128 bytes', (s) => Buffer.concat([s, s])], ['R = identity, S = 0', () => Buffer.concat([identity, zeros(32)])],
      ['zeros', () => zeros(64)],
    ].map(([what, change]) => ['EdDSA', `signature: ${what}`, withSignature(keys, 'EdDSA', change)]);
  },
  8: (keys) => [['16 bytes', (s) => s.subarray(0, 16)], ['31 bytes', (s) => s.subarray(0, 31)], ['one byte', (s) => s.subarray(0, 1)],
    ['33 bytes', (s) => Buffer.concat([s, zeros(1)])], ['doubled', (s) => Buffer.concat([s, s])], ['empty', () => zeros(0)],
  ].map(([what, change]) => ['HS256', `tag: ${what}`, withSignature(keys, 'HS256', change)]),
  9: (keys, forger) => {
    const secret = { kty: 'oct', k: base64url(forger.HS256.secret) };
    const { kid, ...rsa } = publicJwk(forger, 'RS256');
    const { kid: same, ...ec } = publicJwk(forger, 'ES256');
    const x5c = [forger.RS256.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')];
    return [['RS256', 'jwk', rsa], ['ES256', 'jwk', ec], ['HS256', 'jwk', secret], ['RS256', 'x5c', x5c],
      ['RS256', 'jku', 'https://127.0.0.1:1/jwks'], ['RS256', 'x5u', 'https://127.0.0.1:1/cert.pem'],
    ].map(([alg, name, value]) => [alg, `brings its own ${name}`, token(forger, alg, header(alg, { [name]: value }))]);
  },
  10: () => [['../../../../dev/null', ''], ["' UNION SELECT 'secret", 'secret'], ['https://127.0.0.1:1/key', '']].map(([kid, secret]) => {
    const input = signingInput(header('HS256', { kid }), claims());
    return ['HS256', `kid ${kid}`, `${input}.${base64url(hmac(secret, input))}`];
  }),
  11: (keys) => [['an unknown name', { crit: ['x'], x: 1 }], ['an empty list', { crit: [] }], ['a registered name', { crit: ['alg'] }],
    ['a name twice', { crit: ['x', 'x'], x: 1 }], ['no list', { crit: 'x', x: 1 }], ['a name that is not in the header', { crit: ['x'] }],
    ['null', { crit: null }],
  ].map(([what, more]) => ['HS256', `crit: ${what}`, token(keys, 'HS256', header('HS256', more))]),
  12: (keys) => {
    const head = header('HS256', { b64: false, crit: ['b64'] });
    const raw = `${base64url(JSON.stringify(head))}.${plainClaims()}`;
    return [
      ['HS256', 'b64 false, not in crit', token(keys, 'HS256', header('HS256', { b64: false }))],
      ['HS256', 'b64 false and critical, payload encoded', token(keys, 'HS256', head)],
      ['HS256', 'b64 false and critical, signed over the bytes',
        `${signingInput(head, claims())}.${base64url(signature(keys, 'HS256', raw))}`],
    ];
  },
  13: (keys) => [
    ...[['alg twice', '"alg":"HS256"'], ['alg none last', '"alg":"none"'], ['kid twice', '"kid":"key-1"'], ['typ twice, escaped', '"t\\u0079p":"JWT"'],
    ].map(([what, more]) => ['HS256', `header: ${what}`, token(keys, 'HS256', inside(plainHeader('HS256'), more))]),
    ['HS256', 'header: alg none first', token(keys, 'HS256', `{"alg":"none",${plainHeader('HS256').slice(1)}`)],
    ...[['iss', `"${issuer}"`], ['exp', '4102444800'], ['sub', '"somebody else"'], ['aud', `"${audience}"`], ['unknown":1,"unknown', '2'],
    ].map(([name, json]) => ['HS256', `claims: ${name} twice`, token(keys, 'HS256', header('HS256'), inside(plainClaims(), `"${name}":${json}`))]),
    ['HS256', 'claims: exp past, then valid', token(keys, 'HS256', header('HS256'), `{"exp":1,${plainClaims().slice(1)}`)],
    ['HS256', 'claims: another iss, then ours', token(keys, 'HS256', header('HS256'), `{"iss":"https://evil.example",${plainClaims().slice(1)}`)],
    ['HS256', 'claims: iss twice, escaped', token(keys, 'HS256', header('HS256'), `{"\\u0069ss":"https://evil.example",${plainClaims().slice(1)}`)],
  ],
  14: (keys) => {
    const good = token(keys, 'HS256');
    // Blanks until base64 has two '=' behind.
    const padded = (text) => Buffer.from(text.padEnd(text.length + (4 - (text.length % 3)) % 3)).toString('base64')
      .replaceAll('+', '-').replaceAll('/', '_');
    const signed = (input) => `${input}.${base64url(signature(keys, 'HS256', input))}`;
    return [
      ['HS256', 'padding behind the signature', `${good}=`],
      ['ES256', 'padding behind the signature', `${token(keys, 'ES256')}==`],
      ['HS256', 'a newline in the signature', `${good.slice(0, -8)}\n${good.slice(-8)}`],
      ['HS256', 'a blank in the signature', `${good.slice(0, -8)} ${good.slice(-8)}`],
      ['HS256', 'junk in the signature', `${good.slice(0, -8)}!${good.slice(-8)}`],
      ['HS256', "the alphabet with '+' and '/'", otherAlphabet(keys, 'HS256')],
      ['ES256', "the alphabet with '+' and '/'", otherAlphabet(keys, 'ES256')],
      ...['HS256', 'RS256', 'ES256', 'EdDSA'].map((alg) => [alg, 'an unused bit set', unusedBit(token(keys, alg))]),
      ['HS256', 'header padded, signed so', signed(`${padded(plainHeader('HS256'))}.${base64url(plainClaims())}`)],
      ['HS256', 'claims padded, signed so', signed(`${base64url(plainHeader('HS256'))}.${padded(plainClaims())}`)],
    ];
  },
  15: (keys) => {
    const good = token(keys, 'HS256');
    return [['four segments', `${good}.AAAA`], ['five segments', `${good}.AAAA.AAAA`], ['a dot behind', `${good}.`], ['a dot before', `.${good}`],
      ['a blank behind', `${good} `], ['a blank before', ` ${good}`], ['a newline behind', `${good}\n`], ['100 kB of dots', '.'.repeat(100000)],
      ['an empty text', ''],
    ].map(([what, text]) => ['HS256', what, text]);
  },
  16: (keys) => {
    const compact = token(keys, 'HS256');
    const [head, payload, tag] = compact.split('.');
    const evil = base64url(JSON.stringify(claims({ sub: 'somebody else' })));
    return [
      ['HS256', 'flattened JSON', JSON.stringify({ payload, protected: head, signature: tag })],
      ['HS256', 'general JSON', JSON.stringify({ payload, signatures: [{ protected: head, signature: tag }] })],
      ['HS256', 'JSON that splits into other parts', `{"  ${head}.${evil}.${tag}":"","protected":"${head}","payload":"${payload}","signature":"${tag}"}`],
    ];
  },
  17: (keys) => [['exp', '"4102444800"'], ['exp', 'null'], ['exp', 'true'], ['exp', '-1'], ['exp', '1e400'], ['exp', '9223372036854775808'],
    ['exp', undefined], ['exp', '1750000001'], ['exp', '[4102444800]'], ['nbf', '"1750000000"'], ['nbf', 'null'], ['nbf', '4102444800'], ['nbf', '1e400'],
    ['iat', '"1750000000"'], ['iat', 'null'],
  ].map(([name, json]) => ['HS256', `${name} ${json ?? 'missing'}`, token(keys, 'HS256', header('HS256'), claimsWith(name, json))]),
  18: (keys) => [['iss', `"${issuer.slice(0, -1)}"`], ['iss', `"${issuer}.evil.example"`], ['iss', `["${issuer}"]`], ['iss', undefined], ['iss', `"${issuer}\\u0000x"`],
    ['aud', undefined], ['aud', '1'], ['aud', `[["${audience}"]]`], ['aud', `{"${audience}":1}`], ['aud', `"${audience}\\u0000x"`],
    ['aud', `"${audience.slice(0, -1)}"`], ['aud', '["https://other.example"]'], ['aud', '[]'], ['aud', 'null'],
  ].map(([name, json]) => ['HS256', `${name} ${json ?? 'missing'}`, token(keys, 'HS256', header('HS256'), claimsWith(name, json))]),
  19: (keys) => {
    const head = plainHeader('HS256');
    const body = plainClaims();
    const odd = (from, to) => (text) => Buffer.from(text.replace(from, to), 'latin1');
    const changes = { 'bytes behind': (text) => `${text}x`, 'two objects': (text) => text + text, 'a list around': (text) => `[${text}]`,
      'a byte order mark': (text) => `\ufeff${text}`, 'a comment': (text) => `/**/${text}`, 'a comma behind': (text) => inside(text, '').replace(/,}$/, ',}') };
    return [
      ...Object.entries(changes).flatMap(([what, change]) => [['HS256', `header: ${what}`, token(keys, 'HS256', change(head))],
        ['HS256', `claims: ${what}`, token(keys, 'HS256', header('HS256'), change(body))]]),
      ['HS256', 'claims: invalid UTF-8', token(keys, 'HS256', header('HS256'), odd('Ann', 'Ann\xff')(body))],
      ['HS256', 'claims: a raw newline in a string', token(keys, 'HS256', header('HS256'), body.replace('Ann', 'Ann\n'))],
      ['HS256', 'claims: NaN', token(keys, 'HS256', header('HS256'), inside(body, '"x":NaN'))],
      ['HS256', 'claims: an empty text', token(keys, 'HS256', header('HS256'), '')],
      ['HS256', 'header: invalid UTF-8', token(keys, 'HS256', odd('JWT"', 'JWT","x":"\xff"')(head))],
    ];
  },
  20: () => [['3,000 lists', 3000, '[', ']'], ['100,000 lists', 100000, '[', ']'], ['20,000 objects', 20000, '{"a":', '}']].map(([what, depth, open, close]) =>
    ['HS256', `unsigned header with ${what} in one another`,
      `${base64url(inside(plainHeader('HS256'), `"x":${nested(depth, open, close).replace(':}', ':1}')}`))}.${base64url(plainClaims())}.AAAA`]),
  21: (keys) => [['dpop+jwt'], ['logout+jwt'], ['at+jwt'], [1]].map(([typ]) => ['HS256', `typ ${typ} where JWT is expected`, token(keys, 'HS256', header('HS256', { typ }))]),
  25: (keys) => {
    const contentKey = randomBytes(32);
    return [['HS256', 'JWE dir with the secret', encrypted('dir', keys.HS256.secret, '')],
      ['RS256', 'JWE RSA-OAEP-256 to the public key', encrypted('RSA-OAEP-256', contentKey, oaepWrapped(keys.RS256.publicKey, contentKey))]];
  },
};

// [{group, alg, typ, what, text}], each to be refused.
export function badTokens(keys, forger) {
  return Object.entries(groups).flatMap(([group, make]) =>
    make(keys, forger).map(([alg, what, text]) => ({ group, alg, typ: 'JWT', what, text })));
}

// [{alg, typ, what, text}], each to be accepted: RFC 7519 and 8259 allow them.
export function goodTokens(keys) {
  const with_ = (what, body, head = header('HS256'), typ = 'JWT') => ({ alg: 'HS256', typ, what, text: token(keys, 'HS256', head, body) });
  return [
    with_('aud a list with ours', claims({ aud: ['https://other.example', audience] })),
    with_('exp 4102444800.5', claimsWith('exp', '4102444800.5')),
    with_('exp 4.1024448e9', claimsWith('exp', '4.1024448e9')),
    with_('escapes in iss', claimsWith('iss', '"https:\\/\\/id.ex\\u0061mple.com"')),
    with_('typ at+jwt', claims(), header('HS256', { typ: 'at+jwt' }), 'at+jwt'),
    with_('unknown names', claims({ unknown: { deep: [[1.5e3, null]] } }), header('HS256', { x: { y: [] } })),
    with_('white space', ` {\n\t${plainClaims().slice(1)}\r\n`),
    with_('4 KB of claims', claims({ long: 'x'.repeat(4000) })),
  ];
}
