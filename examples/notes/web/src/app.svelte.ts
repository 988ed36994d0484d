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

  constructor() {
    session.on('change', ({ state, user }) => {
      this.state = state;
      this.user = user;
      this.unreachable = false;
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

  #look(): void {
    this.left = session.token?.left() ?? 0;
    this.lifetime = session.token?.lifetime ?? 1;
  }
}

export const app = new App();
