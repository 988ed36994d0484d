// issuer.mjs - as much of Signet as a verifier sees, and whoever stands in between.
//
// Written from docs/reference/revocation-feed.md, not from the package: lines, hashes, and
// messages are made here anew.
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { gzipSync } from 'node:zlib';
import { CompactSign, SignJWT } from 'jose';

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

// A clock that tests may push on. Whatever is due falls due then.
export class Clock {
  shift = 0;
  asleep = 0; // which the steady clock does not count
  #timers = new Set();

  steady = () => performance.now() + this.shift;
  wall = () => Date.now() + Math.round(this.shift) + this.asleep;

  after = (milliseconds, what) => {
    const timer = { at: this.steady() + milliseconds, what };
    const fire = () => this.#timers.delete(timer) && what();
    timer.handle = setTimeout(fire, milliseconds);
    timer.fire = fire;
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      clearTimeout(timer.handle);
    };
  };

  pass(milliseconds) {
    this.shift += milliseconds;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.steady()) continue;
      clearTimeout(timer.handle);
      timer.fire();
    }
  }
}

export async function until(what, holds, milliseconds = 10_000) {
  const deadline = performance.now() + milliseconds;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

export function newKey(algorithm, kid, options = {}) {
  const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
  const { publicKey, privateKey } = curves[algorithm]
    ? generateKeyPairSync('ec', { namedCurve: curves[algorithm] })
    : algorithm.startsWith('Ed')
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: 2048, ...options });
  return { algorithm, kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), alg: algorithm, kid, use: 'sig' } };
}

// A log that grows as the issuer's does.
export class Log {
  constructor(name) {
    this.name = name;
    this.lines = [];
    this.hashes = [Buffer.alloc(32)];
  }

  add(kind, subject, notBefore, until) {
    const line = `${this.lines.length + 1} ${kind} ${subject} ${notBefore} ${until}`;
    this.lines.push(line);
    this.hashes.push(sha256(this.hashes.at(-1), line));
    return this.lines.length;
  }

  get end() {
    return this.lines.length;
  }

  at(sequence) {
    return { log: this.name, seq: sequence, hash: this.hashes[sequence].toString('base64url') };
  }

  copy() {
    const copy = new Log(this.name);
    copy.lines = [...this.lines];
    copy.hashes = [...this.hashes];
    return copy;
  }

  delta(after, to = this.end) {
    return { 'urn:signet:revocations': { ...this.at(to), prev: this.at(after).hash, entries: this.lines.slice(after, to) } };
  }
}

export class Issuer {
  keys = [newKey('ES256', 'k1')];
  feedKeys = [newKey('EdDSA', 'f1')];
  credential = 'svc_credential';
  streams = [];
  acks = [];
  requests = [];
  oldest = 0; // what follows is kept
  // The middle man: what a subscriber gets where the issuer said `events`; each is {event, data}.
  carry = (events) => events;
  // Instead of an answer: {status, body, headers}, by path.
  answers = {};
  // Before the answer to an acknowledgement.
  acknowledging = async () => {};
  lastCheckOf = null;

  constructor(clock, { ahead = 0, tls } = {}) {
    this.clock = clock;
    this.ahead = ahead; // of the verifier's wall clock
    this.tls = tls;
    this.log = new Log(this.now() - 1000);
    this.begin();
  }

  now() {
    return this.clock.wall() + this.ahead;
  }

  // A run of the server.
  begin() {
    this.run = randomBytes(16).toString('base64url');
    this.began = this.clock.steady();
  }

  running() {
    return { run: this.run, up: Math.round(this.clock.steady() - this.began) };
  }

  async start(port = 0) {
    const serve = (request, response) => void this.#serve(request, response).catch(() => response.destroy());
    this.server = this.tls ? https.createServer(this.tls, serve) : http.createServer(serve);
    await new Promise((done) => this.server.listen(port, 'localhost', done));
    this.port = this.server.address().port;
    this.url = `${this.tls ? 'https' : 'http'}://localhost:${this.port}`;
    this.beating = setInterval(() => void this.beat(), 40);
    return this;
  }

  async stop() {
    clearInterval(this.beating);
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    this.streams = [];
  }

  async restart() {
    await this.stop();
    this.begin();
    await this.start(this.port);
  }

  // ---- tokens

  claims(more = {}) {
    const now = Math.floor(this.now() / 1000);
    return { iss: this.url, aud: 'notes', sub: 'ann', client_id: 'signet', jti: randomUUID(), sid: 's1', iat: now, exp: now + 600, ...more };
  }

  token(more = {}, { key = this.keys[0], header = {} } = {}) {
    return sign(this.claims(more), { key, header });
  }

  async bearer(more, options) {
    return `Bearer ${await this.token(more, options)}`;
  }

  // ---- the feed

  // Adds an entry and tells all who follow.
  async revoke(kind, subject, { notBefore = this.now(), until = this.now() + 21 * 60_000 } = {}) {
    const sequence = this.log.add(kind, subject, notBefore, until);
    await this.publish(sequence - 1);
    return sequence;
  }

  publish(after) {
    return this.say('revocations', this.log.delta(after));
  }

  beat(at = this.log.at(this.log.end), running = this.running()) {
    return this.say('heartbeat', { 'urn:signet:heartbeat': { ...at, time: this.now(), ...running } });
  }

  async say(event, events, options) {
    const data = await this.sign(events, options);
    this.streams.forEach((stream) => this.send(stream, [{ event, data }]));
  }

  sign(events, { key = this.feedKeys[0], header = {}, claims = {} } = {}) {
    return sign({ iss: this.url, iat: Math.floor(this.now() / 1000), jti: randomUUID(), events, ...claims }, { key, header: { typ: 'secevent+jwt', ...header } });
  }

  send(stream, events) {
    for (const { event, data } of this.carry(events, stream)) stream.response.write(`event: ${event}\nid: ${this.log.end}\ndata: ${data}\n\n`);
  }

  // Raw events of the middle man's own.
  inject(events) {
    this.streams.forEach(({ response }) => events.forEach(({ event, data }) => response.write(`event: ${event}\ndata: ${data}\n\n`)));
  }

  async snapshot(log = this.log, { lines = log.lines, head = {} } = {}) {
    const text = lines.map((line) => `${line}\n`).join('');
    const event = { ...log.at(log.end), time: this.now(), count: lines.length, digest: sha256(text).toString('base64url'), ...head };
    return `${await this.sign({ 'urn:signet:snapshot': event })}\n${text}`;
  }

  requestsTo(path) {
    return this.requests.filter((request) => request.path === path);
  }

  async #serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    this.requests.push({ path: pathname, query: searchParams, headers: request.headers, method: request.method });
    const instead = this.answers[pathname];
    if (instead) return void answer(response, typeof instead === 'function' ? await instead(request) : instead);
    if (pathname === '/.well-known/jwks.json') return void answer(response, json({ keys: this.keys.map(({ jwk }) => jwk) }));
    if (pathname === '/revocations/keys') return void answer(response, json({ keys: this.feedKeys.map(({ jwk }) => jwk) }));
    if (request.headers.authorization !== `Bearer ${this.credential}`) return void answer(response, { status: 401, body: '{"error":"unknown_verifier"}' });
    if (pathname === '/revocations') return void answer(response, zipped(await this.snapshot()));
    if (pathname === '/revocations/stream') return this.#stream(searchParams, response);
    if (pathname === '/revocations/ack') return this.#acknowledge(request, response);
    return void answer(response, { status: 404 });
  }

  async #stream(query, response) {
    const after = Number(query.get('after'));
    if (after < this.oldest || after > this.log.end) return void answer(response, { status: 410, body: '{"error":"too_old"}' });
    const stream = { name: randomBytes(16).toString('base64url'), nonce: query.get('nonce'), after, response };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('close', () => (this.streams = this.streams.filter((other) => other !== stream)));
    const greeting = { ...this.log.at(this.log.end), time: this.now(), ...this.running(), stream: stream.name, nonce: stream.nonce };
    const events = [{ event: 'heartbeat', data: await this.sign({ 'urn:signet:heartbeat': greeting }) }];
    const end = this.log.end;
    for (let from = after; from < end; from += 256)
      events.push({ event: 'revocations', data: await this.sign(this.log.delta(from, Math.min(from + 256, end))) });
    this.send(stream, events);
    if (this.log.end > end) this.send(stream, [{ event: 'revocations', data: await this.sign(this.log.delta(end)) }]);
    this.streams.push(stream);
  }

  async #acknowledge(request, response) {
    let text = '';
    for await (const piece of request) text += piece;
    const ack = JSON.parse(text);
    await this.acknowledging(ack);
    this.acks.push(ack);
    answer(response, { status: 204 });
  }
}

export function sign(claims, { key, header = {} }) {
  const all = { alg: key.algorithm, kid: key.kid, typ: 'at+jwt', ...header };
  for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
  return new SignJWT(claims).setProtectedHeader(all).sign(key.privateKey);
}

// A payload as it stands, rightly signed.
export function signBytes(text, key, header = {}) {
  return new CompactSign(Buffer.from(text)).setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'at+jwt', ...header }).sign(key.privateKey);
}

export const json = (body, headers = {}) => ({ status: 200, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
export const zipped = (text) => ({ status: 200, body: gzipSync(text), headers: { 'content-encoding': 'gzip' } });

// `cut`: the connection ends in the middle of the body; `stalls`: nothing of it comes; `drips`: a byte now and then, for ever.
function answer(response, { status, body = '', headers = {}, cut = false, stalls = false, drips = false }) {
  response.writeHead(status, headers);
  if (stalls) return void response.flushHeaders();
  if (drips) {
    const dripping = setInterval(() => response.write(' '), 20);
    return void response.on('close', () => clearInterval(dripping));
  }
  if (cut) response.write(body, () => response.destroy());
  else response.end(body);
}
