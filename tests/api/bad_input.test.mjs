// What strangers send: the right 4xx in the one shape, and the server as it was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ann, rawExchange, request, signIn, startWithAnn } from './harness.mjs';

let signet;
before(async () => { signet = await startWithAnn(); });
after(() => signet.stop());

const json = { 'content-type': 'application/json' };
const login = (body, headers = json) => () => request(signet, 'POST', '/api/v1/login', { body, headers });

// A request no client would send, and the status line and body of its answer.
async function raw(text) {
  const answer = await rawExchange(signet, Buffer.from(text, 'latin1'));
  const status = Number(answer.match(/^HTTP\/1\.1 (\d{3})/)?.[1]);
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  let parsed;
  try { parsed = JSON.parse(body); } catch { /* not JSON */ }
  return { status, json: parsed, text: answer };
}
const head = (more, target = '/api/v1/login') => `POST ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`;

const table = [
  ['a missing body', login(undefined), 400],
  ['an empty body', login(''), 400],
  ['a body that is no object', login('["a"]'), 400],
  ['text after the object', login('{"email":"a@b.c","password":"x"} {}'), 400],
  ['a missing member', login('{"email":"a@b.c"}'), 400],
  ['a member of another type', login('{"email":"a@b.c","password":12345678}'), 400],
  ['a member that is null', login('{"email":null,"password":"12345678"}'), 400],
  ['a duplicate member', login('{"email":"a@b.c","email":"b@b.c","password":"12345678"}'), 400],
  ['invalid UTF-8', login(Buffer.from([...Buffer.from('{"email":"a@b.c","password":"'), 0xff, 0xfe, ...Buffer.from('"}')])), 400],
  ['a lone surrogate', login('{"email":"a@b.c","password":"\\ud800"}'), 400],
  ['a NUL byte', login('{"email":"a@b.c","password":"1234\u00005678"}'), 400],
  ['depth 10,000', login('['.repeat(10_000)), 400],
  ['depth 10,000 inside an object', login(`{"email":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_001)}`), 400],
  ['an unknown delivery', login(JSON.stringify({ email: ann.email, password: ann.password, delivery: 'pigeon' })), 400],
  ['a form body', login('email=a%40b.c&password=12345678', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
  ['no content type', login('{"email":"a@b.c","password":"12345678"}', {}), 415],
  ['a wrong method', () => request(signet, 'GET', '/api/v1/login'), 405],
  ['a method nobody knows', () => raw('BREW /api/v1/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'), 405, 501],
  ['TRACE', () => raw('TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'), 405, 501],
  ['an unknown path', () => request(signet, 'GET', '/api/v1/nothing'), 404],
  ['a path that climbs', () => raw('GET /api/../metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'), 404, 400],
  ['metrics in public', () => request(signet, 'GET', '/metrics'), 404],
  ['a NUL in the path', () => raw('GET /api\0/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'), 400],
  ['a header of 100 kB', () => raw(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(100_000)}\r\n\r\n`), 431],
  ['a request line of 100 kB', () => raw(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`), 414, 431],
  ['200 headers', () => raw(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${'X-A: b\r\n'.repeat(200)}\r\n`), 431],
  ['a body of 10 MB by its length', () => raw(`${head('Content-Type: application/json\r\nContent-Length: 10485760\r\n')}{`), 413],
  ['a body of 70 kB', () => raw(`${head('Content-Type: application/json\r\nContent-Length: 70000\r\n')}${'a'.repeat(70_000)}`), 413],
  // CHECKS E1
  ['length and chunks together', () => raw(`${head('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n')}0\r\n\r\n`), 400],
  ['two lengths', () => raw(`${head('Content-Length: 5\r\nContent-Length: 6\r\n')}hello`), 400],
  ['a length with a plus', () => raw(`${head('Content-Length: +5\r\n')}hello`), 400],
  ['a space before the colon', () => raw('GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n'), 400],
  ['no host', () => raw('GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n'), 400],
  ['a folded header', () => raw('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n'), 400],
];

for (const [what, send, ...statuses] of table) {
  test(`Refuses ${what}`, async () => {
    const answer = await send();
    assert.ok(statuses.includes(answer.status), `${answer.status}: ${answer.text.slice(0, 300)}`);
    assert.equal(typeof answer.json?.error, 'string', answer.text.slice(0, 300));
    assert.equal(typeof answer.json.error_description, 'string');
    assert.deepEqual(Object.keys(answer.json).sort(), ['error', 'error_description']);
  });
}

test('Ignores members it does not know', async () => {
  const answer = await request(signet, 'POST', '/api/v1/login',
    { json: { email: ann.email, password: ann.password, admin: true, user: { roles: ['admin'] } } });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json.user.roles, []);
});

test('Takes 10 MB bodies many times without keeping their memory', async () => {
  await new Promise((done) => setTimeout(done, 3000));  // the memory of hashes is given back
  const before = signet.residentKilobytes();
  const body = 'a'.repeat(10 * 1024 * 1024);
  for (let i = 0; i < 20; i++)
    await raw(`${head(`Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`)}${body}`);
  for (let i = 0; i < 300; i++) await login('['.repeat(10_000))();
  const grown = signet.residentKilobytes() - before;
  console.log(`      memory before ${before} kB, grown by ${grown} kB`);
  assert.ok(grown < 32 * 1024, `${grown} kB`);
  await signIn(signet);
});
