// session.ts - one person's session in one tab, kept in step with the other tabs.
//
// Knows:  when to renew, what a refusal means, what other tabs said.
// Knows nothing of:  how a request is told (wire.ts), who acts for all (tabs.ts).
import { tokenAnswer, type TokenAnswer } from './answer.ts';
import { Api } from './api.ts';
import { browserEnvironment, type Environment } from './environment.ts';
import { SignetError } from './error.ts';
import type { Change, SessionEvent, SessionState, User } from './events.ts';
import { Tabs, type Word } from './tabs.ts';
import { momentOf, Token, type Moment } from './token.ts';
import { Wire } from './wire.ts';

export interface SessionOptions {
  // Where Signet is, for example "https://id.example.com"; by default the page's own origin.
  issuer?: string;
  // Origins besides the page's and the issuer's that fetch() may carry the token to.
  resources?: string[];
  // Lets 'event' listeners read the answers that fetch() got. Costs a copy of each.
  readable?: boolean;
  environment?: Environment; // for tests
}

export interface Device {
  id: string;
  created_at: string; // RFC 3339
  last_used_at: string;
  expires_at: string;
  address: string;
  user_agent: string;
  client_id: string;
  current: boolean;
}

export interface Listeners {
  change: (change: Change) => void;
  event: (event: SessionEvent) => void;
}

// Milliseconds until a renewal that nobody waits for is tried again: doubled with each failure, up to the second.
const kTryAgain = 30_000;
const kTryAgainAtMost = 300_000;

export function createSession(options: SessionOptions = {}): Session {
  return new Session(options);
}

export class Session {
  readonly #env: Environment;
  readonly #wire: Wire;
  readonly #api: Api;
  readonly #tabs: Tabs;
  readonly #origins: Set<string>;
  readonly #listeners = { change: new Set<Listeners['change']>(), event: new Set<Listeners['event']>() };
  readonly #stops: (() => void)[] = [];

  #state: SessionState = 'starting';
  #user: User | null = null;
  #token: Token | null = null;
  #era = 0; // goes up with each sign-in and sign-out: an answer of an earlier era is too late
  #over: string | null = null; // the session that ended last; no tab's word brings it back
  #wanted = false; // start() was called: keep trying
  #renewing: Promise<void> | undefined;
  #failures = 0; // renewals that failed since the last good answer
  #callOffRenewal = () => {};

  constructor({ issuer, resources = [], readable = false, environment = browserEnvironment() }: SessionOptions) {
    this.#env = environment;
    const home = (issuer ?? environment.origin).replace(/\/+$/, '');
    const tell = (event: SessionEvent) => this.#listeners.event.forEach((heard) => heard(event));
    this.#wire = new Wire(environment, tell, readable);
    this.#api = new Api(environment, this.#wire, tell, home);
    this.#tabs = new Tabs(environment, `signet:${home}`, (word) => this.#heard(word));
    this.#origins = new Set([environment.origin, ...[home, ...resources].map((url) => new URL(url).origin)]);
    this.#stops.push(
      environment.listen('wake', () => this.#woke()),
      environment.listen('restored', () => this.#restored()),
    );
  }

  get state(): SessionState {
    return this.#state;
  }

  get user(): User | null {
    return this.#user;
  }

  // The access token held now. Show it, or hand it to a WebSocket; do not keep it.
  get token(): Token | null {
    return this.#token;
  }

  // The server's clock, in milliseconds since 1970, as far as its answers told.
  serverTime(): number {
    return this.#api.serverTime();
  }

  // Returns what takes the listener away again.
  on<Name extends keyof Listeners>(name: Name, listener: Listeners[Name]): () => void {
    const listeners = this.#listeners[name] as Set<Listeners[Name]>;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  // Finds out who is signed in, by the cookie. Call it once when the page loads.
  // null: nobody. Throws SignetError when the server cannot say; it is asked
  // again when the page wakes, or by another start().
  start(): Promise<User | null> {
    this.#wanted = true;
    if (this.#state !== 'starting') return Promise.resolve(this.#user);
    return this.#renew(null).then(() => this.#user);
  }

  // Throws SignetError: bad_credentials, slow_down (with retryAfter), …
  async signIn(credentials: { email: string; password: string }): Promise<User> {
    const asked = momentOf(this.#env);
    const body = { email: credentials.email, password: credentials.password, delivery: 'cookie' };
    const answer = tokenAnswer(await this.#api.call({ method: 'POST', path: '/api/v1/login', body, repeatable: true }));
    this.#signedIn(answer, asked);
    this.#tabs.tell({ type: 'token', signIn: true, answer, ...this.#sent() });
    return answer.user;
  }

  // Makes the account, and signs in. Throws SignetError: email_taken, password_too_short, …
  async signUp(account: { email: string; password: string; name?: string }): Promise<User> {
    const { email, password, name } = account;
    const body = { email, password, ...(name && { name }) };
    await this.#api.call({ method: 'POST', path: '/api/v1/signup', body, repeatable: false });
    return this.signIn({ email, password });
  }

  // Ends this session at the server, then in every tab. When the server cannot
  // be told, it throws and the person is still signed in: nothing is pretended.
  async signOut(): Promise<void> {
    const bearer = this.#token?.usable() ? this.#token.value : undefined;
    try {
      await this.#api.call({ method: 'POST', path: '/api/v1/logout', body: {}, bearer, repeatable: true });
    } catch (error) {
      if (!isRefusal(error, 401)) throw error; // 401: it was over already
    }
    this.#end('asked');
  }

  // Ends every session of this person, on all devices.
  async signOutEverywhere(): Promise<void> {
    await this.#ask('POST', '/api/v1/logout-all', {});
    this.#end('asked');
  }

  // The devices this person is signed in on.
  async sessions(): Promise<Device[]> {
    const answer = (await this.#ask('GET', '/api/v1/sessions')) as { sessions: Device[] };
    return answer.sessions;
  }

  async endSession(id: string): Promise<void> {
    await this.#ask('DELETE', `/api/v1/sessions/${encodeURIComponent(id)}`);
  }

  // Ends all other sessions too. Throws SignetError: bad_credentials, password_too_short, …
  async changePassword({ current, next }: { current: string; next: string }): Promise<void> {
    await this.#ask('POST', '/api/v1/password', { current_password: current, new_password: next }, false);
  }

  // Like fetch(), with the access token. A token near its end is renewed first;
  // one that is refused all the same is renewed once and the request repeated.
  // Nobody signed in: goes without a token. Throws SignetError
  // `origin_not_allowed` rather than carry the token to a stranger.
  async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const { origin } = new URL(request.url);
    if (!this.#origins.has(origin))
      throw new SignetError('origin_not_allowed', `${origin} is not in "resources"; the token stays here.`);

    const token = await this.#usableToken();
    const response = await this.#wire.send(bearing(request.clone(), token));
    if (!token || !(await refusesToken(response))) return response;
    await this.#renew(token);
    return this.#token ? this.#wire.send(bearing(request, this.#token)) : response;
  }

  // Stops listening and renewing. The session itself lives on.
  close(): void {
    this.#callOffRenewal();
    this.#stops.forEach((stop) => stop());
    this.#tabs.close();
  }

  // ---- asking

  async #ask(method: string, path: string, body?: unknown, repeatable = true): Promise<unknown> {
    const token = await this.#usableToken();
    if (!token) throw new SignetError('signed_out', 'Nobody is signed in.', 401);
    const call = (bearer: string) => this.#api.call({ method, path, body, bearer, repeatable });
    try {
      return await call(token.value);
    } catch (error) {
      if (!(error instanceof SignetError) || error.code !== 'invalid_token') throw error;
      await this.#renew(token);
      if (!this.#token) throw error;
      return call(this.#token.value);
    }
  }

  async #usableToken(): Promise<Token | null> {
    if (this.#state === 'starting') await this.start();
    const token = this.#token;
    if (!token) return null;
    if (!token.usable()) await this.#renew(token);
    else if (token.untilDue() === 0) this.#renewQuietly(token);
    return this.#token;
  }

  // ---- renewing

  // Replaces `old`, or does nothing if that has happened already. One at a time
  // in this tab, and one tab at a time.
  #renew(old: Token | null): Promise<void> {
    if (this.#token !== old) return Promise.resolve();
    if (!this.#renewing) {
      const renewing = this.#renewAlone(old)
        .catch((error: unknown) => {
          this.#failures++;
          throw error;
        })
        .finally(() => {
          if (this.#renewing === renewing) this.#renewing = undefined;
        });
      this.#renewing = renewing;
    }
    return this.#renewing;
  }

  async #renewAlone(old: Token | null): Promise<void> {
    await this.#api.online(); // not inside: a tab that waits for the network keeps nobody
    const era = this.#era;
    await this.#tabs.alone(async () => {
      if (this.#token !== old || this.#era !== era) return; // another tab has done it, or it is over
      const asked = momentOf(this.#env);
      const answer = await this.#refreshed();
      if (this.#era !== era || this.#token !== old) return; // too late: its word counts no more (CHECKS D18)
      if (!answer) return this.#end('ended');
      if (answer.session_id === this.#over) return this.#end('elsewhere'); // signed out while it was under way
      this.#hold(answer, asked, 'this-tab');
      this.#tabs.tell({ type: 'token', signIn: false, answer, ...this.#sent() });
    });
  }

  // null: the server knows no session by this cookie.
  async #refreshed(): Promise<TokenAnswer | null> {
    try {
      return tokenAnswer(await this.#api.call({ method: 'POST', path: '/api/v1/refresh', body: {}, repeatable: true }));
    } catch (error) {
      if (isRefusal(error, 401)) return null;
      throw error;
    }
  }

  // For moments when nobody waits: what went wrong is in the events.
  #renewQuietly(token: Token | null): void {
    this.#renew(token).catch(() => {
      if (this.#token === token) this.#schedule(token, this.#untilNextTry());
    });
  }

  // Sooner by up to a quarter: those who lost the server together do not come back together.
  #untilNextTry(): number {
    const doubled = kTryAgain * 2 ** Math.max(this.#failures - 1, 0);
    return Math.min(doubled, kTryAgainAtMost) * (1 - 0.25 * this.#env.random());
  }

  #schedule(token: Token | null, milliseconds: number): void {
    this.#callOffRenewal();
    // A tab that nobody sees renews when it is seen, or when it makes a request:
    // forgotten tabs neither load the server nor keep a session alive.
    this.#callOffRenewal = this.#env.after(milliseconds, () => {
      if (this.#env.visible()) this.#renewQuietly(token);
    });
  }

  #woke(): void {
    const unknown = this.#wanted && this.#state === 'starting';
    if (unknown || this.#token?.untilDue() === 0) this.#renewQuietly(this.#token);
  }

  // Back from the back/forward cache: what is on the page may be long over. (CHECKS D19)
  #restored(): void {
    if (!this.#wanted) return;
    this.#newEra();
    this.#token = null;
    this.#become('starting', null);
    this.#renewQuietly(null);
  }

  // ---- what holds

  #hold(answer: TokenAnswer, born: Moment, by: 'this-tab' | 'handed-over' | 'sign-in'): void {
    const { access_token: value, expires_in: expiresIn, session_id: sessionId, user } = answer;
    const token = new Token(this.#env, born, expiresIn * 1000, value, sessionId, this.#env.random());
    this.#token = token;
    this.#failures = 0;
    this.#schedule(token, token.untilDue());
    const at = this.#env.monotonic();
    if (by === 'sign-in') this.#tell({ type: 'signed-in', at, user, sessionId, expiresIn });
    else this.#tell({ type: 'refresh', at, by, sessionId, expiresIn });
    this.#become('signed-in', user);
  }

  #signedIn(answer: TokenAnswer, asked: Moment): void {
    this.#newEra();
    this.#hold(answer, asked, 'sign-in');
  }

  #end(reason: 'asked' | 'elsewhere' | 'ended'): void {
    const sessionId = this.#token?.sessionId ?? null;
    this.#newEra();
    this.#over = sessionId ?? this.#over;
    this.#token = null;
    if (reason !== 'elsewhere' && sessionId) this.#tabs.tell({ type: 'signed-out', sessionId });
    if (this.#user || reason !== 'ended') this.#tell({ type: 'signed-out', at: this.#env.monotonic(), reason });
    this.#become('signed-out', null);
  }

  // What is under way belongs to the past from here on.
  #newEra(): void {
    this.#era++;
    this.#renewing = undefined;
    this.#callOffRenewal();
  }

  #become(state: SessionState, user: User | null): void {
    if (state === this.#state && JSON.stringify(user) === JSON.stringify(this.#user)) return;
    this.#state = state;
    this.#user = user;
    this.#listeners.change.forEach((heard) => heard({ state, user }));
  }

  #tell(event: SessionEvent): void {
    this.#listeners.event.forEach((heard) => heard(event));
  }

  // ---- other tabs

  #sent(): { age: number; wall: number } {
    return { age: this.#token?.age() ?? 0, wall: this.#env.wall() };
  }

  #heard(word: Word): void {
    if (word.type === 'signed-out') {
      if (this.#token?.sessionId === word.sessionId) this.#end('elsewhere');
      else this.#over = word.sessionId;
    }
    if (word.type === 'token') this.#handed(word.answer as TokenAnswer, word);
  }

  #handed(answer: TokenAnswer, { signIn, age, wall }: { signIn: boolean; age: number; wall: number }): void {
    if (answer.session_id === this.#over) return;
    // A word can lie in a sleeping tab's mailbox for hours: its age goes on.
    const old = age + Math.max(this.#env.wall() - wall, 0);
    if (old >= answer.expires_in * 1000) return;
    const born = { monotonic: this.#env.monotonic() - old, wall: this.#env.wall() - old };
    if (signIn) this.#signedIn(answer, born);
    else this.#hold(answer, born, 'handed-over');
  }
}

function isRefusal(error: unknown, status: number): boolean {
  return error instanceof SignetError && error.status === status;
}

function bearing(request: Request, token: Token | null): Request {
  if (token) request.headers.set('authorization', `Bearer ${token.value}`);
  return request;
}

// RFC 6750 3.1. Where the header may not be read (another origin that does not
// expose it), the answer's own `error` is looked at.
async function refusesToken(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const challenge = response.headers.get('www-authenticate');
  if (challenge !== null) return challenge.includes('invalid_token');
  const text = await response.clone().text();
  return text.includes('"invalid_token"');
}
