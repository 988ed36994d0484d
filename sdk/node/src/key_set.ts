// key_set.ts - the issuer's published keys, each for one algorithm. RFC 7517 5.
//
// Which algorithm a key serves is fixed here, when the set is read; a token that
// says otherwise is refused, whatever its signature. (CHECKS A14, A21, A22)
import { KeyObject } from 'node:crypto';
import { importJWK, type JWK } from 'jose';
import { type Algorithm, findByCurve, fits, isAlgorithm, isSymmetric } from './algorithms.ts';
import { Refused, refuse } from './refused.ts';
import { isObject, type JsonObject, member, parseObject } from './strict_json.ts';

export const kLargestKeySet = 64 * 1024; // bytes
const kMostKeys = 100;
const kLongestKid = 128;
const kShortestModulus = 2048; // bits; RFC 7518 3.3
const kSecretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
}

export class KeySet {
  readonly #keys: ReadonlyMap<string, VerificationKey>;
  readonly #text: string; // two sets with the same one are the same

  constructor(keys: VerificationKey[] = []) {
    this.#keys = new Map(keys.map((key) => [key.kid, key]));
    this.#text = keys
      .map(({ kid, algorithm, key }) => JSON.stringify([kid, algorithm, key.export({ format: 'jwk' })]))
      .sort()
      .join();
  }

  get size(): number {
    return this.#keys.size;
  }

  // Exact match: no other key is tried.
  find(kid: string): VerificationKey | undefined {
    return this.#keys.get(kid);
  }

  equals(other: KeySet): boolean {
    return this.#text === other.#text;
  }
}

// For whoever looks a key up, and may know better than the set.
export type KeyFinder = Pick<KeySet, 'find'>;

// Public keys of a kind that is not served are skipped, as the RFC asks; one that is
// served but wrong refuses the whole set, and so does a secret. Throws Refused.
export async function parseKeySet(json: Uint8Array): Promise<KeySet> {
  if (json.length > kLargestKeySet) refuse('malformed_key', `the set is larger than ${kLargestKeySet} bytes`);
  const set = parseObject(json, { depth: 8, members: 64 * kMostKeys });
  const list = set && member(set, 'keys');
  if (!Array.isArray(list)) refuse('malformed_key', 'not a JWK Set');
  if (list.length > kMostKeys) refuse('malformed_key', `more than ${kMostKeys} keys`);
  const keys: VerificationKey[] = [];
  for (const jwk of list) {
    if (!isObject(jwk)) refuse('malformed_key', 'a key is no object');
    const key = await importKey(jwk);
    if (!key) continue;
    if (keys.some(({ kid }) => kid === key.kid)) refuse('duplicate_kid', 'two keys have one kid');
    keys.push(key);
  }
  return new KeySet(keys);
}

async function importKey(jwk: JsonObject): Promise<VerificationKey | undefined> {
  const [kty, crv] = [member(jwk, 'kty'), member(jwk, 'crv')];
  if (kty === 'oct' || kSecretMembers.some((name) => Object.hasOwn(jwk, name)))
    refuse('key_not_for_this_use', 'a secret is published');
  const algorithm = algorithmOf(jwk);
  if (!algorithm) return undefined;
  if (!fits(algorithm, kty, crv)) refuse('malformed_key', `a key of kty ${String(kty)} says that it is for ${algorithm}`);
  checkUse(jwk);
  const kid = member(jwk, 'kid');
  if (typeof kid !== 'string' || kid === '' || kid.length > kLongestKid)
    refuse('malformed_key', `a key has no kid of 1 to ${kLongestKid} characters`);
  return { kid, algorithm, key: await imported(jwk, algorithm) };
}

// undefined where nothing here serves it.
function algorithmOf(jwk: JsonObject): Algorithm | undefined {
  const name = member(jwk, 'alg');
  if (name === undefined) return findByCurve(member(jwk, 'kty'), member(jwk, 'crv'));
  if (typeof name !== 'string') refuse('malformed_key', 'the alg of a key is no text');
  if (isSymmetric(name)) refuse('key_not_for_this_use', `a published key is for ${name}`);
  return isAlgorithm(name) ? name : undefined;
}

// RFC 7517 4.2, 4.3
function checkUse(jwk: JsonObject): void {
  const [use, operations] = [member(jwk, 'use'), member(jwk, 'key_ops')];
  if (use !== undefined && use !== 'sig') refuse('key_not_for_this_use', 'the use of a key is not "sig"');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify')))
    refuse('key_not_for_this_use', 'the key_ops of a key do not have "verify"');
}

async function imported(jwk: JsonObject, algorithm: Algorithm): Promise<KeyObject> {
  const key = await importJWK(jwk as unknown as JWK, algorithm).catch(() => refuse('malformed_key', `no key for ${algorithm}`));
  if (!(key instanceof KeyObject) || key.type !== 'public') throw new Refused('malformed_key', 'not a public key');
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < kShortestModulus)
    refuse('weak_key', `a modulus of ${modulusLength} bits`);
  if (publicExponent !== undefined && (publicExponent < 3n || publicExponent % 2n === 0n))
    refuse('weak_key', 'an exponent that is even or 1');
  return key;
}
