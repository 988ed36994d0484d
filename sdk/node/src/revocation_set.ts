// revocation_set.ts - what is revoked, held in memory.
//
// Knows:  which entries refuse a token.
// Knows nothing of:  the log, its order, clocks. Whoever adds and forgets does.
import type { Entry, Kind } from './entry.ts';
import { SubjectMap } from './subject_map.ts';

// By what a token can be revoked. Empty where it says nothing: no entry has such a subject.
export interface TokenNames {
  readonly sessionId: string;
  readonly tokenId: string;
  readonly userId: string;
  readonly clientId: string;
  readonly keyId: string;
}

interface Dated {
  notBefore: number; // milliseconds since 1970
  until: number; // seconds since 1970, rounded up: V8 keeps small integers in place
}

export class RevocationSet {
  readonly #named = { session: new SubjectMap<number>(), token: new SubjectMap<number>(), key: new SubjectMap<number>() };
  readonly #dated = { user: new SubjectMap<Dated>(), client: new SubjectMap<Dated>(), everything: new SubjectMap<Dated>() };
  #looking: Iterator<void> | undefined;
  #forgetBefore = 0;

  // How many entries are held, one for each subject.
  get size(): number {
    return [...Object.values(this.#named), ...Object.values(this.#dated)].reduce((sum, map) => sum + map.size, 0);
  }

  // Once this has returned, find() gives what the entry concerns. Of the same subject the later
  // not-before and the later until win: nothing that is added takes anything back.
  add({ kind, subject, notBefore, until: milliseconds }: Entry): void {
    const until = Math.ceil(milliseconds / 1000);
    if (kind === 'session' || kind === 'token' || kind === 'key') {
      const map = this.#named[kind];
      const held = map.get(subject);
      if (held === undefined) map.set(ownCopy(subject), until);
      else if (held < until) map.set(subject, until);
      return;
    }
    const held = this.#dated[kind].get(subject);
    if (!held) this.#dated[kind].set(ownCopy(subject), { notBefore, until });
    else Object.assign(held, { notBefore: Math.max(held.notBefore, notBefore), until: Math.max(held.until, until) });
  }

  // The first kind of entry that concerns the token issued at `time`; undefined when there is none.
  find({ sessionId, tokenId, userId, clientId, keyId }: TokenNames, time: number): Kind | undefined {
    const { session, token, key } = this.#named;
    if (session.has(sessionId)) return 'session';
    if (token.has(tokenId)) return 'token';
    if (key.has(keyId)) return 'key';
    const { user, client, everything } = this.#dated;
    if (isOlder(time, user.get(userId))) return 'user';
    if (isOlder(time, client.get(clientId))) return 'client';
    return isOlder(time, everything.get('*')) ? 'everything' : undefined;
  }

  hasKey(kid: string): boolean {
    return this.#named.key.has(kid);
  }

  // Looks at `count` entries, each call at others, and drops those whose until is before
  // `before`, to the second, and never sooner; but none of a key, for a key set that was kept may
  // have it for longer than anybody knows. All at once would keep everybody waiting.
  forgetSome(before: number, count: number): void {
    this.#forgetBefore = Math.floor(before / 1000);
    for (let i = 0; i < count; i++) {
      this.#looking ??= this.#lookAtAll();
      if (!this.#looking.next().done) continue;
      this.#looking = undefined;
      return;
    }
  }

  // A map may be changed while it is walked: what is added meanwhile comes too.
  *#lookAtAll(): Generator<void> {
    for (const map of [this.#named.session, this.#named.token])
      for (const [subject, until] of map) {
        if (until < this.#forgetBefore) map.delete(subject);
        yield;
      }
    for (const map of Object.values(this.#dated))
      for (const [subject, { until }] of map) {
        if (until < this.#forgetBefore) map.delete(subject);
        yield;
      }
  }
}

function isOlder(time: number, entry: Dated | undefined): boolean {
  return entry !== undefined && time <= entry.notBefore;
}

// A part of a longer text keeps all of it in memory.
function ownCopy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
