// world.mjs - a browser's tabs, a clock, and a server, none of them real.
import { createSession } from '../dist/index.js';

// Lets everything that is ready run: promises, streams, and message ports.
export async function settle() {
  for (let i = 0; i < 8; i++) await new Promise((resolve) => setImmediate(resolve));
}

export class World {
  now = 0; // monotonic
  wallAhead = 1_700_000_000_000;
  timers = new Set();
  channels = [];
  tabs = [];
  requests = []; // what reached the network
  held = new Map(); // lock name → queue of waiters
  locks = true;
  network = 'up'; // 'up' | 'down' | 'offline'
  server = new Server(this);

  // Lets time pass, running what falls due on the way, in order.
  async pass(milliseconds) {
    const end = this.now + milliseconds;
    await settle();
    for (;;) {
      const next = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.what();
      await settle();
    }
    this.now = end;
    await settle();
  }

  // A laptop's lid: the wall clock goes on, the monotonic one stands still.
  sleep(milliseconds) {
    this.wallAhead += milliseconds;
  }

  async goOnline() {
    this.network = 'up';
    this.say('online', 'wake');
    await settle();
  }

  say(...names) {
    for (const tab of this.tabs) tab.say(...names);
  }

  tab(options = {}) {
    return new Tab(this, options);
  }

  requestsTo(path) {
    return this.requests.filter(({ url }) => new URL(url).pathname === path);
  }

  request = (name, { ifAvailable, signal }, work) => {
    const queue = this.held.get(name);
    if (queue && ifAvailable) return Promise.resolve(work(null));
    if (!queue) return this.#hold(name, work);
    return new Promise((resolve, reject) => {
      const turn = () => resolve(this.#hold(name, work));
      queue.push(turn);
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(turn);
        if (at < 0) return;
        queue.splice(at, 1);
        reject(signal.reason);
      });
    });
  };

  async #hold(name, work) {
    const queue = this.held.get(name) ?? [];
    this.held.set(name, queue);
    try {
      return await work({ name });
    } finally {
      if (queue.length) queue.shift()();
      else this.held.delete(name);
    }
  }
}

class Tab {
  events = [];
  changes = [];
  #listeners = new Map();

  constructor(world, { issuer = 'https://id.example', visible = true, ...options }) {
    this.world = world;
    this.visible = visible;
    world.tabs.push(this);
    this.session = createSession({ issuer, environment: this.#environment(), ...options });
    this.session.on('event', (event) => this.events.push(event));
    this.session.on('change', (change) => this.changes.push(change.state));
  }

  say(...names) {
    for (const name of names) [...(this.#listeners.get(name) ?? [])].forEach((heard) => heard());
  }

  of(type) {
    return this.events.filter((event) => event.type === type);
  }

  #environment() {
    const { world } = this;
    return {
      origin: 'https://app.example',
      fetch: (request) => world.server.take(request),
      monotonic: () => world.now,
      wall: () => world.now + world.wallAhead,
      after(milliseconds, what) {
        const timer = { at: world.now + milliseconds, what };
        world.timers.add(timer);
        return () => world.timers.delete(timer);
      },
      random: () => (world.tabs.indexOf(this) * 0.618 + 0.5) % 1, // the first tab: 0.5
      online: () => world.network !== 'offline',
      visible: () => this.visible,
      listen: (name, heard) => {
        if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
        this.#listeners.get(name).add(heard);
        return () => this.#listeners.get(name).delete(heard);
      },
      locks: world.locks ? { request: world.request } : undefined,
      channel: (name) => {
        const channel = { name, heard: undefined };
        world.channels.push(channel);
        return {
          post(message) {
            const copy = structuredClone(message);
            for (const other of world.channels)
              if (other !== channel && other.name === name) setImmediate(() => other.heard?.(copy));
          },
          listen: (heard) => (channel.heard = heard),
          close: () => (channel.heard = undefined),
        };
      },
    };
  }
}

export const ann = { id: 'u1', email: 'ann@example.com', name: 'Ann', roles: ['viewer'] };

// As much of Signet as a session can tell from its answers.
class Server {
  session = null; // the session that the cookie stands for
  issued = 0;
  lifetime = 600; // seconds
  delay = 0; // milliseconds before each answer
  refuse = []; // answers to give instead, first come first served
  dead = new Set(); // access tokens that resource servers refuse

  constructor(world) {
    this.world = world;
  }

  async take(request) {
    const { world } = this;
    const seen = {
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      credentials: request.credentials,
      body: await request.text(),
    };
    world.requests.push(seen);
    if (world.network !== 'up') throw new TypeError('Failed to fetch');
    if (this.delay) await this.#later(this.delay, request.signal);
    return this.refuse.shift() ?? this.#answer(seen);
  }

  #answer({ url, method, headers, body }) {
    const { pathname } = new URL(url);
    if (pathname === '/api/v1/login') return this.#login(JSON.parse(body));
    if (pathname === '/api/v1/signup') return json(201, { user: ann });
    if (pathname === '/api/v1/refresh') return this.session ? this.token() : refusal(401, 'invalid_grant');
    if (pathname === '/api/v1/logout') return this.#over();
    return this.#resource(pathname, method, headers.authorization?.replace('Bearer ', ''));
  }

  #resource(pathname, method, token) {
    if (!token || this.dead.has(token))
      return refusal(401, 'invalid_token', { 'www-authenticate': 'Bearer error="invalid_token"' });
    if (pathname === '/api/v1/logout-all') return this.#over();
    if (pathname === '/api/v1/sessions') return json(200, { sessions: [{ id: 's1', current: true }] });
    if (pathname === '/api/v1/password') return refusal(401, 'bad_credentials');
    return method === 'DELETE' ? new Response(null, { status: 204 }) : json(200, { pathname });
  }

  #login({ password }) {
    if (password !== 'correct horse') return refusal(401, 'bad_credentials');
    this.session = `s${++this.issued}`;
    return this.token();
  }

  #over() {
    this.session = null;
    return new Response(null, { status: 204 });
  }

  token() {
    return json(200, {
      access_token: `header.claims${++this.issued}.signature`,
      token_type: 'Bearer',
      expires_in: this.lifetime,
      session_id: this.session,
      user: ann,
    });
  }

  #later(milliseconds, signal) {
    return new Promise((resolve, reject) => {
      this.world.timers.add({ at: this.world.now + milliseconds, what: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  }
}

export function json(status, body, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

export function refusal(status, error, headers = {}) {
  return json(status, { error, error_description: 'A sentence.' }, headers);
}

export async function signedIn(world, options) {
  const tab = world.tab(options);
  await tab.session.signIn({ email: 'ann@example.com', password: 'correct horse' });
  return tab;
}
