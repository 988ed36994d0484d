// CHECKS E1, E2, E7, E8 against the built binary: what a confused parser would let through.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSignet } from '../harness.mjs';
import { answersIn, converse, get, post } from './raw.mjs';

let signet;
before(async () => { signet = await startSignet(); });
after(() => signet.stop());

const chunked = 'Transfer-Encoding: chunked\r\n';
const noChunks = '\r\n0\r\n\r\n';

const refused = [
  ['a length and chunks', post(`Content-Length: 5\r\n${chunked}${noChunks}`), 400],
  ['chunks and a length', post(`${chunked}Content-Length: 5\r\n${noChunks}`), 400],
  ['a length of 0 and chunks', post(`Content-Length: 0\r\n${chunked}${noChunks}`), 400],
  ['two lengths', post('Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'), 400],
  ['the same length twice', post('Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc'), 400],
  ['a signed length', post('Content-Length: +3\r\n\r\nabc'), 400],
  ['a hexadecimal length', post('Content-Length: 0x3\r\n\r\nabc'), 400],
  ['chunked not last', post(`Transfer-Encoding: chunked, gzip\r\n${noChunks}`), 400],
  ['chunked twice', post(`${chunked}${chunked}${noChunks}`), 400],
  ['another coding', post(`Transfer-Encoding: gzip\r\n${noChunks}`), 400],
  ['a space before the colon', post(`Transfer-Encoding : chunked\r\n${noChunks}`), 400],
  ['a folded line', post('X-One: a\r\n b\r\n\r\n'), 400],
  ['a bare LF', post('X-One: a\nX-Two: b\r\n\r\n'), 400],
  ['bare LFs alone', 'GET /healthz HTTP/1.1\nHost: localhost\n\n', 400],
  ['a bare CR', post('X-One: a\rb\r\n\r\n'), 400],
  ['a NUL in a header', post('X-One: a\0b\r\n\r\n'), 400],
  ['a NUL in the target', 'GET /healthz\0 HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
  ['two Hosts', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n', 400],
  ['a chunk longer than its size', post(`${chunked}\r\n3\r\nabcd\r\n0\r\n\r\n`), 400],
  ['a line end hidden in a chunk extension', post(`${chunked}\r\n3;a="\n"\r\nabc\r\n0\r\n\r\n`), 400],
  ['endless chunk extensions', post(`${chunked}\r\n1;${'x'.repeat(5000)}\r\na\r\n0\r\n\r\n`), 400],
  ['endless trailers', post(`${chunked}\r\n0\r\n${`X-Trailer: ${'x'.repeat(200)}\r\n`.repeat(50)}\r\n`), 431],
  ['a method nobody knows', 'BREW /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n', 501],
  ['TRACE', 'TRACE /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n', 405],
  ['CONNECT', 'CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', 405],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
];

// Each with a second request where a confused parser would look for one: it must never be answered.
for (const [what, bytes, status] of refused) {
  test(`Refuses ${what}, once, and ends`, async () => {
    const answers = answersIn(await converse(signet, bytes + get('/healthz') + get('/healthz')));
    assert.equal(answers.length, 1);
    assert.equal(answers[0].status, status);
    assert.match(answers[0].head, /\r\nconnection: close/i);
    assert.equal(typeof JSON.parse(answers[0].body).error, 'string');
  });
}

test('Answers pipelined requests in order, slow ones too', async () => {
  const login = JSON.stringify({ email: 'nobody@example.com', password: 'not a password' });
  const slow = post(`Content-Type: application/json\r\nContent-Length: ${login.length}\r\n\r\n${login}`);
  const answers = answersIn(await converse(signet,
    get('/healthz') + slow + get('/no/such/path') + slow + get('/healthz', 'Connection: close\r\n')));
  assert.deepEqual(answers.map((answer) => answer.status), [200, 401, 404, 401, 200]);
});

test('Answers a HEAD without a body and goes on', async () => {
  const text = await converse(signet, 'HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n' + get('/no/such', 'Connection: close\r\n'));
  const second = text.indexOf('HTTP/1.1', 1);
  assert.match(text.slice(0, second), /^HTTP\/1\.1 200 [^]*\r\n\r\n$/);
  assert.match(text.slice(second), /^HTTP\/1\.1 404 /);
});

test('Answers HTTP/1.0 and ends', async () => {
  const answers = answersIn(await converse(signet, 'GET /healthz HTTP/1.0\r\n\r\n'));
  assert.deepEqual(answers.map((answer) => answer.status), [200]);
});

test('Answers plain HTTP on the TLS port in plain text, and ends', async () => {
  const answers = answersIn(await converse(signet, get('/healthz'), { plain: true }));
  assert.deepEqual(answers.map((answer) => answer.status), [400]);
});
