// attempt.svelte.ts - one press of a button: at work, waiting, refused, or told to slow down.
import { SignetError, type Session, type SessionEvent } from '@signet/browser';
import { countdown, spoken } from './duration.ts';
import { messageOf, type Message } from './messages.ts';

const kCalm = 300; // milliseconds before a spinner is worth showing

const kWaiting = {
  offline: "You're offline.",
  busy: 'The server is busy. Trying again…',
  unreachable: 'No answer yet. Trying again…',
};

export class Attempt {
  busy = $state(false);
  spinning = $state(false);
  waiting = $state(''); // why it takes longer, while it does
  secondsLeft = $state(0); // until another try is allowed
  spokenWait = $state(''); // the same, said once: a screen reader need not hear every second
  #calm: ReturnType<typeof setTimeout> | undefined;

  get locked(): boolean {
    return this.busy || this.secondsLeft > 0;
  }

  get lockedLine(): string {
    return this.secondsLeft > 0 ? `Too many attempts. Try again in ${countdown(this.secondsLeft)}` : '';
  }

  // Does `act` unless it is being done already. Gives what to tell the person,
  // or nothing when it went well. With `leaving` the button comes to rest only
  // after a refusal: the page is about to go.
  async run(session: Session, act: () => Promise<unknown>, leaving = false): Promise<Message | undefined> {
    if (this.locked) return undefined;
    this.busy = true;
    this.#calm = setTimeout(() => (this.spinning = true), kCalm);
    const stop = session.on('event', (event) => this.#heard(event));
    try {
      await act();
      if (!leaving) this.#rest();
      return undefined;
    } catch (error) {
      this.#rest();
      return this.#refused(error);
    } finally {
      stop();
      this.waiting = '';
    }
  }

  #rest(): void {
    clearTimeout(this.#calm);
    this.busy = false;
    this.spinning = false;
  }

  #heard(event: SessionEvent): void {
    if (event.type === 'waiting') this.waiting = kWaiting[event.reason];
    // Back online; what made a busy server busy is still there.
    if (event.type === 'request' && this.waiting === kWaiting.offline) this.waiting = '';
  }

  #refused(error: unknown): Message | undefined {
    if (!(error instanceof SignetError)) throw error;
    if (error.code !== 'slow_down' || !error.retryAfter) return messageOf(error.code);
    this.#countDown(error.retryAfter);
    return undefined;
  }

  #countDown(seconds: number): void {
    const end = performance.now() + seconds * 1000;
    this.spokenWait = `Too many attempts. Try again in ${spoken(seconds)}.`;
    const tick = () => {
      this.secondsLeft = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      if (this.secondsLeft > 0) setTimeout(tick, 250);
      else this.spokenWait = '';
    };
    tick();
  }
}
