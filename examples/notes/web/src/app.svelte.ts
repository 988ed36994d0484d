// app.svelte.ts - the session, what it did, and whether Signet can be reached.
import { createSession, SignetError, type SessionState, type User } from '@signet/browser';
import { Log } from './log.svelte.ts';
import { kIssuer, kPeer } from './settings.ts';

export const session = createSession({ issuer: kIssuer, resources: kPeer ? [kPeer] : [], readable: true });
export const log = new Log(session, kIssuer);

class App {
  state = $state<SessionState>('starting');
  user = $state<User | null>(null);
  unreachable = $state(false); // Signet did not answer when it was asked who is signed in
  left = $state(0); // milliseconds of the card's life
  lifetime = $state(1);
  leaving = $state(false); // this page's own sign-out is under way
  #listening = false;

  constructor() {
    session.on('change', ({ state, user }) => {
      this.state = state;
      this.user = user;
      this.unreachable = false;
      if (state === 'signed-in') void this.#listen();
    });
    setInterval(() => this.#look(), 250);
    session.on('event', () => this.#look());
  }

  // Asks Signet, by the cookie, who is signed in.
  async start(): Promise<void> {
    try {
      await session.start();
    } catch (error) {
      this.unreachable = error instanceof SignetError && session.state === 'starting';
    }
  }

  // One sign-out at a time.
  async leave(signOut: () => Promise<void>): Promise<void> {
    if (this.leaving) return;
    this.leaving = true;
    try {
      await signOut();
    } finally {
      this.leaving = false;
    }
  }

  // The notes server says when it begins to refuse the card, wherever the sign-out was.
  async #listen(): Promise<void> {
    if (this.#listening) return;
    this.#listening = true;
    while (this.state === 'signed-in' && !(await this.#hear())) continue;
    this.#listening = false;
  }

  // True when it is refused.
  async #hear(): Promise<boolean> {
    const answer = await until('/until-signed-out', session.token?.value ?? '');
    if (answer?.status === 204) return false;
    if (answer?.status !== 200) return pause(kBeforeAsking, false);
    const { milliseconds } = (await answer.json()) as { milliseconds?: number };
    if (this.leaving || this.state !== 'signed-in') return true;
    log.refusedAtOnce(milliseconds ?? null);
    // Another tab tells this one itself; who signed out elsewhere does not.
    await pause(kBeforeAsking, true);
    if (this.state === 'signed-in') await session.fetch('/profile').catch(() => {});
    return true;
  }

  #look(): void {
    this.left = session.token?.left() ?? 0;
    this.lifetime = session.token?.lifetime ?? 1;
  }
}

const kBeforeAsking = 1_000; // milliseconds

function pause<T>(milliseconds: number, then: T): Promise<T> {
  return new Promise((done) => setTimeout(() => done(then), milliseconds));
}

// The answer, however long it takes; undefined when there is none.
function until(path: string, token: string): Promise<Response | undefined> {
  return fetch(path, { headers: { authorization: `Bearer ${token}` }, cache: 'no-store' }).catch(() => undefined);
}

export const app = new App();
