// CHECKS E5, E6, E11: thousands of connections held open by clients that send or read next to nothing, all at once.
// Figures are printed; what is asserted leaves room for a busy machine.
import assert from 'node:assert/strict';
import net from 'node:net';
import tls from 'node:tls';
import { after, before, test } from 'node:test';
import { percentile, refresh, request, signIn, startWithAnn, until } from '../harness.mjs';
import { get, post } from './raw.mjs';

const atOnce = 200;
let signet;
before(async () => {
  signet = await startWithAnn({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: '0s' } });
});
after(async () => { assert.equal((await signet.stop()).code, 0, signet.log()); });

const open = () => signet.metric('signet_http_connections{listener="main"}');

function connect({ bare, bytes, deaf }) {
  return new Promise((resolve, reject) => {
    const raw = net.connect({ port: signet.port, host: '127.0.0.1' });
    const socket = bare ? raw : tls.connect({ socket: raw, ca: signet.ca, servername: 'localhost' });
    socket.on('error', () => {});
    raw.on('error', reject);
    socket.once(bare ? 'connect' : 'secureConnect', () => {
      if (deaf) raw.pause();
      if (deaf) socket.pause();
      else socket.resume();
      if (bytes) socket.write(bytes);
      resolve(socket);
    });
  });
}

async function hold(kind, sockets) {
  for (let i = 0; i < kind.count; i += atOnce)
    sockets.push(...await Promise.all(Array.from({ length: Math.min(atOnce, kind.count - i) }, () => connect(kind))));
}

const kinds = [
  // Last those that cost nothing to open: all are to be there together.
  { what: 'read nothing', count: 100, bytes: get('/openapi.json').repeat(100), deaf: true },
  { what: 'trickle a header', count: 500, bytes: get('/healthz').slice(0, 20) },
  { what: 'trickle a body', count: 500, bytes: `${post('Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n')}{"email"` },
  { what: 'begin a handshake', count: 1_950, bare: true, bytes: Buffer.from('1603010200010001fc0303', 'hex') },
  { what: 'say nothing', count: 1_950, bare: true },
];
const all = kinds.reduce((sum, kind) => sum + kind.count, 0);

// What a person at a device sees meanwhile.
async function measure(rounds) {
  const times = { keys: [], refresh: [] };
  const agent = signet.agent();
  let { refresh_token: token } = await signIn(signet);
  for (let i = 0; i < rounds; ++i) {
    const keys = await request(signet, 'GET', '/.well-known/jwks.json', { agent });
    assert.equal(keys.status, 200);
    const renewed = await refresh(signet, token, { agent });
    assert.equal(renewed.status, 200, renewed.text);
    token = renewed.json.refresh_token;
    times.keys.push(keys.milliseconds);
    times.refresh.push(renewed.milliseconds);
  }
  agent.destroy();
  return { keys: percentile(times.keys, 0.99), refresh: percentile(times.refresh, 0.99) };
}

test(`${all} slow connections hold up nobody else, and are ended in time`, async () => {
  const quiet = await measure(200);
  const sockets = [];
  for (const kind of kinds) await hold(kind, sockets);
  const most = await open();
  const busy = await measure(200);
  const still = await open();
  console.log(`      ${most} connections open, ${still} after the measurement; p99 key set ${quiet.keys.toFixed(1)} → ${busy.keys.toFixed(1)} ms, `
    + `refresh ${quiet.refresh.toFixed(1)} → ${busy.refresh.toFixed(1)} ms; ${Math.round(signet.residentKilobytes() / 1024)} MB resident`);
  assert.ok(most > all * 0.5, `only ${most} were open at once`);
  for (const what of ['keys', 'refresh']) assert.ok(busy[what] < Math.max(50 * quiet[what], 1000), JSON.stringify({ quiet, busy }));
  // Ten seconds for a handshake, a header, and the first of a body; thirty and more for who does not read.
  await until('those that send too slowly to be ended', async () => (await open()) < kinds[0].count / 2, 60_000);
  for (const socket of sockets) socket.destroy();
  await until('all to be forgotten', async () => (await open()) < 10);
});
