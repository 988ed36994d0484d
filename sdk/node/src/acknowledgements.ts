// acknowledgements.ts - tells the issuer how far its log is applied here: a sign-out waits for it.
//
// One at a time: what is applied meanwhile goes with the next. One that is lost is not
// repeated, for who waited for it has stopped waiting.

export type Send = (stream: string, sequence: number) => Promise<unknown>;

export class Acknowledgements {
  readonly #send: Send;
  #stream = '';
  #applied = 0;
  #said = 0;
  #isSending = false;

  constructor(send: Send) {
    this.#send = send;
  }

  // A stream began, from what was applied.
  streamBegins(stream: string, applied: number): void {
    this.#stream = stream;
    this.#applied = this.#said = applied;
  }

  // All entries up to this one refuse tokens from now on.
  applied(sequence: number): void {
    this.#applied = sequence;
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#said < this.#applied) {
      this.#said = this.#applied;
      await this.#send(this.#stream, this.#said).catch(() => {});
    }
    this.#isSending = false;
  }
}
