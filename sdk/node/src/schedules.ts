// schedules.ts - when the issuer is asked again. Milliseconds; time is passed in.
//
// All verifiers of an issuer lose their streams at the same moment when it restarts:
// each waits for another time.

const kReconnectAtLeast = 100;
const kReconnectFirst = 1_000;
const kReconnectLast = 10_000;

export class ReconnectSchedule {
  #bound = kReconnectFirst;

  // From kReconnectAtLeast to a bound that doubles from the first to the last; `jitter`, 0 to 1, says where.
  wait(jitter: number): number {
    const bound = this.#bound;
    this.#bound = Math.min(bound * 2, kReconnectLast);
    return kReconnectAtLeast + (bound - kReconnectAtLeast) * jitter;
  }

  // What was asked for came: the next time begins again.
  succeeded(): void {
    this.#bound = kReconnectFirst;
  }
}

const kFreshAtLeast = 60_000;
const kFreshAtMost = 3_600_000;
const kFreshUnsaid = 300_000;
const kFirstBackoff = 500;
const kLastBackoff = 60_000;
const kCooldown = 30_000;

// For a key set.
export class RefetchSchedule {
  #due: number;
  #backoff = kFirstBackoff;
  #lastAsked = Number.NEGATIVE_INFINITY;

  // The first fetch is due at once.
  constructor(now: number) {
    this.#due = now;
  }

  get due(): number {
    return this.#due;
  }

  // A token named a kid that the set does not have: whether to fetch now, for the cooldown since
  // the last such fetch is over.
  asked(now: number): boolean {
    if (now < this.#lastAsked + kCooldown) return false;
    this.#lastAsked = now;
    return true;
  }

  // A fetch came to its end. `jitter`, 0 to 1, spreads the verifiers of one issuer: a fresh set is
  // renewed a little early, a failure is retried a little sooner or later.
  succeeded(now: number, maxAge: number | undefined, jitter: number): void {
    this.#backoff = kFirstBackoff;
    const fresh = Math.min(Math.max(maxAge ?? kFreshUnsaid, kFreshAtLeast), kFreshAtMost);
    this.#due = now + fresh * (1 - 0.1 * jitter);
  }

  failed(now: number, jitter: number): void {
    this.#due = now + this.#backoff * (0.75 + 0.5 * jitter);
    this.#backoff = Math.min(this.#backoff * 2, kLastBackoff);
  }
}

// The max-age of a Cache-Control header (RFC 9111 5.2.2.1) in milliseconds, zero for no-store and
// no-cache; undefined when it says nothing about age.
export function findMaxAge(cacheControl: string): number | undefined {
  const directives = cacheControl.toLowerCase().split(',').map((directive) => directive.trim());
  if (directives.includes('no-store') || directives.includes('no-cache')) return 0;
  const seconds = directives.map((directive) => /^max-age=(\d{1,9})$/.exec(directive)?.[1]).find(Boolean);
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
