// freshness.ts - how old what is known of the issuer's log may be, without believing any wall clock.
//
// The first message of a stream repeats a nonce that left here at a known moment, so it
// was made after that. From then on how long the issuer has run is only compared with
// itself, and with this machine's steady clock: a message that was held back counts from
// when it was made, whenever it comes.
//
// Knows:  those two clocks, what is how old. Milliseconds.
// Knows nothing of:  logs, entries, wall clocks anywhere, whether all is of the same run.

// How current what is known to be revoked is.
export type State =
  | 'starting' // nothing is known yet: every token is refused with 503
  | 'live' // all that was revoked until a moment ago
  | 'degraded' // the issuer has not been heard of for VerifierOptions.degradedAfter
  | 'stale'; // nor for staleAfter: WhenStale decides

export const kStates: readonly State[] = ['starting', 'live', 'degraded', 'stale'];

export interface FreshnessLimits {
  readonly degradedAfter: number;
  readonly staleAfter: number;
}

export class Freshness {
  readonly #limits: FreshnessLimits;
  #offset = 0; // what is added to the issuer's uptime to have this machine's steady one: at most the truth
  #firstOffset = 0;
  #currentAt: number | undefined;

  constructor(limits: FreshnessLimits) {
    this.#limits = limits;
  }

  // When what is held was all that there was, by this machine's steady clock; undefined before the first time.
  get currentAt(): number | undefined {
    return this.#currentAt;
  }

  // A stream answered: with a message that the issuer made when it had run for `made`, to a nonce
  // that left here at `sent`. False when that took so long that the answer is old already.
  //
  // NB: counted from the earliest moment at which it can have been made, though it was likely
  // later. Who holds the first message back would else make all that follow it look younger than
  // they are, by as much.
  answered({ sent, arrived, made }: { sent: number; arrived: number; made: number }): boolean {
    this.#firstOffset = this.#offset = sent - made;
    return arrived - sent < this.#limits.degradedAfter;
  }

  // Another message of that stream, whatever it says. False when the issuer has run for longer than
  // was known of it, as where this machine's clock stood still, so that only another nonce can tell
  // what is late.
  arrived(arrived: number, made: number): boolean {
    this.#offset = Math.min(this.#offset, arrived - made); // nothing is made later than it comes
    return this.#firstOffset - this.#offset < this.#limits.degradedAfter / 3;
  }

  // All that the issuer knew at `made` is held.
  current(made: number): void {
    const when = made + this.#offset;
    this.#currentAt = Math.max(this.#currentAt ?? when, when);
  }

  // The steady clock stood still for so long: what is known is older than it says, until another stream answers.
  stoodStill(milliseconds: number): void {
    if (this.#currentAt !== undefined) this.#currentAt -= milliseconds;
  }

  // What that makes of a verifier at `now`.
  state(now: number): State {
    if (this.#currentAt === undefined) return 'starting';
    const age = now - this.#currentAt;
    if (age < this.#limits.degradedAfter) return 'live';
    return age < this.#limits.staleAfter ? 'degraded' : 'stale';
  }
}
