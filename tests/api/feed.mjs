// tests/api/feed.mjs - a verifier in a few lines, written from docs/reference/revocation-feed.md alone.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import * as jose from 'jose';
import { request, run, until } from './harness.mjs';

export async function addVerifier(signet, name) {
  const done = await run(['verifier', 'add', name, '--data', signet.dataDir]);
  assert.equal(done.code, 0, done.stderr);
  const credential = done.stdout.trim();
  // The server takes it over within a second.
  await until('the credential', async () =>
    (await request(signet, 'GET', '/revocations', { bearer: credential })).status !== 401);
  return credential;
}

export const newNonce = () => crypto.randomBytes(16).toString('base64url');

export const link = (before, line) => crypto.createHash('sha256').update(before).update(line).digest();

export async function feedKeys(signet) {
  const { status, json } = await request(signet, 'GET', '/revocations/keys');
  assert.equal(status, 200);
  return jose.createLocalJWKSet(json);
}

// What one message says, once its signature, type, and issuer hold.
export async function readMessage(signet, keys, token) {
  const { payload } = await jose.jwtVerify(token, keys, { issuer: signet.url, typ: 'secevent+jwt', algorithms: ['EdDSA'] });
  const [[name, event], ...more] = Object.entries(payload.events);
  assert.equal(more.length, 0);
  return { kind: name.replace('urn:signet:', ''), ...event };
}

export async function readSnapshot(signet, credential, headers = {}) {
  const keys = await feedKeys(signet);
  const { status, text } = await request(signet, 'GET', '/revocations', { bearer: credential, headers });
  assert.equal(status, 200, text);
  const end = text.indexOf('\n');
  const head = await readMessage(signet, keys, text.slice(0, end));
  assert.equal(head.kind, 'snapshot');
  const lines = text.slice(end + 1).split('\n').filter(Boolean);
  assert.equal(crypto.createHash('sha256').update(text.slice(end + 1)).digest('base64url'), head.digest);
  assert.equal(lines.length, head.count);
  return { ...head, lines };
}

// One stream: its events as they come, each {event, id, data}.
export class Stream {
  events = [];
  ended = false;

  static async open(signet, credential, { after = 0, nonce = newNonce(), lastEventId } = {}) {
    const stream = new Stream();
    const url = new URL(`/revocations/stream?after=${after}&nonce=${nonce}`, signet.url);
    const module = url.protocol === 'https:' ? https : http;
    const headers = { authorization: `Bearer ${credential}`, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
    const outgoing = module.request(url, { ca: signet.ca, headers, agent: false });
    outgoing.on('error', () => {});
    outgoing.end();
    [stream.answer] = await once(outgoing, 'response');
    stream.outgoing = outgoing;
    stream.status = stream.answer.statusCode;
    stream.nonce = nonce;
    let rest = '';
    stream.answer.on('data', (chunk) => {
      rest += chunk;
      for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
        const fields = rest.slice(0, end).split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2));
        stream.events.push({ ...Object.fromEntries(fields), at: performance.now() });
        rest = rest.slice(end + 2);
      }
    });
    stream.answer.on('error', () => { stream.ended = true; });
    stream.answer.on('close', () => { stream.ended = true; });
    return stream;
  }

  async event(number) {
    return until(`event ${number}`, () => this.events[number]);
  }
  close() { this.outgoing.destroy(); }
}

// Follows from nothing to now, and goes on: applies, confirms, and keeps the chain.
export class Follower {
  lines = [];
  acks = 0;
  stopped = false;

  static async start(signet, credential, { confirms = true, agent = signet.agent() } = {}) {
    const follower = new Follower();
    Object.assign(follower, { signet, credential, confirms, agent });
    follower.keys = await feedKeys(signet);
    const snapshot = await readSnapshot(signet, credential);
    Object.assign(follower, { log: snapshot.log, seq: snapshot.seq, hash: snapshot.hash, lines: snapshot.lines });
    follower.stream = await Stream.open(signet, credential, { after: snapshot.seq });
    assert.equal(follower.stream.status, 200);
    const greeting = await readMessage(signet, follower.keys, (await follower.stream.event(0)).data);
    assert.equal(greeting.nonce, follower.stream.nonce);
    follower.name = greeting.stream;
    follower.done = follower.run();
    await until('what the snapshot did not have yet', () => follower.seq >= greeting.seq);
    return follower;
  }

  async run() {
    for (let i = 1; !this.stream.ended && !this.stopped; ) {
      if (!this.stream.events[i]) {
        await new Promise((done) => setTimeout(done, 1));
        continue;
      }
      await this.take(this.stream.events[i++]);
    }
  }
  async take({ event, data, at }) {
    const message = await readMessage(this.signet, this.keys, data);
    assert.equal(message.log, this.log);
    if (event === 'heartbeat') {
      assert.equal(message.seq, this.seq);
      assert.equal(message.hash, this.hash);
      return;
    }
    assert.equal(message.prev, this.hash, 'the chain goes on');
    for (const line of message.entries) {
      assert.equal(Number(line.split(' ')[0]), this.seq + 1, 'without a gap');
      this.seq += 1;
      this.hash = link(Buffer.from(this.hash, 'base64url'), line).toString('base64url');
      this.lines.push(line);
    }
    assert.equal(message.seq, this.seq);
    assert.equal(message.hash, this.hash);
    this.lastAt = at;
    if (!this.confirms) return;
    const { status } = await request(this.signet, 'POST', '/revocations/ack',
      { bearer: this.credential, json: { stream: this.name, seq: this.seq }, agent: this.agent });
    assert.ok(status === 204 || this.stopped, `${status}`);
    this.acks += 1;
  }
  has(kind, subject) {
    return this.lines.some((line) => line.split(' ')[1] === kind && line.split(' ')[2] === subject);
  }
  async stop() {
    this.stopped = true;
    this.stream.close();
    await this.done;
  }
}
