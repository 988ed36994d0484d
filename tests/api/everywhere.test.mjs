// Services of different makes, in processes of their own, that follow one issuer: what one refuses, all refuse.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { addVerifier } from './feed.mjs';
import { freePort, patient, request, signIn, startWithAnn, until } from './harness.mjs';
import { makeNames, Service, staleAfterSeconds } from './services.mjs';

// 120 for the two minutes of CHECKS F11; what matters is that it is longer than a service takes to call itself stale.
const partitionSeconds = Number(process.env.PARTITION_SECONDS ?? 14);

// What lies between the services and the issuer, which can be cut: what is sent stays away, and nobody hears of it.
class Wire {
  static async lay(to) {
    const self = Object.assign(new Wire(), { sockets: new Set(), isCut: false, port: await freePort() });
    self.server = net.createServer((near) => {
      const far = net.connect({ host: 'localhost', port: to });
      for (const [from, other] of [[near, far], [far, near]]) {
        self.sockets.add(from);
        from.on('data', (bytes) => self.isCut || other.write(bytes)).on('error', () => {}).on('close', () => {
          self.sockets.delete(from);
          if (!self.isCut) other.destroy();
        });
      }
    });
    await new Promise((done) => self.server.listen(self.port, 'localhost', done));
    return self;
  }
  cut() { this.isCut = true; }
  // Who was connected meanwhile has lost what was sent.
  mend() {
    this.isCut = false;
    for (const socket of this.sockets) socket.destroy();
  }
  close() {
    this.mend();
    return new Promise((done) => this.server.close(done));
  }
}

async function withServices(wanted, work) {
  const listen = await freePort();
  const wire = await Wire.lay(listen);
  const issuer = `https://localhost:${wire.port}`;
  const services = [];
  let signet;
  try {
    signet = await startWithAnn({ listen: `localhost:${listen}`, env: { ...patient, SIGNET_SERVER_ISSUER: issuer } })
      .catch((error) => { signet = error.signet; throw error; });
    for (const make of wanted) {
      const credential = await addVerifier(signet, `service-${services.length}`);
      services.push(Service.spawn(make, { issuer, ca: path.join(signet.dataDir, 'tls/cert.pem'), credential, port: await freePort() }));
    }
    await Promise.all(services.map((each) => each.ready()));
    await allFollow(signet, services);
    await work({ signet, wire, services, statuses: (...what) => Promise.all(services.map(async (each) => (await each.ask(...what)).status)) });
  } finally {
    await Promise.all(services.map((each) => each.stop()));
    await signet?.stop();
    await wire.close();
  }
}

const allFollow = (signet, services) => until('all follow', async () => await signet.metric('signet_revocation_followers') === services.length);
const signOut = (signet, { access_token: bearer }) => request(signet, 'POST', '/api/v1/logout', { bearer });

test('a C++ service and a Node service refuse the same token, before whoever signed out has an answer', () =>
  withServices(makeNames, async ({ signet, services, statuses }) => {
    const apart = [];
    for (let i = 0; i < 20; i++) {
      const session = await signIn(signet);
      assert.deepEqual(await statuses('GET', '/profile', session), [200, 200]);
      // Each is asked again and again until it refuses.
      const refusals = services.map(async (service) => {
        for (;;) if ((await service.ask('GET', '/profile', session)).status === 401) return performance.now();
      });
      const answer = await signOut(signet, session);
      assert.deepEqual([answer.status, answer.headers['signet-propagated']], [204, '2/2']);
      assert.deepEqual(await statuses('GET', '/profile', session), [401, 401]);
      const [cpp, node] = await Promise.all(refusals);
      apart.push(Math.abs(cpp - node));
    }
    console.log(`# both refused a token within ${Math.max(...apart).toFixed(1)} ms of each other, twenty times`);
  }));

test(`a wire that is cut for ${partitionSeconds} s: each policy does what it says, and what happened meanwhile is refused afterwards`, () =>
  withServices(makeNames, async ({ signet, wire, statuses }) => {
    const [before, during, stays] = [await signIn(signet), await signIn(signet), await signIn(signet)];
    assert.equal((await signOut(signet, before)).headers['signet-propagated'], '2/2');
    wire.cut();
    const began = performance.now();
    const answer = await signOut(signet, during);
    assert.deepEqual([answer.status, answer.headers['signet-propagated']], [204, '0/2'], 'nobody is told that it is over everywhere');

    await until('they are stale', async () => (await statuses('POST', '/transfers', stays)).every((status) => status === 503), 40_000);
    do {
      assert.deepEqual(await statuses('GET', '/profile', before), [401, 401], 'what was known stays known');
      assert.deepEqual(await statuses('GET', '/profile', during), [200, 200], 'until it expires');
      assert.deepEqual(await statuses('POST', '/transfers', during), [503, 503]);
      await new Promise((done) => setTimeout(done, 200));
    } while (performance.now() < began + partitionSeconds * 1000);

    wire.mend();
    const mended = performance.now();
    await until('they hear of it', async () => (await statuses('GET', '/profile', during)).every((status) => status === 401), 30_000);
    console.log(`# refused ${((performance.now() - mended) / 1000).toFixed(1)} s after the wire was mended`);
    await until('they are live', async () => (await statuses('POST', '/transfers', stays)).every((status) => status === 200), 30_000);
    assert.deepEqual(await statuses('GET', '/profile', before), [401, 401]);
    assert.equal((await signOut(signet, stays)).headers['signet-propagated'], '2/2');
    assert.deepEqual(await statuses('GET', '/profile', stays), [401, 401]);
  }));

// Two of three are frozen: what reaches them lies in the kernel, and they are still connected.
test('services that were frozen until they are stale accept nothing that ended meanwhile when they go on', () =>
  withServices([...makeNames, 'signet::Verifier'], async ({ signet, services, statuses }) => {
    const [frozen, awake] = [services.slice(0, 2), services[2]];
    const [first, second, stays] = [await signIn(signet), await signIn(signet), await signIn(signet)];
    assert.deepEqual(await statuses('POST', '/transfers', first), [200, 200, 200]);
    for (const service of frozen) service.freeze();
    for (const answer of await Promise.all([first, second].map((session) => signOut(signet, session)))) {
      assert.deepEqual([answer.status, answer.headers['signet-propagated']], [204, '1/3'], 'whoever is connected is counted');
      assert.ok(answer.milliseconds >= 5_000, 'and waited for');
    }
    for (const session of [first, second]) assert.equal((await awake.ask('POST', '/transfers', session)).status, 401);
    // Both are longer ago then than who is not stale may have heard last.
    await new Promise((done) => setTimeout(done, (staleAfterSeconds - 5 + 1) * 1000));
    // Asked while they are frozen, it is the first that each of them does.
    const asked = frozen.flatMap((service) => [first, second].map(async (session) => [service.make, (await service.ask('POST', '/transfers', session)).status]));
    await new Promise((done) => setTimeout(done, 200));

    const thawed = performance.now();
    for (const service of frozen) service.thaw();
    for (const [make, status] of await Promise.all(asked)) assert.ok([401, 503].includes(status), `${make}: ${status}`);
    for (const session of [first, second])
      await until('they hear of it', async () => {
        const answers = await statuses('POST', '/transfers', session);
        assert.ok(answers.every((status) => [401, 503].includes(status)), `${answers}`);
        return answers.every((status) => status === 401);
      }, 30_000);
    await until('they are live', async () => (await Promise.all(services.map((each) => each.ask('GET', '/metrics')))).every(({ text }) => text.includes('state="live"} 1')), 30_000);
    console.log(`# live ${((performance.now() - thawed) / 1000).toFixed(1)} s after they went on`);
    await allFollow(signet, services);
    assert.deepEqual(await statuses('POST', '/transfers', stays), [200, 200, 200]);
    assert.equal((await signOut(signet, stays)).headers['signet-propagated'], '3/3');
    assert.deepEqual(await statuses('GET', '/profile', stays), [401, 401, 401]);
  }));
