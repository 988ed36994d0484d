// A person makes an account, signs in, and is who they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addUser, ann, refreshCookie, request, signIn, startSignet } from './harness.mjs';

let signet;
before(async () => { signet = await startSignet(); });
after(() => signet.stop());

const account = (name) => ({ email: `${name}@example.com`, password: `the long words of ${name}`, name });
const post = (path, json, options = {}) => request(signet, 'POST', path, { json, ...options });
const refused = (answer, status, code) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.error, code);
  assert.equal(typeof answer.json.error_description, 'string');
};

test('The first start shows an account that signs in', async () => {
  const email = signet.banner('User');
  const answer = await post('/api/v1/login', { email, password: signet.banner('Password') });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json.user.roles, ['viewer']);
});

test('Sign up, sign in, and ask who I am', async () => {
  const bea = account('bea');
  const made = await post('/api/v1/signup', bea);
  assert.equal(made.status, 201, made.text);
  assert.equal(made.json.user.email, bea.email);
  assert.deepEqual(made.json.user.roles, []);

  const grant = await signIn(signet, bea);
  assert.equal(grant.token_type, 'Bearer');
  assert.ok(grant.expires_in > 500 && grant.expires_in <= 600, `${grant.expires_in}`);
  assert.match(grant.refresh_token, /^srt_[A-Za-z0-9_-]+$/);

  const me = await request(signet, 'GET', '/api/v1/me', { bearer: grant.access_token });
  assert.equal(me.status, 200, me.text);
  const shown = me.json.user ?? me.json;
  assert.equal(shown.email, bea.email);
  assert.equal(shown.name, 'bea');
  assert.equal(shown.id, grant.user.id);
});

test('The address counts whatever its case', async () => {
  await post('/api/v1/signup', account('cleo'));
  const answer = await post('/api/v1/login', { email: 'CLEO@Example.COM', password: account('cleo').password });
  assert.equal(answer.status, 200, answer.text);
  refused(await post('/api/v1/signup', { ...account('cleo'), email: 'Cleo@example.com' }), 409, 'email_taken');
});

test('A wrong password, an unknown address, and a disabled account get the same answer', async () => {
  await post('/api/v1/signup', account('dan'));
  const wrong = await post('/api/v1/login', { email: 'dan@example.com', password: 'not the password' });
  const unknown = await post('/api/v1/login', { email: 'nobody@example.com', password: 'not the password' });
  refused(wrong, 401, 'bad_credentials');
  refused(unknown, 401, 'bad_credentials');
  assert.equal(wrong.text, unknown.text);
  const names = (answer) => Object.keys(answer.headers).filter((name) => name !== 'date').sort();
  assert.deepEqual(names(wrong), names(unknown));
});

test('A weak password is refused with its reason', async () => {
  for (const [password, code] of [['short', 'password_too_short'], ['password123', 'password_too_common'],
    ['eve@example.com', 'password_is_personal'], ['x'.repeat(1025), 'password_too_long']]) {
    const answer = await post('/api/v1/signup', { email: 'eve@example.com', password });
    assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
    assert.equal(answer.json.error, code);
  }
});

test('Guessing is slowed down, and the answer says for how long', async () => {
  await post('/api/v1/signup', account('fay'));
  // Waits double, so that however slow this machine is, one of these comes too early.
  let answer;
  for (let i = 0; i < 16 && answer?.status !== 429; i++)
    answer = await post('/api/v1/login', { email: 'fay@example.com', password: `guess number ${i}` });
  refused(answer, 429, 'slow_down');
  assert.ok(Number(answer.headers['retry-after']) >= 1);
});

test('A browser gets the refresh token in a cookie its scripts cannot see', async () => {
  await post('/api/v1/signup', account('gus'));
  const browser = { 'sec-fetch-site': 'same-origin', origin: signet.url };
  const answer = await post('/api/v1/login', { email: 'gus@example.com', password: account('gus').password }, { headers: browser });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.refresh_token, undefined);
  const set = answer.headers['set-cookie'].find((line) => line.startsWith('__Host-signet_refresh='));
  for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(set.includes(attribute), set);
  assert.ok(!/domain/i.test(set), set);

  const renewed = await request(signet, 'POST', '/api/v1/refresh', { headers: browser, cookie: refreshCookie(answer) });
  assert.equal(renewed.status, 200, renewed.text);
  assert.equal(renewed.json.refresh_token, undefined);
  assert.ok(refreshCookie(renewed), 'the first refresh of a session sets its successor');
});

test('A browser may ask for the token in the body, and a script for the cookie', async () => {
  await post('/api/v1/signup', account('hal'));
  const credentials = { email: 'hal@example.com', password: account('hal').password };
  const body = await post('/api/v1/login', { ...credentials, delivery: 'body' }, { headers: { 'sec-fetch-site': 'same-origin', origin: signet.url } });
  assert.match(body.json.refresh_token, /^srt_/);
  assert.equal(refreshCookie(body), undefined);
  const cookie = await post('/api/v1/login', { ...credentials, delivery: 'cookie' });
  assert.equal(cookie.json.refresh_token, undefined);
  assert.ok(refreshCookie(cookie));
});

test('A page of another site cannot use the cookie', async () => {
  await addUser(signet, ann);
  const answer = await post('/api/v1/login', { ...ann, name: undefined, delivery: 'cookie' });
  const theirs = await request(signet, 'POST', '/api/v1/refresh',
    { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, cookie: refreshCookie(answer) });
  assert.equal(theirs.status, 403, theirs.text);
  assert.equal(theirs.json.error, 'origin_not_allowed');
});

test('A bearer token that is missing, forged, or changed by one letter is refused', async () => {
  const { access_token: token } = await signIn(signet, await (async () => {
    await post('/api/v1/signup', account('ivy'));
    return account('ivy');
  })());
  const missing = await request(signet, 'GET', '/api/v1/me');
  assert.equal(missing.status, 401);
  assert.match(missing.headers['www-authenticate'], /^Bearer/);
  const at = token.length - 20;
  const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
  for (const bad of ['x', 'a.b.c', changed, `${token}.x`]) {
    const answer = await request(signet, 'GET', '/api/v1/me', { bearer: bad });
    refused(answer, 401, 'invalid_token');
    assert.match(answer.headers['www-authenticate'], /error="invalid_token"/);
  }
});
