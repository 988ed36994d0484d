// What an operator types: accounts, imports, tokens, configuration, help.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { ann, binary, freshFolder, request, root, run, signIn, startWithAnn } from './harness.mjs';

let signet;
const scratch = freshFolder();
before(async () => { signet = await startWithAnn(); });
after(async () => {
  await signet.stop();
  rmSync(scratch, { recursive: true });
});

const admin = (args, options) => run([...args, '--data', signet.dataDir], options);
const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));

test('Add an account with name and roles, beside the running server', async () => {
  const done = await admin(['user', 'add', 'root@example.com', '--password-stdin', '--name', 'Zoë Root', '--role', 'admin', '--role', 'viewer', '--json'],
    { input: 'words for the root\n' });
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(JSON.parse(done.stdout).roles, ['admin', 'viewer']);
  const { user } = await signIn(signet, { email: 'root@example.com', password: 'words for the root' });
  assert.equal(user.name, 'Zoë Root');
  assert.deepEqual(user.roles, ['admin', 'viewer']);
});

test('An account that cannot be added is refused with a sentence and exit 1', async () => {
  const cases = [
    [[ann.email], 'words nobody guesses', /There is already an account/],
    [['not-an-address'], 'words nobody guesses', /not an e-mail address/],
    [['new@example.com', '--role', 'Not A Role'], 'words nobody guesses', /A role is/],
    [['new@example.com'], 'short', /too short/],
    [['new@example.com'], 'password123', /attackers try first/],
  ];
  for (const [args, input, message] of cases) {
    const done = await admin(['user', 'add', '--password-stdin', ...args], { input });
    assert.equal(done.code, 1, `${args}: ${done.stderr}`);
    assert.match(done.stderr, message);
  }
  const empty = await admin(['user', 'add', 'new@example.com', '--password-stdin'], { input: '' });
  assert.equal(empty.code, 2, empty.stderr);
  const noTerminal = await admin(['user', 'add', 'new@example.com']);
  assert.equal(noTerminal.code, 2, noTerminal.stderr);
});

test('List accounts for people and for machines', async () => {
  const text = await admin(['user', 'list']);
  assert.match(text.stdout, /E-MAIL/);
  assert.match(text.stdout, /ann@example\.com/);
  const users = lines((await admin(['user', 'list', '--json'])).stdout);
  const shown = users.find((user) => user.email === ann.email);
  assert.deepEqual(Object.keys(shown).sort(), ['created_at', 'disabled', 'email', 'id', 'name', 'roles']);
});

test('Setting a password signs the account out everywhere', async () => {
  await admin(['user', 'add', 'sam@example.com', '--password-stdin'], { input: 'the first words of sam' });
  const { refresh_token: token } = await signIn(signet, { email: 'sam@example.com', password: 'the first words of sam' });
  const done = await admin(['user', 'set-password', 'sam@example.com', '--password-stdin'], { input: 'the second words of sam' });
  assert.equal(done.code, 0, done.stderr);
  assert.equal((await request(signet, 'POST', '/api/v1/refresh', { json: { refresh_token: token } })).status, 401);
  await signIn(signet, { email: 'sam@example.com', password: 'the second words of sam' });
});

test('An account that is not there is said so', async () => {
  for (const verb of ['disable', 'enable']) {
    const done = await admin(['user', verb, 'nobody@example.com']);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /There is no account for nobody@example.com/);
  }
});

test('A verb that reads makes no data folder where there is none', async () => {
  const nowhere = path.join(scratch, 'typo');
  for (const verb of [['user', 'list'], ['user', 'disable', 'a@example.com'], ['user', 'enable', 'a@example.com'], ['keys', 'list'], ['keys', 'rotate']]) {
    const done = await run([...verb, '--data', nowhere, '--json']);
    assert.equal(done.code, 4, `${verb}: ${done.stderr}`);
    assert.match(done.stderr, /There is no Signet data in .*typo\./);
    assert.equal(JSON.parse(done.stdout).error, 'unavailable');
    assert.equal(existsSync(nowhere), false, `${verb}`);
  }
  const added = await run(['user', 'add', 'first@example.com', '--password-stdin', '--data', nowhere], { input: 'words for the first' });
  assert.equal(added.code, 0, added.stderr);
  assert.equal((await run(['user', 'list', '--data', nowhere])).code, 0);
});

test('A refusal is one JSON object for machines, and the same sentence for people', async () => {
  const cases = [
    [['user', 'add', ann.email, '--password-stdin'], 'words nobody guesses', 1, 'email_taken'],
    [['user', 'add', 'new@example.com', '--password-stdin'], 'short', 1, 'password_too_short'],
    [['user', 'add', 'new@example.com', '--password-stdin'], '', 2, 'invalid_request'],
    [['user', 'enable', 'nobody@example.com'], '', 1, 'not_found'],
    [['user', 'import', path.join(scratch, 'absent')], '', 2, 'invalid_request'],
    [['user', 'list', '--config', path.join(scratch, 'absent.toml')], '', 3, 'invalid_configuration'],
  ];
  for (const [args, input, code, error] of cases) {
    const done = await admin([...args, '--json'], { input });
    assert.equal(done.code, code, `${args}: ${done.stderr}`);
    const answer = JSON.parse(done.stdout);
    assert.equal(answer.error, error);
    assert.equal(done.stderr, `signet: ${answer.error_description}\n`);
  }
});

test('A database that cannot be opened is a refusal for machines too', async () => {
  const broken = path.join(scratch, 'broken');
  mkdirSync(broken, { mode: 0o700 });
  writeFileSync(path.join(broken, 'signet.db'), 'this is no database of anybody, and long enough to be looked at as one'.repeat(20), { mode: 0o600 });
  writeFileSync(path.join(broken, 'master.key'), `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const cases = [['user', 'list'], ['keys', 'list'], ['keys', 'rewrap', '--yes'], ['audit', 'verify'],
    ['backup', path.join(scratch, 'broken.age'), '--recipient', 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p']];
  for (const args of cases) {
    const done = await run([...args, '--json', '--data', broken]);
    assert.equal(done.code, 4, `${args}: ${done.stderr}`);
    const answer = JSON.parse(done.stdout);
    assert.equal(answer.error, 'unavailable');
    assert.match(answer.error_description, /not a database/);
    assert.equal(done.stderr, `signet: ${answer.error_description}\n`);
  }
  assert.equal(existsSync(path.join(scratch, 'broken.age')), false);
});

test('An option with an empty value, a variable that is not set, is refused wherever it may stand', async () => {
  const helpOf = async (words) => (await run([...words, '--help'])).stdout;
  const verbs = async (words = []) => {
    const below = (await helpOf(words)).split('Subcommands:\n')[1]?.split('\n\n')[0] ?? '';
    return [words, ...(await Promise.all([...below.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => verbs([...words, name])))).flat()];
  };
  let tried = 0;
  for (const words of await verbs())
    for (const [, option, rest] of (await helpOf(words)).matchAll(/^ {2,4}(--[\w-]+) (?!Excludes:|Needs:)[A-Z](.*)/gm)) {
      if (rest.includes('empty: none')) continue;  // where it has a meaning
      const done = await run([...words, option, '']);
      assert.equal(done.code, 2, `${words.join(' ')} ${option}`);
      assert.match(done.stderr, /the value is empty/, `${words.join(' ')} ${option}`);
      tried += 1;
    }
  assert.ok(tried >= 60, `${tried}`);
});

test('An answer that cannot be written is not given', async () => {
  const full = (args) => {
    try {
      execFileSync('/bin/sh', ['-c', 'exec "$@" >/dev/full', 'sh', binary, ...args], { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
      return { code: 0, stderr: '' };
    } catch (error) { return { code: error.status, stderr: error.stderr.toString() }; }
  };
  for (const args of [['user', 'list', '--data', signet.dataDir], ['config', 'reference'], ['keys', 'list', '--data', signet.dataDir]]) {
    const done = full(args);
    assert.equal(done.code, 4, `${args}: ${done.stderr}`);
    assert.notEqual(done.stderr, '');
  }
});

test('An operator lets in who is locked out', async () => {
  await admin(['user', 'add', 'kim@example.com', '--password-stdin'], { input: 'the only words of kim' });
  const attempt = (password) => request(signet, 'POST', '/api/v1/login', { json: { email: 'kim@example.com', password } });
  for (let i = 0; i < 6; ++i) assert.equal((await attempt('not these words')).status, 401);
  assert.equal((await attempt('the only words of kim')).status, 429);
  assert.equal((await admin(['user', 'enable', 'kim@example.com'])).code, 0);
  assert.equal((await attempt('the only words of kim')).status, 200);
});

// Hashes as other systems write them, by other programs than ours.
function foreignHashes(password) {
  const salt = crypto.randomBytes(16);
  const b64 = (bytes) => bytes.toString('base64').replaceAll('=', '');
  const ab64 = (bytes) => b64(bytes).replaceAll('+', '.');  // passlib's
  const python = (script) => execFileSync('/usr/bin/python3', ['-W', 'ignore', '-c', script, password]).toString().trim();
  const sodium = (algorithm, passes) => python(`
import ctypes, sys
sodium = ctypes.CDLL("libsodium.so.23"); sodium.sodium_init()
out = ctypes.create_string_buffer(128); word = sys.argv[1].encode()
assert sodium.crypto_pwhash_str_alg(out, word, ctypes.c_ulonglong(len(word)), ctypes.c_ulonglong(${passes}), ctypes.c_size_t(19 << 20), ${algorithm}) == 0
print(out.value.decode())`);
  const pbkdf2 = (digest, rounds, length) => crypto.pbkdf2Sync(password, salt, rounds, length, digest);
  return {
    bcrypt: python('import crypt, sys; print(crypt.crypt(sys.argv[1], crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1024)))'),
    scrypt: `$scrypt$ln=15,r=8,p=1$${b64(salt)}$${b64(crypto.scryptSync(password, salt, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 }))}`,
    'pbkdf2-sha256': `$pbkdf2-sha256$600000$${ab64(salt)}$${ab64(pbkdf2('sha256', 600_000, 32))}`,
    'pbkdf2-sha512': `$pbkdf2-sha512$210000$${ab64(salt)}$${ab64(pbkdf2('sha512', 210_000, 64))}`,
    argon2i: sodium(1, 3),
    argon2id: sodium(2, 2),
  };
}

test('Import every kind of hash, then sign in with it, twice', async () => {
  const password = 'words from the old system';
  const hashes = foreignHashes(password);
  const file = path.join(scratch, 'users.jsonl');
  writeFileSync(file, Object.entries(hashes).map(([kind, hash]) =>
    `${JSON.stringify({ email: `${kind}@import.example`, name: kind, password_hash: hash, roles: ['imported'] })}\n`).join(''));
  const done = await admin(['user', 'import', file]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /Imported 6, refused 0\./);
  for (const kind of Object.keys(hashes)) {
    const email = `${kind}@import.example`;
    const wrong = await request(signet, 'POST', '/api/v1/login', { json: { email, password: 'not these words' } });
    assert.equal(wrong.status, 401, kind);
    assert.deepEqual((await signIn(signet, { email, password })).user.roles, ['imported']);
    await signIn(signet, { email, password });  // by the hash the first sign-in put in its place
  }
});

test('An import refuses line by line with the reason, and takes the rest', async () => {
  const good = foreignHashes('words for the good lines').bcrypt;
  const line = (member) => JSON.stringify({ password_hash: good, ...member });
  const input = [line({ email: 'one@lines.example' }), 'not json', line({ email: ann.email }), line({ email: 'bad address' }),
    JSON.stringify({ email: 'two@lines.example', password_hash: '5f4dcc3b5aa765d61d8327deb882cf99' }),
    JSON.stringify({ email: 'three@lines.example', password_hash: '$2b$04$abcdefghijklmnopqrstuuEwJ1Yq7nEMsNwSd5lXZlrPRFLXFWJ3y' }),
    line({ email: 'four@lines.example', roles: ['NO'] }), line({ email: 'five@lines.example', disable: true }),
    line({ email: 'six@lines.example', disabled: true })].join('\n');
  const done = await admin(['user', 'import', '-', '--json'], { input });
  assert.equal(done.code, 1, done.stderr);
  const answers = lines(done.stdout);
  assert.deepEqual(answers.at(-1), { imported: 2, refused: 7 });
  assert.deepEqual(answers.slice(0, -1).map(({ line: number, error }) => [number, error]), [[2, 'malformed_json'], [3, 'email_taken'],
    [4, 'invalid_email'], [5, 'unsupported_hash'], [6, 'unsupported_hash'], [7, 'invalid_role'], [8, 'unknown_member']]);
  const users = lines((await admin(['user', 'list', '--json'])).stdout).filter((user) => user.email.endsWith('lines.example'));
  assert.deepEqual(users.map(({ email, disabled }) => [email, disabled]), [['one@lines.example', false], ['six@lines.example', true]]);
  const disabled = await request(signet, 'POST', '/api/v1/login', { json: { email: 'six@lines.example', password: 'words for the good lines' } });
  assert.equal(disabled.json.error, 'bad_credentials');
  assert.equal((await admin(['user', 'import', path.join(scratch, 'absent')])).code, 2);

  const blanks = await admin(['user', 'import', '-', '--json'], { input: `\n${line({ email: 'seven@lines.example' })}\r\n  \n\n` });
  assert.equal(blanks.code, 0, blanks.stdout);
  assert.deepEqual(lines(blanks.stdout), [{ imported: 1, refused: 0 }]);
  const folder = await admin(['user', 'import', scratch]);
  assert.equal(folder.code, 4, 'what cannot be read to its end is not imported');
});

test('Decode a token, and say that nothing was checked', async () => {
  const { access_token: token, user } = await signIn(signet);
  const shown = await run(['token', 'decode', token]);
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, /at\+jwt/);
  assert.match(shown.stdout, /exp +\d+ +\(20\d\d-/);
  assert.match(shown.stdout, /Nothing was verified/);
  const piped = await run(['token', 'decode', '-', '--json'], { input: `${token}\n` });
  const decoded = JSON.parse(piped.stdout);
  assert.equal(decoded.verified, false);
  assert.equal(decoded.claims.sub, user.id);
  assert.equal((await run(['token', 'decode', 'a.b'])).code, 1);
});

test('Verify tokens against the published keys', async () => {
  const { access_token: token } = await signIn(signet);
  const keys = path.join(scratch, 'keys.json');
  writeFileSync(keys, (await request(signet, 'GET', '/.well-known/jwks.json')).text);
  const verify = (input, ...more) => run(['token', 'verify', '--key', keys, ...more], { input });

  const good = await verify(`${token}\n`, '--issuer', signet.url, '--audience', signet.url, '--type', 'at+jwt');
  assert.equal(good.code, 0, good.stdout);
  const [answer] = lines(good.stdout);
  assert.equal(answer.ok, true);
  assert.equal(answer.claims.email, ann.email);

  const changed = token.slice(0, -4) + (token.at(-4) === 'A' ? 'B' : 'A') + token.slice(-3);
  const mixed = await verify(`${token}\n${changed}\n\nnot a token\n${token} \n`);
  assert.equal(mixed.code, 1);
  assert.deepEqual(lines(mixed.stdout).map(({ ok, error }) => (ok ? 'ok' : error)),
    ['ok', 'bad_signature', 'malformed_token', 'malformed_token', 'malformed_token']);

  const refusals = [[['--issuer', 'https://other.example'], 'issuer_mismatch'], [['--audience', 'https://other.example'], 'audience_mismatch'],
    [['--type', 'JWT'], 'type_mismatch'], [['--now', '4102444800'], 'expired'], [['--now', '1000000000'], 'issued_in_the_future'],
    [['--algorithms', 'RS256'], 'algorithm_not_allowed']];
  for (const [more, error] of refusals) {
    const done = await verify(`${token}\n`, ...more);
    assert.equal(done.code, 1);
    assert.equal(lines(done.stdout)[0].error, error);
  }
});

test('Verify tokens against the keys at a URL; no input is no yes', async () => {
  const { access_token: token } = await signIn(signet);
  const jwks = `${signet.url}/.well-known/jwks.json`;
  const ca = path.join(signet.dataDir, 'tls/cert.pem');
  const good = await run(['token', 'verify', '--jwks', jwks, '--ca', ca, '--type', 'at+jwt'], { input: `${token}\n` });
  assert.equal(good.code, 0, good.stderr);
  assert.equal(lines(good.stdout)[0].ok, true);
  const empty = await run(['token', 'verify', '--jwks', jwks, '--ca', ca], { input: '' });
  assert.equal(empty.code, 2);
  assert.match(empty.stderr, /No token came/);
  const untrusted = await run(['token', 'verify', '--jwks', jwks], { input: token });
  assert.equal(untrusted.code, 2);
  assert.match(untrusted.stderr, /gave no key set/);
  for (const [args, word] of [[['--jwks', 'http://id.example.com/jwks.json'], /loopback/], [['--jwks', jwks, '--key', 'x'], /key/], [[], /key/]])
    assert.match((await run(['token', 'verify', ...args], { input: token })).stderr, word);
});

test('A symmetric key at a URL verifies nothing', async () => {
  const set = { keys: [{ kty: 'oct', kid: 'a', alg: 'HS256', k: crypto.randomBytes(32).toString('base64url') }] };
  const server = createServer((_, response) => response.end(JSON.stringify(set))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await run(['token', 'verify', '--jwks', `http://127.0.0.1:${server.address().port}/jwks.json`], { input: 'a.b.c\n' });
  server.close();
  assert.equal(answer.code, 2);
  assert.match(answer.stderr, /a secret no more/);
});

test('Make a key, sign with it, convert it, and verify what it signed', async () => {
  for (const algorithm of ['ES256', 'ES384', 'RS256', 'PS512', 'EdDSA', 'Ed448', 'ES256K']) {
    const name = (what) => path.join(scratch, `${algorithm}.${what}`);
    const made = await run(['keys', 'generate', '--algorithm', algorithm, '--out', name('jwk'), '--public', name('public')]);
    assert.equal(made.code, 0, made.stderr);
    assert.equal(statSync(name('jwk')).mode & 0o777, 0o600);
    assert.ok(!('d' in JSON.parse(readFileSync(name('public'), 'utf8'))));
    const halves = () => [readFileSync(name('jwk'), 'utf8'), readFileSync(name('public'), 'utf8')];
    const before = halves();
    for (const more of [[], ['--public', name('public')], ['--public', name('other')]]) {
      const again = await run(['keys', 'generate', '--algorithm', algorithm, '--out', name('jwk'), ...more]);
      assert.match(again.stderr, /is there already; nothing was overwritten/);
    }
    assert.deepEqual(halves(), before);
    assert.ok(!existsSync(name('other')));

    const signed = await run(['token', 'sign', '-', '--key', name('jwk'), '--expires-in', '600', '--type', 'at+jwt'],
      { input: '{"iss":"i","aud":"a","sub":"ann"}' });
    assert.equal(signed.code, 0, signed.stderr);
    const verified = await run(['token', 'verify', '--key', name('public'), '--issuer', 'i', '--audience', 'a', '--type', 'at+jwt'],
      { input: signed.stdout });
    assert.equal(verified.code, 0, verified.stdout);
    assert.equal(lines(verified.stdout)[0].header.alg, algorithm);

    const print = async (from, ...more) => (await run(['keys', 'thumbprint', from, ...more])).stdout.trim();
    assert.equal(await print(name('jwk')), await print(name('public')));
    assert.equal(await print(name('jwk'), '--uri'), `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${await print(name('jwk'))}`);

    const pem = await run(['keys', 'convert', name('jwk'), '--to', 'pem']);
    assert.match(pem.stdout, /^-----BEGIN PRIVATE KEY-----/);
    writeFileSync(name('pem'), pem.stdout);
    const back = await run(['keys', 'convert', name('pem'), '--to', 'jwk', '--algorithm', algorithm]);
    assert.equal(JSON.parse(back.stdout).d, JSON.parse(readFileSync(name('jwk'), 'utf8')).d, back.stderr);
    const set = JSON.parse((await run(['keys', 'convert', name('jwk'), '--to', 'jwks'])).stdout);
    assert.ok(set.keys.length === 1 && !('d' in set.keys[0]));
  }
});

test('Signing says what is missing', async () => {
  const key = path.join(scratch, 'key.jwk');
  await run(['keys', 'generate', '--out', key, '--public', key.replace('jwk', 'public')]);
  const sign = (input, ...more) => run(['token', 'sign', '-', '--key', key, ...more], { input });
  assert.match((await sign('{"sub":"ann"}')).stderr, /give --expires-in SECONDS/);
  assert.equal((await sign('{"sub":"ann"}', '--allow-missing-expiry')).code, 0);
  assert.match((await sign('{"sub":1,"sub":2}', '--expires-in', '60')).stderr, /duplicate_member/);
  for (const exp of ['null', '"1800000000"', '[1]'])
    assert.match((await sign(`{"exp":${exp}}`, '--allow-missing-expiry')).stderr, /exp is not a number/);
  const exact = '{"a":1.10,"b":-0,"c":1.00000000000000000001,"exp":1e10}';
  const text = (await sign(exact)).stdout;
  assert.equal(Buffer.from(text.split('.')[1], 'base64url').toString(), exact);
  assert.ok((await run(['token', 'verify', '--key', key.replace('jwk', 'public')], { input: text })).stdout.includes(`"claims":${exact}}`));
  assert.match((await sign('{}', '--expires-in', '60', '--algorithm', 'RS256')).stderr, /algorithm_mismatch/);
  assert.match((await run(['token', 'sign', '-', '--key', '/no/such/file'], { input: '{}' })).stderr, /cannot be read/);
});

test('Verify tokens of other makers, by PEM, by a shared key, and as bare JWS', async () => {
  const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = path.join(scratch, 'public.pem');
  writeFileSync(pem, rsa.publicKey.export({ type: 'spki', format: 'pem' }));
  const rs256 = await new jose.SignJWT({ sub: 'x' }).setProtectedHeader({ alg: 'RS256' }).setExpirationTime('1h').sign(rsa.privateKey);
  const ps256 = await new jose.SignJWT({ sub: 'x' }).setProtectedHeader({ alg: 'PS256' }).setExpirationTime('1h').sign(rsa.privateKey);
  const done = await run(['token', 'verify', '--key', pem, '--algorithms', 'ES256,RS256,PS256'], { input: `${rs256}\r\n${ps256}` });
  assert.equal(done.code, 0, done.stdout + done.stderr);
  const one = await run(['token', 'verify', '--key', pem, '--algorithms', 'RS256'], { input: `${rs256}\n${ps256}\n` });
  assert.deepEqual(lines(one.stdout).map(({ ok, error }) => (ok ? 'ok' : error)), ['ok', 'algorithm_not_allowed']);
  assert.equal((await run(['token', 'verify', '--key', pem], { input: rs256 })).code, 2, 'PEM names no algorithm');

  const secret = crypto.randomBytes(32);
  const jwk = path.join(scratch, 'secret.json');
  writeFileSync(jwk, JSON.stringify({ kty: 'oct', alg: 'HS256', k: secret.toString('base64url') }));
  const noExpiry = await new jose.SignJWT({ sub: 'x' }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  assert.equal(lines((await run(['token', 'verify', '--key', jwk], { input: noExpiry })).stdout)[0].error, 'missing_claim');
  assert.equal((await run(['token', 'verify', '--key', jwk, '--allow-missing-expiry'], { input: noExpiry })).code, 0);

  const bare = await new jose.CompactSign(Buffer.from('any bytes')).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  const jws = await run(['token', 'verify', '--key', jwk, '--jws'], { input: bare });
  assert.equal(Buffer.from(lines(jws.stdout)[0].payload, 'base64url').toString(), 'any bytes');

  // A check that was asked for is never left out: a variable that is empty, an option that has no meaning here.
  for (const more of [['--issuer', ''], ['--audience', ''], ['--type', ''], ['--jws', '--issuer', 'x'], ['--jws', '--audience', 'x'],
    ['--jws', '--type', 'x'], ['--jws', '--now', '1'], ['--jws', '--leeway', '1'], ['--jws', '--allow-missing-expiry'], ['--ca', pem]]) {
    const refused = await run(['token', 'verify', '--key', jwk, ...more], { input: noExpiry });
    assert.equal(refused.code, 2, more.join(' '));
    assert.equal(refused.stdout, '');
  }
  const long = await run(['token', 'verify', '--key', jwk, '--max-bytes', '20'], { input: `${noExpiry}\n${'.'.repeat(3_000_000)}\n` });
  assert.deepEqual(lines(long.stdout).map(({ error }) => error), ['token_too_large', 'token_too_large']);
  assert.match(lines(long.stdout)[0].detail, /^\d+ bytes, at most 20$/);

  // CHECKS A15: the public key's text as a shared secret.
  const confused = await new jose.SignJWT({ sub: 'x' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h').sign(readFileSync(pem));
  const refused = await run(['token', 'verify', '--key', pem, '--algorithms', 'RS256,HS256'], { input: confused });
  assert.equal(refused.code, 1);
  assert.equal(lines(refused.stdout)[0].ok, false);
});

test('A key file or option that cannot be used is exit 2', async () => {
  const bad = path.join(scratch, 'bad.json');
  writeFileSync(bad, '{"kty":"oct","alg":"HS256","k":"c2hvcnQ"}');
  for (const args of [['--key', bad], ['--key', path.join(scratch, 'absent')], ['--key', bad, '--algorithms', 'none'], [],
    ['--key', bad, '--leeway', '601'], ['--key', bad, '--frobnicate']]) {
    const done = await run(['token', 'verify', ...args], { input: 'x' });
    assert.equal(done.code, 2, `${args}: ${done.stdout}${done.stderr}`);
    assert.notEqual(done.stderr, '');
  }
});

test('The configuration is checked and shown with the source of each value', async () => {
  const file = path.join(scratch, 'signet.toml');
  writeFileSync(file, '[server]\nissuer = "https://id.example.com"\nplain_http = true\n[sessions]\nrefresh_window = "20s"\n');
  const env = { SIGNET_TOKENS_ACCESS_LIFETIME: '5m' };
  const good = await run(['config', 'check', '--config', file], { env });
  assert.equal(good.code, 0, good.stderr);
  const forMachines = await run(['config', 'check', '--json', '--config', file], { env: { SIGNET_TOKENS_ACCESS_LIFETIME: '1m' } });
  assert.match(JSON.parse(forMachines.stdout).warnings[0], /access_lifetime/);
  const shown = lines((await run(['config', 'show', '--config', file, '--json'], { env })).stdout);
  const find = (section, key) => shown.find((row) => row.section === section && row.key === key);
  assert.deepEqual(find('sessions', 'refresh_window'), { section: 'sessions', key: 'refresh_window', value: '20s', source: `${file}:5` });
  assert.equal(find('tokens', 'access_lifetime').source, 'SIGNET_TOKENS_ACCESS_LIFETIME');
  assert.equal(find('log', 'level').source, 'default');
  assert.match((await run(['config', 'show', '--config', file])).stdout, /refresh_window = "20s" +# .*signet\.toml:5/);
});

test('A configuration that cannot hold stops the start and names its line', async () => {
  const file = path.join(scratch, 'wrong.toml');
  const cases = [
    ['[sessions]\nrefresh_widow = "3s"\n', /wrong\.toml:2: .*did you mean refresh_window/],
    ['[tokens]\nalgorithm = "HS256"\n', /wrong\.toml:2: .*published key set/],
    ['[passwords]\n\nmin_length = 4\n', /wrong\.toml:3: .*from 8 to 64/],
    ['[server]\nlisten = "0.0.0.0:80"\nplain_http = true\n', /wrong\.toml:3: .*unencrypted/],
    ['[server\n', /wrong\.toml:1: is not valid TOML/],
  ];
  for (const [text, message] of cases) {
    writeFileSync(file, text);
    for (const verb of [['config', 'check'], ['serve', '--dev', '--data', path.join(scratch, 'never')]]) {
      const done = await run([...verb, '--config', file]);
      assert.equal(done.code, 3, `${text}: ${done.stderr}`);
      assert.match(done.stderr, message);
    }
    const machine = await run(['config', 'check', '--json', '--config', file]);
    assert.equal(machine.code, 3);
    assert.equal(JSON.parse(machine.stdout).error, 'invalid_configuration');
    assert.match(JSON.parse(machine.stdout).error_description, message);
  }
  const folder = await run(['config', 'check', '--config', scratch]);
  assert.equal(folder.code, 3);
  assert.match(folder.stderr, /is a folder/);
  const variable = await run(['config', 'check'], { env: { SIGNET_SESSION_REFRESH_WINDOW: '3s' } });
  assert.equal(variable.code, 3);
  assert.match(variable.stderr, /did you mean SIGNET_SESSIONS_REFRESH_WINDOW/);
  const bare = await run(['serve', '--data', path.join(scratch, 'never')]);
  assert.equal(bare.code, 3);
  assert.match(bare.stderr, /issuer is needed/);
});

test('The reference of all settings is what this binary says', async () => {
  const printed = (await run(['config', 'reference'])).stdout;
  assert.equal(printed, readFileSync(path.join(root, 'docs/reference/config.md'), 'utf8'));
});

test('Another folder finds the data of serve --dev by itself', async () => {
  const folder = path.join(scratch, 'somewhere');
  mkdirSync(folder);
  execFileSync('ln', ['-s', signet.dataDir, path.join(folder, 'signet-data')]);
  const done = await run(['user', 'list', '--json'], { cwd: folder });
  assert.equal(done.code, 0, done.stderr);
  assert.ok(lines(done.stdout).some((user) => user.email === ann.email));
});

test('Help says what each verb does, with examples and exit codes', async () => {
  const top = await run(['--help']);
  assert.equal(top.code, 0);
  for (const word of ['serve', 'user', 'token', 'keys', 'config', 'Exit status', 'Examples', 'Environment']) assert.ok(top.stdout.includes(word), word);
  for (const [verb, word] of [[['serve'], '--plain-http'], [['user', 'add'], '--password-stdin'], [['user', 'import'], 'password_hash'],
    [['token', 'verify'], '--algorithms'], [['keys', 'rotate'], '--now'], [['config', 'show'], '--json']]) {
    const help = await run([...verb, '--help']);
    assert.equal(help.code, 0);
    assert.ok(help.stdout.includes(word), `${verb}: ${help.stdout}`);
  }
  assert.match((await run(['--version'])).stdout, /^signet \d+\.\d+\.\d+\n$/);
  for (const args of [[], ['frobnicate'], ['user'], ['serve', '--frobnicate'], ['user', 'add']]) {
    const done = await run(args);
    assert.equal(done.code, 2, `${args}: ${done.stderr}`);
  }
});
