// Services of different makes, in processes of their own, that follow one issuer: what one refuses, all refuse.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { addVerifier } from './feed.mjs';
import { freePort, patient, request, root, signIn, startWithAnn, until } from './harness.mjs';

const binaries = process.env.EXAMPLES_FOLDER ?? path.join(root, 'build/release');
const makes = {
  'signet::Verifier': [path.join(binaries, 'verify_requests_blocking')],
  '@signet/node': [process.execPath, path.join(root, 'tests/api/node_service.mjs')],
};
// 120 for the two minutes of CHECKS F11; what matters is that it is longer than a service takes to call itself stale.
const partitionSeconds = Number(process.env.PARTITION_SECONDS ?? 14);

class Service {
  static async start(make, [program, ...args], { issuer, ca, credential }) {
    const self = Object.assign(new Service(), { make });
    const port = await freePort();
    self.url = `http://127.0.0.1:${port}`;
    self.child = spawn(program, [...args, issuer, ca, String(port)], { stdio: ['pipe', 'ignore', 'ignore'] });
    self.ended = new Promise((done) => self.child.once('exit', done));
    self.child.stdin.end(credential);
    await until(make, () => self.ask('GET', '/profile').then(({ status }) => status === 401, () => false));
    return self;
  }
  ask(method, target, { access_token: bearer } = {}) { return request(this, method, target, { bearer }); }
  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

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

async function withServices(work) {
  const listen = await freePort();
  const wire = await Wire.lay(listen);
  const issuer = `https://localhost:${wire.port}`;
  const signet = await startWithAnn({ listen: `localhost:${listen}`, env: { ...patient, SIGNET_SERVER_ISSUER: issuer } })
    .catch(async (error) => { await wire.close(); throw error; });
  const services = [];
  try {
    for (const [make, command] of Object.entries(makes)) {
      const credential = await addVerifier(signet, `service-${services.length}`);
      services.push(await Service.start(make, command, { issuer, ca: path.join(signet.dataDir, 'tls/cert.pem'), credential }));
    }
    await until('both follow', async () => await signet.metric('signet_revocation_followers') === services.length);
    await work({ signet, wire, services, statuses: (...what) => Promise.all(services.map(async (each) => (await each.ask(...what)).status)) });
  } finally {
    await Promise.all(services.map((each) => each.stop()));
    await signet.stop();
    await wire.close();
  }
}

const signOut = (signet, { access_token: bearer }) => request(signet, 'POST', '/api/v1/logout', { bearer });

test('a C++ service and a Node service refuse the same token, before whoever signed out has an answer', () =>
  withServices(async ({ signet, services, statuses }) => {
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
  withServices(async ({ signet, wire, statuses }) => {
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
