// jws.ts - a signed text: its form, its header, and whether a key of a set signed it. RFC 7515.
//
// The signature is jose's to check. What is checked here is what jose, like most, takes
// more leniently than is good for who remembers tokens by their text. (CHECKS A1 to A20)
import { compactVerify } from 'jose';
import type { Algorithm } from './algorithms.ts';
import type { KeyFinder, VerificationKey } from './key_set.ts';
import { refuse } from './refused.ts';
import { type JsonObject, member, parseObject } from './strict_json.ts';

const kForm = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const kHeaderLimits = { depth: 8, members: 64 };
const kClaimsLimits = { depth: 16, members: 4096 };
const kLongestKid = 128;

export interface SignedText {
  readonly text: string;
  readonly algorithm: string;
  readonly kid: string;
  readonly type: string | undefined; // as the header has it
}

// What the text claims; nothing in it has been checked. Throws Refused.
export function parseSigned(text: string, largest: number): SignedText {
  if (text.length > largest) refuse('token_too_large');
  if (!kForm.test(text)) refuse('malformed_token');
  const [first, , last] = text.split('.', 3) as [string, string, string];
  const header = parseObject(bytesOf(first), kHeaderLimits);
  bytesOf(last);
  if (!header) refuse('malformed_header');
  // RFC 7515 4.1.11, RFC 7797 6
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) refuse('unsupported_critical');
  const [algorithm, kid, type] = ['alg', 'kid', 'typ'].map((name) => member(header, name));
  if (typeof algorithm !== 'string') refuse('malformed_header', 'alg');
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > kLongestKid)) refuse('malformed_header', 'kid');
  if (type !== undefined && typeof type !== 'string') refuse('malformed_header', 'typ');
  return { text, algorithm, kid: kid ?? '', type };
}

// The key that the text names. Throws Refused.
export function findKey(signed: SignedText, keys: KeyFinder, algorithms: ReadonlySet<Algorithm>): VerificationKey {
  if (!(algorithms as ReadonlySet<string>).has(signed.algorithm)) refuse('algorithm_not_allowed');
  const key = keys.find(signed.kid);
  if (!key) refuse('unknown_key');
  if (key.algorithm !== signed.algorithm) refuse('algorithm_mismatch');
  return key;
}

// The claims, if the key signed them. Throws Refused.
export async function verifiedClaims({ text }: SignedText, { key, algorithm }: VerificationKey): Promise<JsonObject> {
  const claims = bytesOf(text.slice(text.indexOf('.') + 1, text.lastIndexOf('.')));
  await compactVerify(text, key, { algorithms: [algorithm] }).catch(() => refuse('bad_signature'));
  return parseObject(claims, kClaimsLimits) ?? refuse('malformed_claims');
}

// RFC 7515 4.1.9: a media type, "application/" left out where no other slash is in it.
export function isOfType({ type = '' }: SignedText, wanted: string): boolean {
  return type.toLowerCase().replace(/^application\/(?=[^/]*$)/, '') === wanted;
}

// Only as an encoder writes it: unused bits that are set would be a second text for the same bytes.
export function bytesOf(base64url: string): Uint8Array {
  const bytes = Buffer.from(base64url, 'base64url');
  if (bytes.toString('base64url') !== base64url) refuse('malformed_token');
  return bytes;
}
