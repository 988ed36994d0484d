// tabs.ts - the tabs of one origin: one acts, the others hear of it. (CHECKS D17)
//
// Web Locks elect the tab that acts; a BroadcastChannel carries what it got. A
// browser without locks is served by word of mouth, and by the server, which
// answers a repeated refresh with the same successor.
import type { Channel, Environment } from './environment.ts';

export interface TokenWord {
  type: 'token';
  signIn: boolean; // a new sign-in, not a renewal
  answer: unknown; // the token answer, as the server gave it
  age: number; // milliseconds, when sent
  wall: number; // the sender's wall clock: the same machine as ours, whatever it says
}

export type Word = TokenWord | { type: 'renewing' } | { type: 'signed-out'; sessionId: string | null };

const kLockWait = 10_000; // a frozen tab may hold the lock: then act without it
const kWordWait = 200; // the lock can arrive before the word of the tab that had it
const kWordOfMouth = 3_000; // how long another tab's "renewing" keeps us waiting

export class Tabs {
  readonly #env: Environment;
  readonly #name: string;
  readonly #channel: Channel | undefined;
  readonly #waiting = new Set<() => void>();
  #othersUntil = 0;

  constructor(env: Environment, name: string, heard: (word: Word) => void) {
    this.#env = env;
    this.#name = name;
    this.#channel = env.channel(name);
    this.#channel?.listen((message) => this.#hear(message as Word, heard));
  }

  tell(word: Word): void {
    this.#channel?.post(word);
  }

  close(): void {
    this.#channel?.close();
  }

  // Runs `work` while no other tab runs it. If another tab was before us, it is
  // given a moment to say what it got, so that `work` may find nothing to do.
  async alone(work: () => Promise<void>): Promise<void> {
    if (!this.#env.locks) return this.#aloneByWord(work);
    const ran = await this.#env.locks.request(this.#name, { ifAvailable: true }, async (lock) => {
      if (!lock) return false;
      await work();
      return true;
    });
    if (!ran) await this.#aloneAfterOthers(this.#env.locks, work);
  }

  async #aloneAfterOthers(locks: Pick<LockManager, 'request'>, work: () => Promise<void>): Promise<void> {
    const given = this.#nextWord(kLockWait + kWordWait);
    const patience = new AbortController();
    const callOff = this.#env.after(kLockWait, () => patience.abort());
    let begun = false;
    const late = async () => {
      begun = true;
      callOff();
      await Promise.race([given.heard, this.#pause(kWordWait)]);
      given.stop();
      await work();
    };
    try {
      await locks.request(this.#name, { signal: patience.signal }, late);
    } catch (error) {
      if (begun) throw error;
      await late();
    }
  }

  async #aloneByWord(work: () => Promise<void>): Promise<void> {
    await this.#pause(this.#env.random() * 50); // tabs that wake together do not speak at once
    const others = this.#othersUntil - this.#env.monotonic();
    if (others > 0) {
      const word = this.#nextWord(others);
      await word.heard;
      word.stop();
    } else {
      this.tell({ type: 'renewing' });
    }
    await work();
  }

  #hear(word: Word, heard: (word: Word) => void): void {
    if (word.type === 'renewing') {
      this.#othersUntil = this.#env.monotonic() + kWordOfMouth;
      return;
    }
    this.#othersUntil = 0;
    heard(word);
    this.#waiting.forEach((wake) => wake());
  }

  #nextWord(milliseconds: number): { heard: Promise<void>; stop: () => void } {
    let stop = () => {};
    const heard = new Promise<void>((resolve) => {
      const callOff = this.#env.after(milliseconds, resolve);
      this.#waiting.add(resolve);
      stop = () => {
        callOff();
        this.#waiting.delete(resolve);
      };
    });
    return { heard, stop };
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#env.after(milliseconds, resolve));
  }
}
