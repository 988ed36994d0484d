// CHECKS E1, E2: whatever two readers of HTTP may take differently, no request hides in another: directly, behind nginx,
// and behind HAProxy, both of which share their connections to Signet between clients.
//
// The proof has two stages. Each attack carries a request to a route that nobody else asks for; whether it was executed
// is read off the server's own count. Then others send plain requests over the same shared connections, and each must
// get the answer to its own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { request, startSignet } from '../harness.mjs';
import { frontAddress, startFront } from './fronts.mjs';
import { answersIn, connect } from './raw.mjs';

const hidden = 'POST /api/v1/logout-all HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n';
const opening = 'POST /api/v1/logout HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const size = hidden.length;
const hex = size.toString(16);

// Where a length is believed, the hidden request is body; where chunks are, it stands behind the last one.
const lengthOrChunks = (headers) => `${opening}${headers}\r\n\r\n0\r\n\r\n${hidden}`;
// Where chunks are believed, the hidden request is in one; where a length of 4 is, it stands behind "NN\r\n".
const chunksOrLength = (headers) => `${opening}${headers}\r\n\r\n${hex}\r\n${hidden}\r\n0\r\n\r\n`;

// `broken`: nobody may take it for chunks. Where the others are read as chunks and no length is there, what follows is a
// request of its own, and proves nothing.
const broken = [
  ['a vertical tab', 'Transfer-Encoding: \vchunked'],
  ['an x before', 'Transfer-Encoding: xchunked'],
  ['an x behind', 'Transfer-Encoding: chunkedx'],
  ['another behind', 'Transfer-Encoding: chunked, identity'],
  ['with a cow', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: cow'],
  ['quoted', 'Transfer-Encoding: "chunked"'],
  ['an underscore', 'Transfer_Encoding: chunked'],
  ['a NUL in it', 'Transfer-Encoding: chun\0ked'],
];
const codings = [
  ...broken,
  ['plain', 'Transfer-Encoding: chunked'],
  ['a space before the colon', 'Transfer-Encoding : chunked'],
  ['a tab before the colon', 'Transfer-Encoding\t: chunked'],
  ['a tab behind the colon', 'Transfer-Encoding:\tchunked'],
  ['another first', 'Transfer-Encoding: identity, chunked'],
  ['twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
  ['folded', 'Transfer-Encoding:\r\n chunked'],
  ['in capitals', 'TRANSFER-ENCODING: CHUNKED'],
  ['behind a bare LF', 'X-One: a\nTransfer-Encoding: chunked'],
  ['behind a bare CR', 'X-One: a\rTransfer-Encoding: chunked'],
  ['named to be dropped', 'Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked'],
];
const lengths = [
  ['and another', `Content-Length: 0\r\nContent-Length: ${size}`],
  ['and none', `Content-Length: ${size}\r\nContent-Length: 0`],
  ['signed', `Content-Length: +${size}`],
  ['negative', 'Content-Length: -1'],
  ['hexadecimal', `Content-Length: 0x${hex}`],
  ['in a list', `Content-Length: 0, ${size}`],
  ['with a space before the colon', `Content-Length : ${size}`],
  ['folded', `Content-Length:\r\n ${size}`],
  ['too large for 64 bits', `Content-Length: 1844674407370955161${size}`],
  ['named to be dropped', `Connection: Content-Length\r\nContent-Length: ${size}`],
];
const chunked = 'Transfer-Encoding: chunked\r\n\r\n';
const attacks = [
  ...codings.flatMap(([how, coding]) => [
    [`a length, then a coding: ${how}`, lengthOrChunks(`Content-Length: ${size + 5}\r\n${coding}`)],
    [`a coding, then a length: ${how}`, lengthOrChunks(`${coding}\r\nContent-Length: ${size + 5}`)],
    // With an underscore it is no coding at all, and the length holds.
    ...how === 'an underscore' ? [] : [[`a short length and a coding: ${how}`, chunksOrLength(`Content-Length: ${hex.length + 2}\r\n${coding}`)]],
  ]),
  ...broken.map(([how, coding]) => [`a coding alone: ${how}`, lengthOrChunks(coding)]),
  ...lengths.map(([how, length]) => [`a length ${how}`, `${opening}${length}\r\n\r\n${hidden}`]),
  ['a chunk size of too many digits', `${opening}${chunked}${'f'.repeat(16)}${hex}\r\n${hidden}\r\n0\r\n\r\n`],
  ['a chunk size with 0x', `${opening}${chunked}0x${hex}\r\n${hidden}\r\n0\r\n\r\n`],
  ['a chunk size with a sign', `${opening}${chunked}+${hex}\r\n${hidden}\r\n0\r\n\r\n`],
  ['a chunk longer than it says', `${opening}${chunked}1\r\na${hidden}\r\n0\r\n\r\n`],
  ['a chunk that ends in LF', `${opening}${chunked}1\r\na\n${hex}\r\n${hidden}\r\n0\r\n\r\n`],
  ['a chunk extension with LF', `${opening}${chunked}${(size + 3).toString(16)};a\n0\n\r\n\r\n${hidden}\r\n0\r\n\r\n`],
  ['a last chunk without its line end', `${opening}${chunked}0\r\n${hidden}`],
  ['a body before 100', `${opening}Expect: 100-continue\r\nContent-Length: ${size}\r\n\r\n${hidden}`],
  ['an expectation nobody meets', `${opening}Expect: 200-maybe\r\nContent-Length: ${size}\r\n\r\n${hidden}`],
  ['a GET with a body', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n${hidden}`],
  ['a HEAD with a body', `HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n${hidden}`],
  ['a GET with a body in chunks', `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${chunked}${hex}\r\n${hidden}\r\n0\r\n\r\n`],
  ['an upgrade', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${size}\r\n\r\n${hidden}`],
  ['a line end in the target', `GET /healthz\r\n\r\n${hidden}`],
];

async function executed(signet) {
  const { text } = await request({ url: signet.adminUrl }, 'GET', '/metrics');
  return text.split('\n').filter((line) => /^signet_http_requests_total\{.*route="\/api\/v1\/logout-all"/.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

// Sends the attack and, behind it, a plain request; waits for the end, or for a while: an attack may leave both waiting.
async function attack(where, bytes) {
  const socket = await connect(where, { plain: !where.ca });
  socket.on('error', () => {});
  socket.write(Buffer.from(bytes, 'latin1'));
  await new Promise((done) => setTimeout(done, 50));
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await Promise.race([socket.ended, new Promise((done) => setTimeout(done, 700))]);
  socket.destroy();
}

async function askPlainly(where, path) {
  const socket = await connect(where, { plain: !where.ca });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await socket.ended;
  const answers = answersIn(socket.received);
  assert.equal(answers.length, 1, socket.received);
  assert.equal(answers[0].status, 200, socket.received);
  return answers[0].body;
}

// Each victim must get the answer to its own question.
async function askAsOthersDo(where) {
  for (let round = 0; round < 4; ++round) {
    const [alive, keys, about] = await Promise.all([askPlainly(where, '/healthz'), askPlainly(where, '/.well-known/jwks.json'),
      askPlainly(where, '/.well-known/openid-configuration')]);
    assert.match(alive, /"status"/);
    assert.match(keys, /"keys"/);
    assert.match(about, /"issuer"/);
  }
}

const places = [
  ['directly', () => undefined],
  ['behind nginx', (signet) => startFront('nginx', signet)],
  ['behind HAProxy', (signet) => startFront('haproxy', signet)],
  ['behind HAProxy that looks at no byte', (signet) => startFront('haproxy', signet, { tcp: true })],
];

for (const [where, start] of places) {
  describe(`No request hides in another: ${where}`, () => {
    let signet;
    let front;
    let entrance;
    before(async () => {
      const proxy = where.endsWith('byte') ? { SIGNET_SERVER_PROXY_PROTOCOL: 'true' } : {};
      signet = await startSignet({ plainHttp: where !== 'directly', env: { SIGNET_SERVER_TRUSTED_PROXIES: frontAddress, ...proxy } });
      front = await start(signet);
      entrance = front ? { port: front.port } : signet;
    });
    after(async () => {
      await front?.stop();
      assert.ok(signet.running, signet.log());
      await signet.stop();
    });

    test('The count tells when the hidden route is asked for', async () => {
      const earlier = await executed(signet);
      await attack(entrance, hidden);
      assert.equal(await executed(signet), earlier + 1);
    });

    test(`${attacks.length} attacks execute nothing, and others get their own answers`, async () => {
      assert.ok(attacks.length > 70, `${attacks.length}`);
      const earlier = await executed(signet);
      for (let at = 0; at < attacks.length; at += 20) {
        await Promise.all([...attacks.slice(at, at + 20).map(([, bytes]) => attack(entrance, bytes)), askAsOthersDo(entrance)]);
        await askAsOthersDo(entrance);
      }
      if (await executed(signet) === earlier) return;
      for (const [what, bytes] of attacks) {
        const count = await executed(signet);
        await attack(entrance, bytes);
        await askAsOthersDo(entrance);
        assert.equal(await executed(signet), count, what);
      }
      assert.fail('a hidden request was executed, though by none of the attacks alone');
    });
  });
}
