// CHECKS E32: secrets that went through the server are nowhere it writes to: logs at debug level in both formats,
// metrics, the audit log, the database, answers that refuse, and what the verbs print.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { freshFolder, query, rawExchange, refresh, request, run, startSignet } from './harness.mjs';

const secrets = {
  password: 'kanarie één geheim 7f3a91',
  'second password': 'kanarie twee "geheim" 5b2c07',
  'third password': 'kanarie drie geheim\\ 9d4e66',
  'password of nobody': 'kanarie vier geheim 1a8f25',
  'password that is too short': 'kanari5',
  'password in a form': 'kanarie zes geheim+&=% 44aa02',
  'password in a query': 'kanarie-zeven-geheim-0c9b77',
  'password in broken JSON': 'kanarie acht geheim e13f58',
  'password in the wrong place': 'kanarie negen geheim 62d0ab',
  'password on standard input': 'kanarie tien geheim b7714c',
  'basic credentials': Buffer.from('ann:kanarie elf geheim 3e5d').toString('base64'),
  'password hash of an import': '$2b$12$kanarietwaalfgeheim00.Wq2T4R6cKx9bqD0c8y0cVnYxkQ1xCmyu',
};

// As it may stand in a line, an answer, or a file.
function forms(secret) {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, json, encodeURIComponent(secret), encodeURIComponent(secret).replaceAll('%20', '+'),
    bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('hex'), bytes.toString('latin1')])];
}

// What of a token is secret, in the pieces that a cut line would hold: all of it, its half, and its signature.
function pieces(token) {
  return [token, token.slice(0, Math.floor(token.length / 2)), token.slice(-40), token.split('.').at(-1)].filter((piece) => piece.length > 20);
}

function found(text, wanted) {
  return Object.entries(wanted).filter(([, secret]) => forms(secret).some((form) => text.includes(form))).map(([name]) => name);
}

async function flows(signet) {
  const refusals = [];
  const tokens = {};
  const ask = async (...args) => {
    const answer = await request(signet, ...args);
    if (answer.status >= 400) refusals.push(`${answer.status} ${JSON.stringify(answer.headers)} ${answer.text}`);
    return answer;
  };
  const keep = (name, { json, headers }) => {
    if (json?.access_token) tokens[`${name}: access token`] = json.access_token;
    if (json?.refresh_token) tokens[`${name}: refresh token`] = json.refresh_token;
    for (const cookie of headers['set-cookie'] ?? []) {
      const [, value] = cookie.split(';')[0].split('=');
      if (value) tokens[`${name}: cookie ${cookie.split('=')[0]}`] = value;
    }
  };
  const email = 'kim@example.com';
  const login = (password, options) => ask('POST', '/api/v1/login', { json: { email, password }, ...options });
  const own = { origin: new URL(signet.url).origin, 'sec-fetch-site': 'same-origin' };

  // Accounts.
  assert.equal((await ask('POST', '/api/v1/signup', { json: { email, password: secrets.password } })).status, 201);
  await ask('POST', '/api/v1/signup', { json: { email, password: secrets['password of nobody'] } });
  await ask('POST', '/api/v1/signup', { json: { email: 'x@example.com', password: secrets['password that is too short'] } });
  await ask('POST', '/api/v1/signup', { json: { email: 'x@example.com', pass_word: secrets['password in the wrong place'] } });

  // Sign-in, right and wrong.
  await login(secrets['password of nobody']);
  await ask('POST', '/api/v1/login', { json: { email: 'nobody@example.com', password: secrets['password of nobody'] } });
  await ask('POST', '/api/v1/login', { json: { email: secrets['password in the wrong place'], password: 'x' } });
  await ask('POST', '/api/v1/login', { body: `{"email":"${email}","password":"${secrets['password in broken JSON']}"`, headers: { 'content-type': 'application/json' } });
  await ask('POST', `/api/v1/login?password=${secrets['password in a query']}`, { json: { email } });
  await ask('GET', `/login?password=${secrets['password in a query']}&return_to=/x`);
  const form = new URLSearchParams({ email, password: secrets['password in a form'] }).toString();
  for (const page of ['/login', '/signup'])
    await ask('POST', page, { body: form, headers: { ...own, 'content-type': 'application/x-www-form-urlencoded' } });
  const first = await login(secrets.password);
  assert.equal(first.status, 200);
  keep('sign-in', first);
  const browser = await login(secrets.password, { headers: own });
  assert.equal(browser.status, 200);
  keep('browser', browser);

  // Tokens, used and misused.
  const { access_token: bearer, refresh_token: token } = first.json;
  await ask('GET', '/api/v1/me', { bearer });
  await ask('GET', '/api/v1/me', { bearer: `${bearer.slice(0, -4)}AAAA` });
  await ask('GET', '/api/v1/me', { headers: { authorization: `Basic ${secrets['basic credentials']}` } });
  await ask('GET', '/api/v1/me', { headers: { authorization: `Bearer ${bearer} ${token}` } });
  await ask('GET', `/api/v1/me?access_token=${bearer}`);
  await ask('GET', `/${token}`);
  await ask('DELETE', `/api/v1/sessions/${token}`, { bearer });
  await ask('GET', '/healthz', { headers: { traceparent: token, 'x-request-id': token, 'x-forwarded-for': token, referer: `https://x/?t=${token}` } });
  await rawExchange(signet, `GET /?t=${token} HTTP/9.9\r\nCookie: t=${token}\r\n\r\n`);
  await rawExchange(signet, `${token}\r\n\r\n`);
  const cookie = (browser.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  keep('cookie refresh', await ask('POST', '/api/v1/refresh', { cookie, headers: own }));
  await ask('POST', '/api/v1/refresh', { cookie, headers: { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' } });
  await ask('POST', '/api/v1/refresh', { cookie: cookie.replaceAll('srt_', 'srt_x'), headers: own });

  // Refresh, and a token that comes back.
  const next = await refresh(signet, token);
  assert.equal(next.status, 200);
  keep('refresh', next);
  assert.equal((await ask('POST', '/api/v1/refresh', { json: { refresh_token: token } })).status, 401, 'reuse');
  await ask('POST', '/api/v1/refresh', { json: { refresh_token: next.json.refresh_token } });
  await ask('POST', '/api/v1/refresh', { json: { refresh_token: `${token}x` } });

  // Another password, and the end.
  const again = await login(secrets.password);
  keep('again', again);
  await ask('POST', '/api/v1/password', { bearer: again.json.access_token, json: { current_password: secrets['password of nobody'], new_password: secrets['third password'] } });
  assert.equal((await ask('POST', '/api/v1/password', { bearer: again.json.access_token, json: { current_password: secrets.password, new_password: secrets['second password'] } })).status, 204);
  await ask('POST', '/api/v1/logout', { json: { refresh_token: again.json.refresh_token } });
  await ask('POST', '/api/v1/refresh', { json: { refresh_token: again.json.refresh_token } });
  await ask('GET', '/api/v1/me', { bearer: again.json.access_token });
  return { refusals, tokens };
}

// The verbs that take secrets; what they print.
async function verbs(signet, tokens, scratch) {
  const admin = (args, input = '') => run([...args, '--data', signet.dataDir], { input, env: { SIGNET_LOG_LEVEL: 'debug' } });
  const users = path.join(scratch, 'users.jsonl');
  writeFileSync(users, `${JSON.stringify({ email: 'imp@example.com', password_hash: secrets['password hash of an import'] })}\n{"email":"y","password_hash":"${secrets['password hash of an import']}x"}\n`);
  const verifier = await admin(['verifier', 'add', 'notes', '--json']);
  tokens['credential of a verifier'] = JSON.parse(verifier.stdout).credential;
  const access = Object.entries(tokens).find(([name]) => name.endsWith('access token'))[1];
  const done = await Promise.all([
    admin(['user', 'add', 'new@example.com', '--password-stdin'], secrets['password on standard input']),
    admin(['user', 'add', 'new2@example.com', '--password-stdin', '--json'], secrets['password that is too short']),
    admin(['user', 'set-password', 'kim@example.com', '--password-stdin'], secrets['third password']),
    admin(['user', 'import', users, '--json']), admin(['user', 'list', '--json']), admin(['keys', 'list', '--json']),
    admin(['audit', 'list']), admin(['audit', 'list', '--json']), admin(['audit', 'verify']), admin(['doctor', '--json']),
    admin(['verifier', 'list', '--json']), admin(['verifier', 'add', 'notes', '--json']), admin(['revocations', 'list']),
    run(['config', 'show']),
    run(['token', 'verify', '--key', path.join(scratch, 'none.json')], { input: access }),
  ]);
  return verifier.stderr + done.map(({ stdout, stderr }) => stdout + stderr).join('\n');
}

for (const format of ['text', 'json']) {
  test(`No secret is written anywhere, with the log at debug level as ${format} (CHECKS E32)`, async () => {
    const scratch = freshFolder();
    const signet = await startSignet({ dataDir: path.join(scratch, 'data'), env: { SIGNET_LOG_LEVEL: 'debug', SIGNET_LOG_FORMAT: format, SIGNET_SESSIONS_REFRESH_WINDOW: '0s' } });
    try {
      const { refusals, tokens } = await flows(signet);
      assert.ok(refusals.length > 20 && Object.keys(tokens).length >= 8, `${refusals.length} refusals, tokens: ${Object.keys(tokens)}`);
      const printed = await verbs(signet, tokens, scratch);
      const masterKey = readFileSync(path.join(signet.dataDir, 'master.key'), 'utf8').trim();
      const wanted = { ...secrets, 'master key': masterKey, 'master key as bytes': Buffer.from(masterKey, 'hex').toString('latin1'),
        'private key of the certificate': readFileSync(path.join(signet.dataDir, 'tls/key.pem'), 'utf8').split('\n')[1] };
      for (const [name, token] of Object.entries(tokens)) pieces(token).forEach((piece, i) => { wanted[`${name}, piece ${i}`] = piece; });

      const lines = signet.errors.split('\n').filter(Boolean);
      assert.ok(lines.some((line) => line.includes('debug')), 'the log is at debug level');
      if (format === 'json') lines.forEach((line) => JSON.parse(line));
      const places = {
        log: signet.log(),
        metrics: (await request({ url: signet.adminUrl }, 'GET', '/metrics')).text,
        'audit rows': JSON.stringify(await query(signet, 'SELECT * FROM audit')),
        'refusing answers': refusals.join('\n'),
        'output of the verbs': printed,
      };
      assert.deepEqual(found(`… ${secrets.password} …`, wanted), ['password'], 'a secret would be found');
      for (const [place, text] of Object.entries(places)) assert.deepEqual(found(text, wanted), [], place);

      // At rest: neither passwords nor tokens nor the key. An import's hash is what is kept; an address typed wrong is counted.
      await signet.stop();
      const { 'password hash of an import': _, 'password in the wrong place': __, ...atRest } = wanted;
      for (const file of readdirSync(signet.dataDir).filter((name) => name.startsWith('signet.db')))
        assert.deepEqual(found(readFileSync(path.join(signet.dataDir, file), 'latin1'), atRest), [], file);
    } finally {
      if (signet.running) await signet.stop();
      rmSync(scratch, { recursive: true });
    }
  });
}
