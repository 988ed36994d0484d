// CHECKS E4 to E6 against the built binary: too large, too slow, too much; and the server as it was.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { request, startSignet, until } from '../harness.mjs';
import { answersIn, connect, converse, get, post } from './raw.mjs';

let signet;
before(async () => { signet = await startSignet(); });
after(async () => {
  assert.ok(signet.running, signet.log());
  assert.equal((await signet.stop()).code, 0);
});

const alive = async () => assert.equal((await request(signet, 'GET', '/healthz')).status, 200);

for (const [what, bytes, status] of [
  ['a request line of 100 kB', get(`/${'a'.repeat(100_000)}`), 414],
  ['a header of 100 kB', get('/healthz', `X-Long: ${'a'.repeat(100_000)}\r\n`), 431],
  ['101 headers', get('/healthz', 'X-One: 1\r\n'.repeat(101)), 431],
  ['a body of 10 MB', `${post('Content-Length: 10000000\r\n\r\n')}${'a'.repeat(10_000_000)}`, 413],
  ['a chunk of 10 MB', `${post('Transfer-Encoding: chunked\r\n\r\n')}989680\r\n${'a'.repeat(10_000_000)}`, 413],
]) {
  test(`Refuses ${what} with an answer that arrives`, async () => {
    const answers = answersIn(await converse(signet, bytes));
    assert.deepEqual(answers.map((answer) => answer.status), [status]);
    await alive();
  });
}

test('Does not ask for a body that is too large', async () => {
  const answers = answersIn(await converse(signet, post('Content-Length: 10000000\r\nExpect: 100-continue\r\n\r\n')));
  assert.deepEqual(answers.map((answer) => answer.status), [413]);
});

test('Answers others at once while 200 connections send next to nothing', async () => {
  const slow = await Promise.all(Array.from({ length: 200 }, () => connect(signet)));
  for (const socket of slow) socket.write('GET /healthz HTTP/1.1\r\nHost: loc');
  for (let i = 0; i < 20; ++i) await alive();
  // After ten seconds they are told, and cut off.
  await Promise.all(slow.map((socket) => socket.ended));
  for (const socket of slow) assert.equal(answersIn(socket.received)[0]?.status, 408);
  await alive();
});

// What a proxy says before the first byte of a client: PROXY protocol, version 2, TCP over IPv4.
function proxied(address) {
  const addresses = Buffer.from([...address.split('.').map(Number), 127, 0, 0, 1, 0x9c, 0x40, 0x20, 0xfb]);
  return Buffer.concat([Buffer.from('0d0a0d0a000d0a515549540a2111000c', 'hex'), addresses]).toString('latin1');
}

// Loopback itself is not counted: a proxy comes from there.
test('Of however few connections one address has a quarter at most', async () => {
  const proxy = '127.0.0.2';  // and not the test itself
  const small = await startSignet({ plainHttp: true,
    env: { SIGNET_SERVER_CONNECTIONS: '40', SIGNET_SERVER_PROXY_PROTOCOL: 'true', SIGNET_SERVER_TRUSTED_PROXIES: proxy } });
  try {
    const sockets = await Promise.all(Array.from({ length: 15 }, () => connect(small, { plain: true, from: proxy })));
    for (const socket of sockets) socket.write(proxied('192.0.2.1'), 'latin1');
    await until('five are refused', async () => await small.metric('signet_http_refused_total{listener="main",reason="connections_per_address"}') === 5);
    await until('ten are left', async () => await small.metric('signet_http_connections{listener="main"}') === 10);
    const others = await converse(small, proxied('192.0.2.2') + get('/healthz', 'Connection: close\r\n'), { plain: true, from: proxy });
    assert.deepEqual(answersIn(others).map((answer) => answer.status), [200]);
    for (const socket of sockets) socket.destroy();
  } finally {
    await small.stop();
  }
});

test('Pauses, without a busy loop, while it has no descriptors left', async () => {
  const limit = (count) => execFileSync('prlimit', ['--pid', String(signet.pid), `--nofile=${count}:`]);
  // In hundredths of a second, of user and kernel time.
  const processorTime = () => {
    const fields = readFileSync(`/proc/${signet.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const refused = (reason) => signet.metric(`signet_http_refused_total{listener="main",reason="${reason}"}`);
  assert.equal(await refused('descriptors'), 0);
  const open = readdirSync(`/proc/${signet.pid}/fd`).length;
  const before = readFileSync(`/proc/${signet.pid}/limits`, 'utf8').match(/Max open files\s+(\d+)/)[1];
  limit(open + 10);
  const sockets = await Promise.all(Array.from({ length: 40 }, () => connect(signet, { plain: true })));
  const began = processorTime();
  await new Promise((done) => setTimeout(done, 1000));
  assert.ok(processorTime() - began < 30, 'it is busy with nothing');
  assert.ok(await refused('descriptors') > 0, 'they ran out');
  for (const socket of sockets) socket.destroy();
  limit(before);
  await alive();
});

test('Has its memory back after a storm of bad input', async () => {
  const storm = async () => {
    for (let round = 0; round < 10; ++round) {
      await Promise.all([
        converse(signet, `${post('Content-Length: 10000000\r\n\r\n')}${'a'.repeat(1_000_000)}`),
        converse(signet, get('/healthz', `X-Long: ${'a'.repeat(100_000)}\r\n`)),
        converse(signet, 'nonsense\0\r\n\r\n'),
        converse(signet, post(`Transfer-Encoding: chunked\r\n\r\n${'1\r\na\r\n'.repeat(10_000)}x\r\n`)),
        converse(signet, get('/no/such/path').repeat(50) + get('/healthz', 'Connection: close\r\n')),
        converse(signet, 'GET / HTTP/1.1\r\n\r\n', { plain: true }),
      ]);
    }
  };
  await storm();  // what is kept for good is there now
  const before = signet.residentKilobytes();
  await storm();
  await storm();
  const grown = signet.residentKilobytes() - before;
  assert.ok(grown < 8 * 1024, `grown by ${grown} kB`);
  await alive();
});
