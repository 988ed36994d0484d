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

  // The notes server says when it begins to refuse the card, wherever the sign-out was. Another card may come then.
  async #listen(): Promise<void> {
    if (this.#listening) return;
    this.#listening = true;
    let wait = kBeforeAsking;
    while (this.state === 'signed-in') wait = (await this.#hear(wait)) ? kBeforeAsking : Math.min(wait * 2, kLongestWait);
    this.#listening = false;
  }

  // True when the card is still good.
  async #hear(wait: number): Promise<boolean> {
    const answer = await until('/until-signed-out', session.token?.value ?? '');
    if (answer?.status === 204) return true;
    if (answer?.status === 200) await this.#tell(answer);
    await pause(wait);
    // Another tab tells this one itself; who signed out elsewhere does not. 401: it was refused before it was asked about.
    const isRefused = answer?.status === 200 || answer?.status === 401;
    if (isRefused && !this.leaving && this.state === 'signed-in') await session.fetch('/profile').catch(() => {});
    return false;
  }

  async #tell(refused: Response): Promise<void> {
    const { milliseconds } = (await refused.json().catch(() => ({}))) as { milliseconds?: number };
    if (!this.leaving && this.state === 'signed-in') log.refusedAtOnce(milliseconds ?? null);
  }

  #look(): void {
    this.left = session.token?.left() ?? 0;
    this.lifetime = session.token?.lifetime ?? 1;
  }
}

const kBeforeAsking = 1_000; // milliseconds
const kLongestWait = 10_000;

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

// The answer, however long it takes; undefined when there is none.
function until(path: string, token: string): Promise<Response | undefined> {
  return fetch(path, { headers: { authorization: `Bearer ${token}` }, cache: 'no-store' }).catch(() => undefined);
}

export const app = new App();
