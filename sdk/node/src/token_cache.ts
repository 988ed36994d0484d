// token_cache.ts - tokens whose signature was checked, by their whole text. (CHECKS A38)
//
// Two halves: what comes goes into the young one; once that is full it is the old
// one, and what was old and has not come meanwhile is given up. So nothing is written
// for a token that comes often, and those that came last stay.
//
// Knows nothing of:  times, what is revoked. Both are asked each time that a token comes.
import type { AccessToken } from './access_token.ts';

export class TokenCache {
  readonly #half: number;
  #young = new Map<string, AccessToken>();
  #old = new Map<string, AccessToken>();

  // 0: nothing is remembered.
  constructor(most: number) {
    this.#half = Math.ceil(most / 2);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(text: string): AccessToken | undefined {
    const young = this.#young.get(text);
    if (young) return young;
    const old = this.#old.get(text);
    if (old) this.add(text, old);
    return old;
  }

  add(text: string, token: AccessToken): void {
    if (this.#half === 0) return;
    this.#old.delete(text);
    this.#young.set(text, token);
    if (this.#young.size < this.#half) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  drop(text: string): void {
    this.#young.delete(text);
    this.#old.delete(text);
  }

  // The keys are others now.
  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
