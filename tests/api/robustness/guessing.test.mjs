// CHECKS C7, C9, C11, C35, E11: an attacker with many addresses and one account to open.
//
// tests/contract/guessing_test.cpp has the same with 100,000 guesses and days of time.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { ann, percentile, query, request, startWithAnn } from '../harness.mjs';

const guesses = 10_000;
const addresses = 5_000;
const inFlight = 200;
const hardStop = 6;
const addressOf = (i) => `198.18.${Math.floor((i % addresses) / 250)}.${1 + (i % 250)}`;
let signet;

before(async () => {
  signet = await startWithAnn({ plainHttp: true,
    env: { SIGNET_SERVER_TRUSTED_PROXIES: '127.0.0.1,::1', SIGNET_THROTTLE_ACCOUNT_HARD_STOP: `${hardStop}` } });
});
after(async () => { await signet.stop(); });

const login = (password, from, options = {}) => request(signet, 'POST', '/api/v1/login',
  { json: { email: ann.email, password }, headers: { 'x-forwarded-for': from, ...options.headers }, ...options });

test(`${guesses} guesses from ${addresses} addresses never get in, the owner does meanwhile`, async () => {
  const first = await login(ann.password, '192.0.2.1', { headers: { 'x-forwarded-for': '192.0.2.1', 'sec-fetch-site': 'none' } });
  assert.equal(first.status, 200, first.text);
  const device = first.headers['set-cookie'].find((line) => line.includes('device')).split(';')[0];

  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  const ends = new Map();
  let sent = 0;
  let over = false;
  const attacker = async () => {
    while (sent < guesses) {
      const i = sent++;
      // The right one is among them: at first the waits keep it out, then the hard stop.
      const password = i >= 100 && i % 50 === 0 ? ann.password : `wrong password ${i}`;
      const { status } = await login(password, addressOf(i), { agent });
      ends.set(status, (ends.get(status) ?? 0) + 1);
    }
  };
  const attack = Promise.all(Array.from({ length: inFlight }, attacker)).finally(() => { over = true; });
  const times = [];
  let turnedAway = 0;
  // At least once after the hard stop has been reached as well.
  do {
    const own = await login(ann.password, '192.0.2.1', { cookie: device });
    if (own.status === 200) times.push(own.milliseconds);
    else assert.equal(own.status, 503, own.text);
    if (own.status === 503) ++turnedAway;
    await new Promise((done) => setTimeout(done, 100));
  } while (!over);
  await attack;
  agent.destroy();
  console.log(`      ${[...ends].map(([status, count]) => `${count} × ${status}`).join(', ')}; the owner signed in ${times.length} times, `
    + `told to come back ${turnedAway} times, p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms`);

  assert.equal(ends.get(200), undefined, 'a guess got in');
  assert.ok(times.length >= 3, `${times.length}`);
  assert.ok(times.length > turnedAway, 'the owner is let in more often than not');
  const [[rows]] = await query(signet, `SELECT count(*) FROM audit WHERE event = 'login_refused'`);
  assert.ok(rows <= hardStop, `${rows} guesses cost a hash`);

  // Without the device, the right password opens nothing after the hard stop; with it, it does.
  const [[failures]] = await query(signet, `SELECT failures FROM attempts WHERE scope = 'account' AND subject = '${ann.email}'`);
  assert.ok(failures >= 6, `${failures}`);
  assert.equal((await login(ann.password, '203.0.113.1')).status, 429);
  assert.equal((await login(ann.password, '192.0.2.1', { cookie: device })).status, 200);
});

// CHECKS C11
test('The operator has been told', async () => {
  assert.equal(await signet.metric('signet_guessing_suspected'), 1);
  assert.ok(await signet.metric('signet_sign_ins_total{end="slow_down"}') > 1000);
  assert.match(signet.log(), /guessing is suspected/);
  const [[rows]] = await query(signet, `SELECT count(*) FROM audit WHERE event = 'guessing_suspected'`);
  assert.equal(rows, 1);
});
