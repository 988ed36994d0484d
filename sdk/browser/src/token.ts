// token.ts - an access token in memory, and how much of its life is left.
//
// A life is counted from the moment it was asked for, by the longer of two
// clocks: the monotonic one (a corrected wall clock changes nothing) and the
// wall clock (it goes on while a laptop sleeps). The token's own exp is never
// held against the local clock, which may be an hour wrong. (CHECKS D19)
import type { Environment } from './environment.ts';

type Clock = Pick<Environment, 'monotonic' | 'wall'>;

export interface Moment {
  monotonic: number;
  wall: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonic: clock.monotonic(), wall: clock.wall() };
}

export class Token {
  readonly value: string;
  readonly sessionId: string;
  readonly lifetime: number; // milliseconds, as the server gave it
  readonly #clock: Clock;
  readonly #born: Moment;
  readonly #dueAt: number; // milliseconds of age

  // `jitter`, 0 to 1, spreads the renewals of many browsers over 76 to 84 % of a life.
  constructor(clock: Clock, born: Moment, lifetime: number, value: string, sessionId: string, jitter: number) {
    this.#clock = clock;
    this.#born = born;
    this.#dueAt = lifetime * (0.76 + 0.08 * jitter);
    this.lifetime = lifetime;
    this.value = value;
    this.sessionId = sessionId;
  }

  age(): number {
    const { monotonic, wall } = this.#born;
    return Math.max(this.#clock.monotonic() - monotonic, this.#clock.wall() - wall, 0);
  }

  // Milliseconds until it expires; 0 when it has.
  left(): number {
    return Math.max(this.lifetime - this.age(), 0);
  }

  // Milliseconds until it should be renewed; 0 when it should be now.
  untilDue(): number {
    return Math.max(this.#dueAt - this.age(), 0);
  }

  // Still good for a request that takes a moment to arrive.
  usable(): boolean {
    return this.left() > Math.min(5_000, this.lifetime * 0.1);
  }
}
