// acknowledgements.ts - tells the issuer how far its log is applied here: a sign-out waits for it.
//
// One at a time: what is applied meanwhile goes with the next. One that is lost is not
// repeated, for who waited for it has stopped waiting.
import type { Environment } from './environment.ts';

const kLongest = 5_000; // milliseconds for one, with its answer to the end

export type Send = (stream: string, sequence: number, signal: AbortSignal) => Promise<unknown>;

export class Acknowledgements {
  readonly #clock: Pick<Environment, 'after'>;
  readonly #send: Send;
  #stream = '';
  #applied = 0;
  #said = 0;
  #isSending = false;
  #giveUp = new AbortController();

  constructor(clock: Pick<Environment, 'after'>, send: Send) {
    this.#clock = clock;
    this.#send = send;
  }

  // A stream began, from what was applied. What was said of the one before may hang on a connection as dead as that is.
  streamBegins(stream: string, applied: number): void {
    this.#stream = stream;
    this.#applied = this.#said = applied;
    this.#giveUp.abort();
  }

  // All entries up to this one refuse tokens from now on.
  applied(sequence: number): void {
    this.#applied = sequence;
    if (!this.#isSending) void this.#sendAll();
  }

  close(): void {
    this.#applied = this.#said;
    this.#giveUp.abort();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#said < this.#applied) {
      this.#said = this.#applied;
      const giveUp = (this.#giveUp = new AbortController());
      const callOff = this.#clock.after(kLongest, () => giveUp.abort());
      await this.#send(this.#stream, this.#said, giveUp.signal).catch(() => {});
      callOff();
    }
    this.#isSending = false;
  }
}
