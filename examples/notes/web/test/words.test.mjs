// What the panel says is what was observed: the same request, told by its answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tell } from './built/words.js';

const exchange = (path, status, body, more = {}) => ({
  kind: 'exchange', number: 1, at: new Date(), purpose: 'app', method: 'POST', url: `https://id.example${path}`, requestHeaders: {}, requestBody: '',
  state: 'answered', ms: 1, status, responseHeaders: {}, responseBody: JSON.stringify(body), reason: '', checked: undefined, roles: ['viewer'],
  why: 'nobody-known', note: '', ...more,
});
const refused = (path, status, error, more) => tell(exchange(path, status, { error, error_description: 'A sentence.' }, more));

test('a sign-in that did not work is told by its code', () => {
  const title = (status, error) => refused('/api/v1/login', status, error).title;
  assert.equal(title(401, 'bad_credentials'), 'You sent your password, and Signet said no');
  assert.equal(title(429, 'slow_down'), 'You sent your password, and Signet said: not so fast');
  assert.equal(title(503, 'busy'), 'You sent your password, and Signet was too busy to look at it');
  assert.equal(title(503, 'unavailable'), 'You sent your password, and Signet answered 503');
  assert.equal(title(400, 'invalid_request'), 'You sent your password, and Signet answered 400');
  assert.deepEqual(refused('/api/v1/login', 400, 'x').lines, ['The answer says: “A sentence.”']);
});

test('a refresh says that nobody was signed in when Signet says so, and not otherwise', () => {
  const title = (status, error, why) => refused('/api/v1/refresh', status, error, { why }).title;
  assert.equal(title(401, 'invalid_grant', 'nobody-known'), 'Nobody was signed in');
  assert.equal(title(401, 'invalid_grant', 'due'), 'Signet no longer knows this session');
  assert.equal(title(401, 'something_else', 'nobody-known'), 'Signet gave no card: it answered 401');
  assert.equal(title(403, 'origin_not_allowed', 'nobody-known'), 'Signet gave no card: it answered 403');
});

test('a sign-out is told as one only when Signet did it', () => {
  assert.equal(tell(exchange('/api/v1/logout', 204, undefined)).title, 'You signed out');
  assert.equal(refused('/api/v1/logout', 401, 'invalid_grant').title, 'You were signed out already');
  assert.equal(refused('/api/v1/logout', 503, 'busy').title, 'Signing out did not work');
});

test('a 403 is about roles only when it says so', () => {
  assert.match(refused('/dashboard', 403, 'insufficient_scope').lines[0], /Your roles: viewer/);
  assert.deepEqual(refused('/dashboard', 403, 'other').lines, ['The answer says: “A sentence.”']);
});

test('what the notes server checked is what it says it checked', () => {
  const checked = { microseconds: 51, asked: 'nobody', checked: ['signature', 'time'], key: 'abcdefghijklmnop', algorithm: 'ES256', seconds_left: 552 };
  const { lines } = tell(exchange('/notes', 200, { notes: [] }, { checked }));
  assert.deepEqual(lines, ['The server says: it checked signature (key abcdefgh…, ES256) and time (9:12 left), in 0.05 ms. It asked nobody.']);
});

test('a card that the server has seen before is told apart from a new one', () => {
  const checked = { microseconds: 4, asked: 'nobody', checked: ['time', 'keys'], seen_before: true, key: 'abcdefghijklmnop', algorithm: 'ES256', seconds_left: 552 };
  const { lines } = tell(exchange('/notes', 200, { notes: [] }, { checked }));
  assert.deepEqual(lines, ['The server says: it had checked the signature of this very card before; now it checked time (9:12 left) and keys, in 0.00 ms. It asked nobody.']);
});

test('a busy Signet is asked again when this page says so', () => {
  const { lines } = tell({ kind: 'remark', number: 1, at: new Date(), what: 'busy', seconds: 4.4 });
  assert.deepEqual(lines, ['It answered 503. This page asks again in 0:05.']);
});

test('a sign-out says how far the news of it got, and no further', () => {
  const lines = (propagated, path = '/api/v1/logout') => tell(exchange(path, 204, undefined,
    { responseHeaders: propagated === undefined ? {} : { 'signet-propagated': propagated } })).lines.join(' ');
  assert.match(lines('2/2'), /all 2 servers that hear of sign-outs had confirmed/);
  assert.match(lines('1/1'), /the one server that hears of sign-outs had confirmed/);
  assert.match(lines('1/3'), /Of 3 servers that hear of sign-outs, 1 had confirmed/);
  for (const nobody of ['0/0', undefined]) assert.match(lines(nobody), /No other server hears of it/);
  assert.match(lines('2/2', '/api/v1/logout-all'), /all your sessions, on every device/);
});

test('a refusal from elsewhere says how soon it came, where that is known', () => {
  const told = (milliseconds) => tell({ kind: 'remark', number: 1, at: new Date(), what: 'refused-at-once', seconds: null, milliseconds });
  assert.match(told(7).lines[0], /The news was here 7 ms later/);
  assert.match(told(null).lines[0], /The news came:/);
});
