// More than the machine can hash, and guesses at who has an account: CHECKS E11, E14, C13.
// Figures are printed; what is asserted leaves room for a busy machine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ann, percentile, query, refresh, request, run, signIn, startWithAnn } from './harness.mjs';

const crowd = 500;
const member = (i) => `member${i}@example.com`;
let signet;

before(async () => {
  // Without a window each refresh is a rotation, and so a durable write.
  signet = await startWithAnn({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: '0s' } });
  // Everyone has ann's password, and so may have ann's hash.
  const [[hash]] = await query(signet, `SELECT password FROM users WHERE email_key = '${ann.email}'`);
  const lines = Array.from({ length: crowd }, (_, i) => JSON.stringify({ email: member(i), password_hash: hash }));
  const done = await run(['user', 'import', '-', '--data', signet.dataDir], { input: `${lines.join('\n')}\n` });
  assert.equal(done.code, 0, done.stderr);
});
after(() => signet.stop());

// The crowd signs in at once, from a thread of its own so that this one can measure.
function signInAll() {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const https = require('node:https');
    const agent = new https.Agent({ keepAlive: true, ca: workerData.ca });
    const one = (email) => new Promise((resolve) => {
      const body = JSON.stringify({ email, password: workerData.password });
      const outgoing = https.request(workerData.url + '/api/v1/login', { method: 'POST', agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => { text += chunk; });
        answer.on('end', () => resolve({ status: answer.statusCode, retry: answer.headers['retry-after'], text }));
      });
      outgoing.on('error', (error) => resolve({ status: 0, text: String(error) }));
      outgoing.end(body);
    });
    Promise.all(workerData.emails.map(one)).then((answers) => { agent.destroy(); parentPort.postMessage(answers); });`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, { eval: true,
      workerData: { url: signet.url, ca: signet.ca, password: ann.password, emails: Array.from({ length: crowd }, (_, i) => member(i)) } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

// CHECKS E11
test('500 sign-ins at once: memory is bound, the surplus is told to come back, others keep their pace', async () => {
  const before = signet.residentKilobytes();
  const grant = await signIn(signet);
  let token = grant.refresh_token;
  const agent = signet.agent();
  const times = { keys: [], refresh: [] };
  const storm = signInAll();
  let over = false;
  storm.then(() => { over = true; });
  while (!over) {
    const keys = await request(signet, 'GET', '/.well-known/jwks.json', { agent });
    assert.equal(keys.status, 200);
    times.keys.push(keys.milliseconds);
    const renewed = await refresh(signet, token, { agent });
    assert.equal(renewed.status, 200, renewed.text);
    token = renewed.json.refresh_token ?? token;
    times.refresh.push(renewed.milliseconds);
  }
  const answers = await storm;
  const count = (status) => answers.filter((answer) => answer.status === status).length;
  const grown = signet.peakKilobytes() - before;
  const p99 = { keys: percentile(times.keys, 0.99), refresh: percentile(times.refresh, 0.99) };
  console.log(`      ${count(200)} signed in, ${count(503)} told to come back; memory +${Math.round(grown / 1024)} MB at its peak; `
    + `p99 of ${times.keys.length}: key set ${p99.keys.toFixed(1)} ms, refresh ${p99.refresh.toFixed(1)} ms`);

  assert.equal(count(200) + count(503), crowd, JSON.stringify(answers.find((answer) => ![200, 503].includes(answer.status))));
  assert.ok(count(200) >= 1, 'the queue is served');
  for (const answer of answers.filter((candidate) => candidate.status === 503)) {
    assert.equal(JSON.parse(answer.text).error, 'busy');
    assert.ok(Number(answer.retry) >= 1);
  }
  assert.ok(grown < 256 * 1024, `${grown} kB`);
  assert.ok(p99.keys < 500 && p99.refresh < 500, JSON.stringify(p99));
  assert.equal((await signIn(signet)).token_type, 'Bearer');
});

// CHECKS C13
test('An unknown address takes as long as a wrong password', async () => {
  const rounds = 150;
  const times = { unknown: [], wrong: [] };
  const agent = signet.agent();
  const attempt = (email) => request(signet, 'POST', '/api/v1/login', { json: { email, password: 'not the password' }, agent });
  for (let i = 0; i < rounds; i++) {
    const unknown = await attempt(`stranger${i}@example.com`);
    const wrong = await attempt(member(i));
    assert.deepEqual([unknown.status, wrong.status], [401, 401]);
    times.unknown.push(unknown.milliseconds);
    times.wrong.push(wrong.milliseconds);
  }
  const medians = { unknown: percentile(times.unknown, 0.5), wrong: percentile(times.wrong, 0.5) };
  console.log(`      medians of ${rounds}: unknown ${medians.unknown.toFixed(2)} ms, wrong ${medians.wrong.toFixed(2)} ms, `
    + `apart ${(medians.unknown - medians.wrong).toFixed(2)} ms`);
  const ratio = medians.unknown / medians.wrong;
  assert.ok(ratio > 0.7 && ratio < 1.4, `${ratio}`);
});
