// least_time.ts - what time it is at least, for whoever may forget what has ended.
//
// A wall clock that jumps ahead must not make a verifier forget entries whose tokens it
// will accept again when the clock is put right. (CHECKS E26)
import type { Environment } from './environment.ts';

export class LeastTime {
  readonly #clock: Pick<Environment, 'wall' | 'steady'>;
  readonly #wall: number;
  readonly #steady: number;

  constructor(clock: Pick<Environment, 'wall' | 'steady'>) {
    this.#clock = clock;
    this.#wall = clock.wall();
    this.#steady = clock.steady();
  }

  // The earlier of the wall clock and one that has run evenly since the start.
  now(): number {
    return Math.min(this.#clock.wall(), this.#wall + Math.floor(this.#clock.steady() - this.#steady));
  }
}
