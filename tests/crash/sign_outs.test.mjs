// A sign-out that was answered is one everywhere, whenever the server is killed: here, in the log, and at who follows it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { addUser, ann, freePort, freshFolder, request, run, signIn, startSignet, until } from '../api/harness.mjs';
import { addVerifier, feedKeys, link, readMessage, readSnapshot, Stream } from '../api/feed.mjs';
import { Service } from '../api/services.mjs';

const isAll = process.env.CRASH === 'all';  // else a sample
const kills = isAll ? 200 : 12;
const perKill = 12;  // sign-outs under way, from several connections

const numberOf = (line) => Number(line.split(' ')[0]);
const subjectOf = (line) => line.split(' ')[2];

// Follows while the server is killed, and goes on with what it holds whenever it is back. Finds every entry that it was
// ever sent in the log again, and the chain whole.
class Verifier {
  seq = 0;
  hash = Buffer.alloc(32).toString('base64url');
  lines = new Map();  // by sequence
  subjects = new Set();

  async follow(signet, credential) {
    this.keys = await feedKeys(signet);
    const snapshot = await readSnapshot(signet, credential);
    this.log ??= snapshot.log;
    this.checkPrefixOf(snapshot);
    this.stream = await Stream.open(signet, credential, { after: this.seq });
    if (this.stream.status === 410) {
      this.catchUp(snapshot);
      this.stream = await Stream.open(signet, credential, { after: this.seq });
    }
    assert.equal(this.stream.status, 200);
    const greeting = await readMessage(signet, this.keys, (await this.stream.event(0)).data);
    const confirm = (seq) => request(signet, 'POST', '/revocations/ack', { bearer: credential, json: { stream: greeting.stream, seq } }).catch(() => null);
    this.done = this.run(signet, confirm);
    this.done.catch(() => {});  // whoever waits for it is told
    await Promise.race([until('what was missed', () => this.seq >= greeting.seq), this.done]);
    assert.ok(this.seq >= greeting.seq);
    if (this.seq === greeting.seq) assert.equal(this.hash, greeting.hash);
  }

  // To the end of the stream, and all that has come of it.
  async run(signet, confirm) {
    for (let i = 1; ;) {
      if (i === this.stream.events.length) {
        if (this.stream.ended) return;
        await new Promise((done) => setTimeout(done, 1));
        continue;
      }
      const message = await readMessage(signet, this.keys, this.stream.events[i++].data);
      assert.equal(message.log, this.log);
      if (message.kind === 'revocations') {
        assert.equal(message.prev, this.hash, 'the chain goes on where it was');
        for (const line of message.entries) this.take(line);
        confirm(this.seq);
      }
      assert.deepEqual([message.seq, message.hash], [this.seq, this.hash]);
    }
  }

  take(line) {
    assert.equal(numberOf(line), this.seq + 1, 'without a gap');
    this.seq += 1;
    this.hash = link(Buffer.from(this.hash, 'base64url'), line).toString('base64url');
    this.lines.set(this.seq, line);
    this.subjects.add(subjectOf(line));
  }

  checkPrefixOf({ log, seq, hash, lines }) {
    assert.equal(log, this.log);
    assert.ok(seq >= this.seq, `the log ends at ${seq}, and ${this.seq} was sent`);
    for (const line of lines.filter((each) => numberOf(each) <= this.seq)) assert.equal(line, this.lines.get(numberOf(line)));
    // It leads from what was sent to where the log ends now, so all of that is in it as it was.
    const onwards = lines.filter((each) => numberOf(each) > this.seq)
      .reduce((before, line) => link(before, line), Buffer.from(this.hash, 'base64url'));
    assert.equal(onwards.toString('base64url'), hash);
  }
  catchUp({ lines }) {
    for (const line of lines) if (numberOf(line) > this.seq) this.take(line);
  }
}

test(`A sign-out that was answered is refused everywhere after each of ${kills} kills`, async () => {
  const folder = freshFolder();
  const dataDir = path.join(folder, 'data');
  const listen = `localhost:${await freePort()}`;
  const start = () => startSignet({ dataDir, listen, env: {
    SIGNET_PASSWORDS_MEMORY_KIB: '7168', SIGNET_PASSWORDS_ITERATIONS: '5', SIGNET_THROTTLE_ACCOUNT_FREE: '20',
    SIGNET_THROTTLE_ADDRESS_FREE: '100000' } }).catch((error) => { signet = error.signet; throw error; });
  let signet;
  let service;
  const verifier = new Verifier();
  const signedOut = [];
  let confirmed = 0;
  let cutOff = 0;
  try {
    signet = await start();
    await addUser(signet, ann);
    const credential = await addVerifier(signet, 'notes');
    service = Service.spawn('signet::Verifier', { issuer: signet.url, ca: path.join(dataDir, 'tls/cert.pem'),
      credential: await addVerifier(signet, 'service'), port: await freePort() });
    await service.ready();
    await verifier.follow(signet, credential);
    // From then on each server that is started counts them among those who followed a moment ago.
    await until('both are known to have come', async () =>
      (await run(['verifier', 'list', '--json', '--data', dataDir])).stdout.match(/"last_connected_at":\d/g)?.length === 2);
    for (let kill = 0; kill < kills; ++kill) {
      const sessions = [];
      for (let i = 0; i < perKill; ++i) sessions.push(await signIn(signet));
      const agent = signet.agent({ maxSockets: 4 });
      const over = [];
      const everywhere = [];  // all who followed had confirmed
      const before = Math.floor(Math.random() * (perKill - 3));  // so many are answered, then it is killed at once
      let enough;
      const now = new Promise((done) => { enough = done; });
      if (before === 0) setTimeout(enough, 3 * Math.random());
      const signingOut = sessions.map(async (session) => {
        const answer = await request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token, agent }).catch(() => null);
        if (answer?.status === 204) over.push(session);
        if (/^(\d+)\/\1$/.test(answer?.headers['signet-propagated'])) everywhere.push(session);
        if (over.length >= before) enough();
      });
      await now;
      assert.equal(verifier.stream.ended, false, 'it follows when the kill comes');
      await signet.kill9();
      await Promise.all(signingOut);
      await verifier.done;
      signedOut.push(...over);
      confirmed += everywhere.length;
      cutOff += perKill - over.length;
      for (const session of everywhere)
        assert.equal((await service.ask('GET', '/profile', session)).status, 401, `kill ${kill}: ${session.session_id} was confirmed`);

      signet = await start();
      await verifier.follow(signet, credential);
      for (const session of over) {
        const me = await request(signet, 'GET', '/api/v1/me', { bearer: session.access_token });
        assert.equal(me.status, 401, `kill ${kill}: ${session.session_id} is accepted here`);
        assert.ok(verifier.subjects.has(session.session_id), `kill ${kill}: ${session.session_id} is unknown to the verifier`);
      }
      // What was not answered is either: and the same here and there.
      for (const session of sessions) {
        const { status } = await request(signet, 'GET', '/api/v1/me', { bearer: session.access_token });
        assert.equal(status === 401, verifier.subjects.has(session.session_id), `kill ${kill}`);
      }
    }
    const heard = `\nsignet_verifier_revocation_sequence ${verifier.seq}\n`;
    await until('the service has heard of all', async () => (await service.ask('GET', '/metrics')).text.includes(heard), 30_000);
    for (const session of signedOut) assert.equal((await service.ask('GET', '/profile', session)).status, 401, session.session_id);
    console.log(`      ${kills} kills, ${signedOut.length} sign-outs answered, ${confirmed} of them confirmed by all, ${cutOff} cut off`);
    assert.ok(signedOut.length >= kills && cutOff >= kills, 'the kills fall among the sign-outs');
  } finally {
    verifier.stream?.close();
    await service?.stop();
    await signet?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
