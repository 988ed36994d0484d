// least_time.ts - what time it is at least, for whoever may forget what has ended.
//
// A wall clock that jumps ahead must not make a verifier forget entries whose tokens it
// will accept again when the clock is put right. (CHECKS E26)
import type { Environment } from './environment.ts';

export class LeastTime {
  readonly #clock: Pick<Environment, 'wall' | 'steady'>;
  #wall: number;
  #steady: number;
  #hasBegunAgain = false;

  constructor(clock: Pick<Environment, 'wall' | 'steady'>) {
    this.#clock = clock;
    this.#wall = clock.wall();
    this.#steady = clock.steady();
  }

  // The issuer says that it is `time`. Its first word begins anew, with the earlier of its time and the wall
  // clock's: one that was months behind at the start, and was put right, would have nothing forgotten for months.
  hears(time: number): void {
    if (this.#hasBegunAgain) return;
    this.#hasBegunAgain = true;
    this.#wall = Math.min(time, this.#clock.wall());
    this.#steady = this.#clock.steady();
  }

  // The earlier of the wall clock and one that has run evenly since the beginning.
  now(): number {
    return Math.min(this.#clock.wall(), this.#wall + Math.floor(this.#clock.steady() - this.#steady));
  }
}
