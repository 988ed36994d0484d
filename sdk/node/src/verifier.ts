// verifier.ts - bearer token in, Principal out.
//
// Knows:  what is asked of a token, and in what order.
// Knows nothing of:  how keys and revocations get here (published_keys.ts, feed.ts), frameworks.
import { type AccessToken, checkTimes, kLargestToken, readAccessToken } from './access_token.ts';
import { findBearer } from './bearer.ts';
import { Feed } from './feed.ts';
import type { State } from './freshness.ts';
import { Http } from './http.ts';
import { findKey, parseSigned, type SignedText, verifiedClaims } from './jws.ts';
import type { KeySet } from './key_set.ts';
import { type CheckedOptions, checkNames, checkOptions, checkWhenStale, type StateReport, type VerifierOptions, type WhenStale } from './options.ts';
import type { Principal } from './principal.ts';
import { PublishedKeys } from './published_keys.ts';
import { invalidToken, isRevoked, noToken, type Refusal, unavailable } from './refusal.ts';
import { Refused } from './refused.ts';
import { RevocationSet } from './revocation_set.ts';
import { prometheusText, type VerifierStatus } from './status.ts';
import { TokenCache } from './token_cache.ts';

const kKeyWait = 2_000; // milliseconds that a token with an unknown kid waits for another look at the keys

export type Verdict = { readonly ok: true; readonly principal: Principal } | { readonly ok: false; readonly refusal: Refusal };

// Discovers what lies under the issuer, and begins to follow it. Resolves when the verifier is
// live, or after `patience` all the same: until then verify() refuses with 503. Throws
// OptionsError when the options cannot work.
export async function createVerifier(options: VerifierOptions): Promise<Verifier> {
  const checked = checkOptions(options);
  const verifier = new Verifier(checked);
  await verifier.start(checked.patience);
  return verifier;
}

export class Verifier {
  readonly #options: CheckedOptions;
  readonly #http: Http;
  readonly #keys: PublishedKeys;
  readonly #feedKeys: PublishedKeys;
  readonly #set = new RevocationSet();
  readonly #feed: Feed | undefined; // undefined where what is revoked is ignored
  readonly #seen: TokenCache;
  #seenWith = 0; // the generation of the keys that #seen was checked with
  #reported: { state: State; problem: string } = { state: 'starting', problem: '' };
  #isClosed = false;
  #becameLive = () => {};

  // For createVerifier().
  constructor(options: CheckedOptions) {
    const { environment: env, addresses, issuer, credential, clockSkew } = options;
    this.#options = options;
    this.#http = new Http(options.ca);
    const changed = () => this.#report();
    const keyRevoked = () => void this.#keys.fetchAnew();
    this.#keys = new PublishedKeys(env, this.#http, addresses.keys, changed);
    this.#feedKeys = new PublishedKeys(env, this.#http, addresses.revocationKeys, changed);
    this.#seen = new TokenCache(options.rememberedTokens);
    const own = { env, http: this.#http, addresses, keys: this.#feedKeys, set: this.#set };
    if (options.revocations === 'follow')
      this.#feed = new Feed({ ...own, issuer, credential, limits: options, clockSkew, changed, keyRevoked });
  }

  // For createVerifier().
  async start(patience: number): Promise<void> {
    this.#keys.start();
    if (this.#feed) {
      this.#feedKeys.start();
      this.#feed.start();
    }
    const live = Promise.all([this.#keys.arrives(), this.#feed && new Promise<void>((resolve) => (this.#becameLive = resolve))]);
    let timer: NodeJS.Timeout | undefined;
    const lost = new Promise<void>((resolve) => (timer = setTimeout(resolve, patience))); // it keeps the process alive until then
    await Promise.race([live, lost]);
    clearTimeout(timer);
  }

  // `authorization` is the value of the request's Authorization header, undefined or empty when
  // there is none. Whatever a stranger sends, it throws nothing; OptionsError for options that it does not know.
  //
  // 401 without an error when there is no bearer token; 401 with invalid_token when there is one
  // that does not hold, with `revoked` when it held before; 503 without keys, while starting, and
  // while stale where that is to fail closed. Costs a signature check for a token not seen before;
  // expiry and revocation are looked at each time.
  async verify(authorization: string | null | undefined, options: { whenStale?: WhenStale } = {}): Promise<Verdict> {
    checkNames(options, ['whenStale']);
    const whenStale = checkWhenStale(options.whenStale) ?? this.#options.whenStale;
    const text = findBearer(authorization);
    if (text === undefined) return refused(noToken(this.#options.realm));
    try {
      const before = this.#noNews(whenStale);
      if (before) return refused(before);
      const token = this.#find(text) ?? (await this.#check(text));
      if (!token) return refused(unavailable('The keys to check tokens with are not here yet.'));
      return this.#judge(text, token, whenStale);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return refused(invalidToken(error.code, this.#options.realm));
    }
  }

  // As it stands in WWW-Authenticate.
  get realm(): string {
    return this.#options.realm;
  }

  // How current what is known to be revoked is now. With revocations: 'ignore' it is starting until
  // there are keys, and live then.
  get state(): State {
    if (this.#feed) return this.#feed.state;
    return this.#keys.current ? 'live' : 'starting';
  }

  // Whether tokens can be checked. For a readiness probe.
  get ready(): boolean {
    return !this.#isClosed && this.#keys.current !== undefined && this.#feed?.state !== 'starting';
  }

  status(): VerifierStatus {
    return {
      state: this.state,
      keys: this.#keys.current?.size ?? 0,
      sequence: this.#feed?.sequence ?? 0,
      entries: this.#set.size,
      ageOfHeartbeat: Math.floor(this.#feed?.age ?? 0),
      clockOffset: this.#feed?.clockOffset ?? 0,
      reconnects: this.#feed?.reconnects ?? 0,
      resyncs: this.#feed?.resyncs ?? 0,
    };
  }

  // The same in Prometheus' text form, each name beginning with signet_verifier_; for the
  // application to add to its own.
  metrics(): string {
    return prometheusText(this.status());
  }

  // Ends what is under way. From then on every token is refused with 503.
  close(): void {
    this.#isClosed = true;
    this.#feed?.close();
    this.#feedKeys.close();
    this.#keys.close();
    this.#http.close();
  }

  // ---- one token

  // Why no token can be judged now.
  #noNews(whenStale: WhenStale): Refusal | undefined {
    if (this.#isClosed) return unavailable('Tokens are not checked here any more.');
    const state = this.#feed?.state;
    if (state === 'starting') return unavailable('What is revoked is not known here yet.');
    if (state === 'stale' && whenStale === 'fail_closed')
      return unavailable('What has been revoked meanwhile is not known here.');
    return undefined;
  }

  // What is looked at each time, and last: a check of a signature takes a moment. Throws Refused.
  #judge(text: string, token: AccessToken, whenStale: WhenStale): Verdict {
    const after = this.#noNews(whenStale);
    if (after) return refused(after);
    const now = this.#options.environment.wall();
    if (now >= token.expiresAt + this.#options.clockSkew) this.#seen.drop(text);
    checkTimes(token, now, this.#options.clockSkew);
    const { principal } = token;
    const revoked = this.#set.find(principal, token.time);
    return revoked ? refused(isRevoked(revoked, this.#options.realm)) : { ok: true, principal };
  }

  #find(text: string): AccessToken | undefined {
    if (!this.#keys.current) return undefined;
    if (this.#seenWith !== this.#keys.generation) {
      this.#seen.clear();
      this.#seenWith = this.#keys.generation;
    }
    return this.#seen.find(text);
  }

  // undefined without keys. Throws Refused.
  async #check(text: string): Promise<AccessToken | undefined> {
    const signed = parseSigned(text, kLargestToken);
    for (;;) {
      const keys = await this.#keysWith(signed);
      if (!keys) return undefined;
      const generation = this.#keys.generation;
      const key = findKey(signed, keys, this.#options.algorithms);
      const token = readAccessToken(signed, await verifiedClaims(signed, key), this.#options);
      if (generation !== this.#keys.generation) continue; // the key may be gone from the set meanwhile
      checkTimes(token, this.#options.environment.wall(), this.#options.clockSkew);
      if (this.#seenWith === generation) this.#seen.add(text, token);
      return token;
    }
  }

  // A key that is new may be published already.
  async #keysWith({ kid, algorithm }: SignedText): Promise<KeySet | undefined> {
    const isAllowed = (this.#options.algorithms as ReadonlySet<string>).has(algorithm);
    if (!isAllowed || !this.#keys.current || this.#keys.current.find(kid)) return this.#keys.current;
    let callOff = () => {};
    const enough = new Promise<void>((resolve) => (callOff = this.#options.environment.after(kKeyWait, resolve)));
    await Promise.race([this.#keys.lookAgain(kid), enough]);
    callOff();
    return this.#keys.current;
  }

  // ---- telling

  #problem(): string {
    if (this.#keys.problem) return `the issuer's keys: ${this.#keys.problem}`;
    return this.#feed?.problem ?? '';
  }

  #report(): void {
    const { state } = this;
    if (this.#feed && this.#feed.state !== 'starting') this.#becameLive();
    const problem = this.#problem();
    const before = this.#reported;
    this.#reported = { state, problem };
    if (this.#isClosed || (state === before.state && (!problem || problem === before.problem))) return;
    void this.#tell({ state, before: before.state, problem });
  }

  // A function of the application's, perhaps an asynchronous one: what it throws must end neither the feed nor the process.
  async #tell(report: StateReport): Promise<void> {
    try {
      await this.#options.onState(report);
    } catch (error) {
      process.emitWarning(`onState has thrown: ${String(error)}`, 'SignetWarning');
    }
  }
}

function refused(refusal: Refusal): Verdict {
  return { ok: false, refusal };
}
