// A sign-out that was answered is one everywhere, whenever the server is killed: here, in the log, and at who follows it.
import assert from 'node:assert/strict';
import path from 'node:path';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { addUser, ann, freePort, freshFolder, request, signIn, startSignet, until } from '../api/harness.mjs';
import { addVerifier, feedKeys, link, newNonce, readMessage, readSnapshot, Stream } from '../api/feed.mjs';

const isAll = process.env.CRASH === 'all';  // else a sample
const kills = isAll ? 200 : 12;
const perKill = 12;  // sign-outs under way, from several connections

// Goes on with what it holds whenever the server is back. Never takes an entry back, and finds the chain whole.
class Verifier {
  lines = new Map();
  async follow(signet, credential) {
    const keys = await feedKeys(signet);
    let stream = await Stream.open(signet, credential, { after: this.seq ?? 0, nonce: newNonce() });
    if (stream.status === 410 || this.seq === undefined) {
      stream.close();
      const snapshot = await readSnapshot(signet, credential);
      if (this.seq !== undefined) assert.ok(snapshot.seq >= this.seq, 'the log never goes back');
      for (const line of snapshot.lines) this.lines.set(line.split(' ')[2], line);
      Object.assign(this, { seq: snapshot.seq, hash: snapshot.hash });
      stream = await Stream.open(signet, credential, { after: this.seq });
    }
    assert.equal(stream.status, 200);
    const greeting = await readMessage(signet, keys, (await stream.event(0)).data);
    for (let i = 1; this.seq < greeting.seq; ++i) {
      const message = await readMessage(signet, keys, (await stream.event(i)).data);
      if (message.kind !== 'revocations') continue;
      assert.equal(message.prev, this.hash, 'the chain goes on where it was');
      for (const line of message.entries) {
        this.hash = link(Buffer.from(this.hash, 'base64url'), line).toString('base64url');
        this.lines.set(line.split(' ')[2], line);
      }
      this.seq = message.seq;
    }
    assert.equal(this.hash, greeting.hash);
    stream.close();
  }
}

test(`A sign-out that was answered is refused everywhere after each of ${kills} kills`, async () => {
  const folder = freshFolder();
  const dataDir = path.join(folder, 'data');
  const listen = `localhost:${await freePort()}`;
  const start = () => startSignet({ dataDir, listen, env: {
    SIGNET_PASSWORDS_MEMORY_KIB: '7168', SIGNET_PASSWORDS_ITERATIONS: '5', SIGNET_THROTTLE_ACCOUNT_FREE: '20',
    SIGNET_THROTTLE_ADDRESS_FREE: '100000' } });
  let signet = await start();
  const verifier = new Verifier();
  let answered = 0;
  let unanswered = 0;
  try {
    await addUser(signet, ann);
    const credential = await addVerifier(signet, 'notes');
    for (let kill = 0; kill < kills; ++kill) {
      const sessions = [];
      for (let i = 0; i < perKill; ++i) sessions.push(await signIn(signet));
      const agent = signet.agent({ maxSockets: 4 });
      const over = [];
      const before = Math.floor(Math.random() * (perKill - 3));  // so many are answered, then it is killed at once
      let enough;
      const now = new Promise((done) => { enough = done; });
      if (before === 0) setTimeout(enough, 3 * Math.random());
      const signingOut = sessions.map(async (session) => {
        const answer = await request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token, agent }).catch(() => null);
        if (answer?.status === 204) over.push(session);
        if (over.length >= before) enough();
      });
      await now;
      await signet.kill9();
      await Promise.all(signingOut);
      answered += over.length;
      unanswered += perKill - over.length;

      signet = await start();
      await verifier.follow(signet, credential);
      for (const session of over) {
        const me = await request(signet, 'GET', '/api/v1/me', { bearer: session.access_token });
        assert.equal(me.status, 401, `kill ${kill}: ${session.session_id} is accepted here`);
        assert.ok(verifier.lines.has(session.session_id), `kill ${kill}: ${session.session_id} is unknown to the verifier`);
      }
      // What was not answered is either: and the same here and there.
      for (const session of sessions) {
        const { status } = await request(signet, 'GET', '/api/v1/me', { bearer: session.access_token });
        assert.equal(status === 401, verifier.lines.has(session.session_id), `kill ${kill}`);
      }
      await until('a key', async () => (await request(signet, 'GET', '/readyz')).status === 200);
    }
    console.log(`      ${kills} kills, ${answered} sign-outs answered, ${unanswered} cut off`);
    assert.ok(answered >= kills && unanswered >= kills, 'the kills fall among the sign-outs');
  } finally {
    await signet.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
