// token.ts - a signed token taken apart, and checked, in this browser. RFC 7515, RFC 7519.

export type PartName = 'header' | 'claims' | 'signature';

// One member of the header or the claims, and which letters of the encoded
// token carry it: `from` ≤ letter < `to`, counted within its part.
export interface Member {
  name: string;
  value: unknown;
  from: number;
  to: number;
}

export interface TakenApart {
  encoded: Record<PartName, string>;
  header: Member[];
  claims: Member[];
}

export function takeApart(token: string): TakenApart {
  const [header = '', claims = '', signature = ''] = token.split('.');
  return {
    encoded: { header, claims, signature },
    header: membersOf(bytesOf(header)),
    claims: membersOf(bytesOf(claims)),
  };
}

export function memberOf(members: Member[], name: string): unknown {
  return members.find((member) => member.name === name)?.value;
}

export type Verdict =
  | { outcome: 'genuine'; kid: string; alg: string; ms: number }
  | { outcome: 'forged'; kid: string; alg: string; ms: number }
  | { outcome: 'unknown'; reason: string };

// Checks the signature with the key that the issuer publishes under the token's
// "kid". Really: by the browser's own cryptography, over the bytes as they came.
export async function checkSignature(token: string, issuer: string): Promise<Verdict> {
  const { encoded, header } = takeApart(token);
  const alg = String(memberOf(header, 'alg'));
  const kid = String(memberOf(header, 'kid'));
  const algorithm = kAlgorithms[alg];
  if (!algorithm) return { outcome: 'unknown', reason: `this page does not know the algorithm ${alg}` };
  try {
    const jwk = (await publishedKeys(issuer, kid)).find((key) => key['kid'] === kid);
    if (!jwk) return { outcome: 'unknown', reason: `the issuer publishes no key ${kid}` };
    const key = await crypto.subtle.importKey('jwk', publicMembers(jwk), algorithm.key, false, ['verify']);
    const signed = new TextEncoder().encode(`${encoded.header}.${encoded.claims}`);
    const began = performance.now();
    const holds = await crypto.subtle.verify(algorithm.check, key, bytesOf(encoded.signature), signed);
    return { outcome: holds ? 'genuine' : 'forged', kid, alg, ms: performance.now() - began };
  } catch (error) {
    return { outcome: 'unknown', reason: String(error) };
  }
}

const kAlgorithms: Record<string, { key: AlgorithmIdentifier | EcKeyImportParams | RsaHashedImportParams; check: AlgorithmIdentifier | EcdsaParams }> = {
  ES256: { key: { name: 'ECDSA', namedCurve: 'P-256' }, check: { name: 'ECDSA', hash: 'SHA-256' } },
  RS256: { key: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, check: 'RSASSA-PKCS1-v1_5' },
  EdDSA: { key: 'Ed25519', check: 'Ed25519' },
};

type Jwk = Record<string, string>;
let published: Promise<Jwk[]> | undefined;

// Fetched once, and again when a key is named that was not in it.
async function publishedKeys(issuer: string, kid: string): Promise<Jwk[]> {
  const known = await published?.catch(() => undefined);
  if (known?.some((key) => key['kid'] === kid)) return known;
  published = fetch(`${issuer}/.well-known/jwks.json`, { credentials: 'omit', redirect: 'error' })
    .then((answer) => answer.json())
    .then(({ keys }) => keys as Jwk[]);
  return published;
}

function publicMembers({ kty, crv, x, y, n, e }: Jwk): JsonWebKey {
  return Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined));
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

// The members of one JSON object, and where they stand in it.
function membersOf(json: Uint8Array): Member[] {
  const text = (from: number, to: number) => new TextDecoder().decode(json.subarray(from, to));
  const members: Member[] = [];
  for (const [from, to] of spansOf(json)) {
    const [[name, value] = ['', undefined]] = Object.entries(JSON.parse(`{${text(from, to)}}`));
    // Six bits a letter, eight bits a byte.
    members.push({ name, value, from: Math.floor((from * 8) / 6), to: Math.ceil((to * 8) / 6) });
  }
  return members;
}

// Where the members of the outermost object begin and end, in bytes. All that
// JSON is built of is ASCII, so bytes will do.
function spansOf(json: Uint8Array): [number, number][] {
  const spans: [number, number][] = [];
  let depth = 0;
  let inString = false;
  let from = 0;
  for (let at = 0; at < json.length; at++) {
    const letter = String.fromCharCode(json[at]!);
    if (inString) {
      if (letter === '\\') at++;
      else if (letter === '"') inString = false;
      continue;
    }
    const ends = depth === 1 && (letter === ',' || letter === '}');
    if (ends && at > from) spans.push([from, at]);
    if (letter === '"') inString = true;
    if ('{['.includes(letter)) depth++;
    if ('}]'.includes(letter)) depth--;
    if (depth === 1 && (ends || letter === '{')) from = at + 1;
  }
  return spans;
}
