// api.ts - a call to Signet's own interface: JSON, refusals, and patience.
import type { Environment } from './environment.ts';
import { refusalOf, SignetError } from './error.ts';
import type { Tell, Wire } from './wire.ts';

export interface Call {
  method: string;
  path: string;
  body?: unknown;
  bearer?: string | undefined;
  // Whether it may be sent again when no answer came: then it may have been done.
  repeatable: boolean;
}

const kAnswerWait = 20_000; // milliseconds
const kBusyTries = 8;
const kLongestBusyWait = 60; // seconds

export class Api {
  readonly #env: Environment;
  readonly #wire: Wire;
  readonly #tell: Tell;
  readonly issuer: string;
  #serverAhead = 0;

  constructor(env: Environment, wire: Wire, tell: Tell, issuer: string) {
    this.#env = env;
    this.#wire = wire;
    this.#tell = tell;
    this.issuer = issuer;
  }

  // The server's clock, as far as its answers let it be known: milliseconds since 1970.
  serverTime(): number {
    return this.#env.wall() + this.#serverAhead;
  }

  // The JSON of a good answer. Waits for the network; repeats once what got no
  // answer; comes back when a busy server (503) said it may. Throws SignetError.
  async call(call: Call): Promise<unknown> {
    let unanswered = 0;
    let busy = 0;
    for (;;) {
      await this.online();
      const sent = await this.#once(call);
      if (!sent) {
        if (!call.repeatable || (++unanswered > 1 && this.#env.online()))
          throw new SignetError('unreachable', 'The server cannot be reached.');
        await this.#wait('unreachable', 0.5 + 0.5 * this.#env.random());
        continue;
      }
      if (sent.response.ok) return sent.body;
      const refusal = refusalOf(sent.response, sent.body);
      if (refusal.status !== 503 || ++busy > kBusyTries) throw refusal;
      // The server says when; a little more, so that all who heard it do not come at once.
      const seconds = Math.min(refusal.retryAfter ?? 2 ** (busy - 1), kLongestBusyWait);
      await this.#wait('busy', Math.max(seconds, 0.5) * (1 + 0.2 * this.#env.random()));
    }
  }

  // Resolves when the browser is online, at once if it is.
  async online(): Promise<void> {
    if (this.#env.online()) return;
    this.#tell({ type: 'waiting', at: this.#env.monotonic(), reason: 'offline', seconds: null });
    await new Promise<void>((resolve) => {
      const stop = this.#env.listen('online', () => {
        stop();
        resolve();
      });
    });
  }

  async #once(call: Call): Promise<{ response: Response; body: unknown } | undefined> {
    const patience = new AbortController();
    const callOff = this.#env.after(kAnswerWait, () => patience.abort());
    try {
      const sent = await this.#wire.sendJson(this.#request(call, patience.signal), call.body);
      this.#setServerClock(sent.response);
      return sent;
    } catch {
      return undefined; // fetch says no more than "no answer"; the event carries its words
    } finally {
      callOff();
    }
  }

  #request({ method, path, body, bearer }: Call, signal: AbortSignal): Request {
    const headers = new Headers({ accept: 'application/json' });
    if (bearer) headers.set('authorization', `Bearer ${bearer}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    return new Request(this.issuer + path, {
      method,
      headers,
      signal,
      credentials: 'include',
      cache: 'no-store',
      redirect: 'error',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  #setServerClock(response: Response): void {
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) this.#serverAhead = date - this.#env.wall();
  }

  #wait(reason: 'busy' | 'unreachable', seconds: number): Promise<void> {
    this.#tell({ type: 'waiting', at: this.#env.monotonic(), reason, seconds });
    return new Promise((resolve) => this.#env.after(seconds * 1000, resolve));
  }
}
