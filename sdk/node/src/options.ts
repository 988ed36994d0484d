// options.ts - how a verifier checks, and which options cannot work.
import { type Addresses, addressesUnder } from './addresses.ts';
import { type Algorithm, isAlgorithm, isSymmetric, kUsualAlgorithms } from './algorithms.ts';
import { type Environment, nodeEnvironment } from './environment.ts';
import type { State } from './freshness.ts';

// What becomes of a token while the state is stale.
export type WhenStale =
  | 'fail_closed' // refused with 503: for money, and whatever an intruder must not do
  | 'until_expiry'; // accepted, unless it is known to be revoked

// A change of state, or something that the operator should know while it stays.
export interface StateReport {
  readonly state: State;
  readonly before: State; // the same where only the problem is new
  readonly problem: string; // one sentence; empty when there is none
}

// Times are in milliseconds.
export interface VerifierOptions {
  issuer: string; // exact text of "iss"; all that is fetched lies under it
  audience: string; // must be among "aud"
  // What `signet verifier add NAME` prints: lets this server follow what is revoked. It also asks about
  // tokens and exchanges session cookies: keep it as you would a password.
  credential?: string;
  // 'ignore': a token is good until it expires, whatever happens. 'follow' needs a credential.
  revocations?: 'follow' | 'ignore';
  whenStale?: WhenStale; // for verify() without another; what is sensitive asks for 'fail_closed' itself
  algorithms?: readonly Algorithm[]; // ES256, EdDSA, Ed25519, RS256; HS256 and the like are refused
  clockSkew?: number; // 30,000; at most 600,000
  realm?: string; // shown in WWW-Authenticate when not empty
  ca?: string; // PEM, for a private CA; the system's without it
  allowPlainHttpOnLoopback?: boolean; // else https only
  // Without news of the issuer; it is heard of each second.
  degradedAfter?: number; // 3,000; from 2,000 to an hour
  staleAfter?: number; // 30,000; above degradedAfter, to a day
  rememberedTokens?: number; // 4,096, about 2 kB each; 0: every request costs a signature check
  patience?: number; // 5,000: how long createVerifier() waits to be live; a day at most
  onState?: (report: StateReport) => void | Promise<void>; // when the state changes, and of each new problem
  environment?: Environment; // for tests
}

export interface CheckedOptions extends Required<Omit<VerifierOptions, 'ca' | 'algorithms' | 'allowPlainHttpOnLoopback'>> {
  readonly ca: string | undefined;
  readonly algorithms: ReadonlySet<Algorithm>;
  readonly addresses: Addresses;
}

// Thrown by createVerifier(), before anything is fetched, and by whatever else takes options.
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  readonly code = 'contradictory_policy';
}

const kNames = {
  issuer: true,
  audience: true,
  credential: true,
  revocations: true,
  whenStale: true,
  algorithms: true,
  clockSkew: true,
  realm: true,
  ca: true,
  allowPlainHttpOnLoopback: true,
  degradedAfter: true,
  staleAfter: true,
  rememberedTokens: true,
  patience: true,
  onState: true,
  environment: true,
} as const satisfies Record<keyof VerifierOptions, true>;

const kDay = 24 * 3_600_000;
const kMostRemembered = 2 ** 20;

// Throws OptionsError.
export function checkOptions(options: VerifierOptions): CheckedOptions {
  checkNames(options, Object.keys(kNames));
  const { issuer, audience, credential = '', revocations = 'follow' } = options;
  if (typeof audience !== 'string' || audience === '') fail('there is no audience');
  checkRevocations(revocations, credential);
  const clockSkew = between(options, 'clockSkew', 30_000, 0, 600_000);
  const degradedAfter = between(options, 'degradedAfter', 3_000, 2_000, 3_600_000);
  return {
    issuer,
    audience,
    credential,
    revocations,
    whenStale: checkWhenStale(options.whenStale) ?? 'until_expiry',
    clockSkew,
    degradedAfter,
    staleAfter: between(options, 'staleAfter', Math.max(30_000, degradedAfter + 1), degradedAfter + 1, kDay),
    rememberedTokens: between(options, 'rememberedTokens', 4_096, 0, kMostRemembered),
    patience: between(options, 'patience', 5_000, 0, kDay),
    algorithms: checkAlgorithms(options.algorithms ?? kUsualAlgorithms),
    realm: options.realm ?? '',
    ca: options.ca,
    onState: options.onState ?? (() => {}),
    environment: options.environment ?? nodeEnvironment(),
    addresses: addresses(issuer, options.allowPlainHttpOnLoopback === true),
  };
}

// That `given` says nothing that nobody would look at: a policy with a typo in it is none. Throws OptionsError.
export function checkNames(given: object, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) fail('the options are no object');
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`there is no option ${JSON.stringify(unknown)}; there are ${known.join(', ')}`);
}

// Throws OptionsError.
export function checkWhenStale(whenStale: WhenStale | undefined): WhenStale | undefined {
  if (whenStale === undefined || whenStale === 'fail_closed' || whenStale === 'until_expiry') return whenStale;
  return fail('whenStale is neither fail_closed nor until_expiry');
}

// A copy, which nobody changes. Throws OptionsError.
export function checkTexts(name: string, texts: readonly string[]): readonly string[] {
  const copy: readonly unknown[] = Array.isArray(texts) ? [...texts] : [''];
  if (copy.every((text): text is string => typeof text === 'string' && text !== '')) return copy;
  return fail(`${name} is not a list of texts`);
}

function addresses(issuer: string, allowPlainHttpOnLoopback: boolean): Addresses {
  try {
    return addressesUnder(issuer, allowPlainHttpOnLoopback);
  } catch (error) {
    return fail((error as Error).message);
  }
}

function checkRevocations(revocations: string, credential: string): void {
  if (revocations !== 'follow' && revocations !== 'ignore') fail("revocations is neither 'follow' nor 'ignore'");
  if (revocations === 'follow' && !credential)
    fail(
      'what is revoked cannot be followed without a credential: make one with `signet verifier add NAME`, or say ' +
        "revocations: 'ignore'",
    );
  if (revocations === 'ignore' && credential) fail('there is a credential, and what is revoked is to be ignored');
  // RFC 6750 2.1, b64token: it goes into a header as it is.
  if (!/^[A-Za-z0-9\-._~+/=]*$/.test(credential)) fail('the credential holds characters that no credential has');
}

function checkAlgorithms(algorithms: readonly Algorithm[]): ReadonlySet<Algorithm> {
  if (algorithms.length === 0) fail('no algorithm is allowed');
  for (const algorithm of algorithms) {
    if (isSymmetric(algorithm)) fail(`${algorithm}: a symmetric key cannot be published`);
    if (!isAlgorithm(algorithm)) fail(`${String(algorithm)} is no algorithm that is served here`);
  }
  return new Set(algorithms);
}

type Numbers = 'clockSkew' | 'degradedAfter' | 'staleAfter' | 'rememberedTokens' | 'patience';

function between(options: VerifierOptions, name: Numbers, usual: number, least: number, most: number): number {
  const value = options[name] ?? usual;
  return Number.isInteger(value) && value >= least && value <= most
    ? value
    : fail(`${name} is ${value}, and not an integer between ${least} and ${most}`);
}

function fail(sentence: string): never {
  throw new OptionsError(sentence);
}
