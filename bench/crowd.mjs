// bench/crowd.mjs - a server with thousands of connections: what they cost the others, and what they cost in memory.
import net from 'node:net';
import tls from 'node:tls';
import { median } from './peers.mjs';

export const crowdRows = {
  slow: ['slow/5000', 'slow/5000/sign-ins'].flatMap((name) => ['refresh', 'keys'].flatMap((kind) => [`${name}/${kind}/p50`, `${name}/${kind}/p99`])),
  idle: ['memory/10000-connections'],
};

// Connections of a server, held open: `bytes` sent over TLS, or in the clear where `bare`; those of `answered` have read
// an answer and wait idle. As many at once as a machine opens without losing any.
class Crowd {
  constructor(signet) { this.port = signet.port; this.sockets = new Set(); }
  one({ bare = false, bytes = '', answered = false }) {
    return new Promise((resolve, reject) => {
      const socket = bare ? net.connect(this.port, '127.0.0.1')
        : tls.connect({ port: this.port, host: '127.0.0.1', rejectUnauthorized: false, servername: 'localhost' });
      socket.once('error', reject);
      socket.once(bare ? 'connect' : 'secureConnect', () => {
        socket.off('error', reject).on('error', () => {});
        this.sockets.add(socket);
        socket.once('close', () => this.sockets.delete(socket));
        if (answered) socket.once('data', () => resolve(socket));
        socket.resume();
        socket.write(bytes);
        if (!answered) resolve(socket);
      });
    });
  }
  async add(kind, count) {
    for (let i = 0; i < count; i += 100) await Promise.all(Array.from({ length: Math.min(100, count - i) }, () => this.one(kind)));
  }
  get size() { return this.sockets.size; }
  leave() {
    const all = [...this.sockets];
    this.sockets.clear();
    for (const socket of all) socket.destroy();
  }
  // A figure of a crowd that has gone is none.
  expect(count) { if (this.size < count) throw new Error(`only ${this.size} of ${count} connections are open`); }
}

// CHECKS E5: what clients that send next to nothing take from those who do.
export async function measureSlowConnections({ start, cores, report }) {
  const head = 'GET /healthz HTTP/1.1\r\nHost: loc';
  const body = 'POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{';
  const signet = await start({ SIGNET_SESSIONS_REFRESH_WINDOW: '0s' });
  await signet.addAccount();
  const kinds = ['refresh', 'keys'];
  const slow = 5000;
  // The server ends each of them after ten seconds: those that take long to open come first, and all come anew each time.
  const fill = async () => {
    crowd.leave();
    await crowd.add({ bytes: head }, 0.2 * slow);
    await crowd.add({ bytes: body }, 0.2 * slow);
    await crowd.add({ bare: true }, 0.6 * slow);
    crowd.expect(slow);
  };
  const measure = async (seen, kind, signIns) => {
    await fill();
    const crowded = signIns ? signet.load('login', 16 * cores, 3) : null;
    seen[kind].push(await signet.load(kind, 4, 2));
    crowd.expect(0.9 * slow);
    await crowded;
    crowd.leave();
  };
  const fresh = () => ({ refresh: [], keys: [] });
  const quiet = fresh(), held = fresh(), both = fresh();
  const crowd = new Crowd(signet);
  try {
    for (let i = 0; i < 3; ++i) {
      for (const kind of kinds) quiet[kind].push(await signet.load(kind, 4, 2));
      for (const kind of kinds) await measure(held, kind, false);
      for (const kind of kinds) await measure(both, kind, true);
    }
    for (const [name, seen] of [['slow/5000', held], ['slow/5000/sign-ins', both]])
      for (const kind of kinds)
        for (const share of ['p50', 'p99']) {
          const figures = (all) => all[kind].map((round) => round[`${share}_ms`]);
          report({ name: `${name}/${kind}/${share}`, value: median(figures(seen)), unit: 'ms', baseline: median(figures(quiet)),
            ratio: median(figures(seen).map((v, i) => v / figures(quiet)[i])),
            against: name.endsWith('ins') ? 'the same in peace; people sign in, and 5,000 connections are slow' : 'the same in peace; 5,000 connections are slow' });
        }
  } finally {
    crowd.leave();
    await signet.stop();
  }
}

// What a connection costs that waits for its next request.
export async function measureIdleConnections({ start, report }) {
  const count = 10_000;
  const signet = await start();
  const crowd = new Crowd(signet);
  try {
    await new Promise((done) => setTimeout(done, 3000));  // hashing memory is given back within two
    const before = signet.residentMegabytes();
    // On a slow machine the first have met the server's limit for idle ones before the last are there.
    for (let i = 0; i < 5 && crowd.size < count; ++i)
      await crowd.add({ bytes: 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n', answered: true }, count - crowd.size);
    crowd.expect(count);
    report({ name: 'memory/10000-connections', value: signet.residentMegabytes(), unit: 'MB', baseline: before, ratio: null,
      against: `without them; ${crowd.size} over TLS, each idle after one answer` });
  } finally {
    crowd.leave();
    await signet.stop();
  }
}
