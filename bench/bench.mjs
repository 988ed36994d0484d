// bench/bench.mjs - measures Signet beside what it should be compared with.
//
//     node bench/bench.mjs [FILTER] [--json FILE]      FILTER: a part of the rows' names; server, revocation: those of that page
//
// Every row is paired: the two sides take turns within one run, and the ratio is
// the median of the rounds' ratios. Absolute figures belong to the machine.
//
// In peer/NAME/ALG the baseline is the other library and the ratio is ours against it;
// in peer/NAME/ALG/share and /allocations the value is the other library's and the
// baseline is raw OpenSSL; peer/NAME/bad-tokens is how many of the baseline it accepts.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { crowdRows, measureIdleConnections, measureSlowConnections } from './crowd.mjs';
import { measurePeers, median, peerRows } from './peers.mjs';
import { gatewayRows, measureGateway } from './gateway.mjs';
import { measureFlood, measurePropagation, measureReturning, propagationRows } from './propagation.mjs';
import { names as revocationRows } from './revocation_chart.mjs';
import { names as serverRows } from './server_chart.mjs';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const binaries = path.join(root, 'build/release');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'signet-bench-'));
const cores = os.cpus().length;
const account = { email: 'bench@example.com', password: 'three plain words here' };

const { filter, jsonFile } = readArguments(process.argv.slice(2));
const rows = [];

function readArguments(given) {
  const at = given.indexOf('--json');
  const jsonFile = at >= 0 ? given.splice(at, 2)[1] : undefined;
  if (at >= 0 && !jsonFile) fail('--json wants a file');
  if (given.length > 1) fail('usage: ./dev bench [FILTER] [--json FILE]');
  return { filter: given[0] ?? '', jsonFile };
}

function fail(sentence) {
  console.error(`bench: ${sentence}`);
  process.exit(2);
}

// A page's name stands for its rows.
const pages = { server: serverRows, revocation: revocationRows };
const wanted = (name) => (pages[filter] ? pages[filter].includes(name) || name === 'server/machine' : name.includes(filter));

function report(row) {
  rows.push(row);
  console.log(line(row));
}

const figure = (n) => (n == null ? '' : n.toLocaleString('en', { maximumSignificantDigits: 4 }));
const line = ({ name, value, unit, baseline, ratio, against = '' }) =>
  [name.padEnd(30), figure(value).padStart(12), unit.padEnd(5), figure(baseline).padStart(12),
    (ratio == null ? '' : ratio.toFixed(3)).padStart(9), ' ', against].join(' ');

// Both sides in turn; `ours` and `baseline` give a figure each time they are called.
async function paired(name, unit, against, rounds, ours, baseline) {
  const a = [], b = [];
  for (let i = 0; i < rounds; ++i) {
    a.push(await ours());
    b.push(await baseline());
  }
  report({ name, value: median(a), unit, baseline: median(b), ratio: median(a.map((v, i) => v / b[i])), against });
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

// A session each: Linux shares the cores between sessions first, and whoever stands alone in one would win.
const ofItsOwn = { stdio: 'ignore', detached: true };

function askJson(port, method, where, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request({ host: 'localhost', port, path: where, method, rejectUnauthorized: false, agent: false,
      headers: body ? { 'content-type': 'application/json', ...headers } : headers }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

// ---- the server -------------------------------------------------------------

class Signet {
  static async start(environment = {}, data = mkdtempSync(path.join(scratch, 'data-'))) {
    const self = new Signet();
    self.data = data;
    self.port = await freePort();
    self.process = spawn(path.join(binaries, 'signet'),
      ['serve', '--dev', '--listen', `localhost:${self.port}`, '--admin-listen', `127.0.0.1:${await freePort()}`, '--data', data],
      { ...ofItsOwn, env: { ...process.env, SIGNET_LOG_LEVEL: 'error', SIGNET_THROTTLE_ACCOUNT_FREE: '20', ...environment } });
    self.ca = path.join(data, 'tls/cert.pem');
    await self.until('/readyz');
    return self;
  }
  async until(where) {
    const deadline = performance.now() + 15_000;
    while (performance.now() < deadline) {
      if (this.process.exitCode !== null) throw new Error(`signet ended with ${this.process.exitCode}`);
      try {
        if ((await this.request('GET', where)).status === 200) return;
      } catch { /* not listening yet */ }
      await new Promise((done) => setTimeout(done, 2));
    }
    throw new Error(`signet did not answer ${where}`);
  }
  request(method, where, body, headers) {
    return askJson(this.port, method, where, body, headers);
  }
  async addAccount(email = account.email) {
    const adding = spawn(path.join(binaries, 'signet'), ['user', 'add', email, '--password-stdin', '--data', this.data],
      { stdio: ['pipe', 'ignore', 'inherit'] });
    adding.stdin.end(account.password);
    const code = await new Promise((done) => adding.once('exit', done));
    if (code !== 0) throw new Error(`signet user add ended with ${code}`);
  }
  async login() {
    const answer = await this.request('POST', '/api/v1/login', { ...account, delivery: 'body' });
    if (answer.status !== 200) throw new Error(`login answered ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }
  residentMegabytes() {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.process.pid}/status`, 'utf8'))[1];
    return Number(kilobytes) / 1024;
  }
  signIns(connections, seconds) {
    return this.load('login', connections, seconds);
  }
  async load(kind, connections, seconds) {
    const { stdout } = await run(path.join(binaries, 'bench_load'),
      [kind, 'localhost', this.port, this.ca, connections, seconds, account.email, account.password]);
    const figures = JSON.parse(stdout);
    if (figures.per_second === 0) throw new Error(`${kind}: nothing was answered in ${seconds} s`);
    if (figures.failed > 0) throw new Error(`${kind}: ${figures.failed} requests failed`);
    // Sign-ins are many more than there is room for; a refresh that is told to come again would be missing in the latencies.
    if (kind !== 'login' && figures.refused > 0) throw new Error(`${kind}: ${figures.refused} requests were told to come again`);
    return figures;
  }
  async stop() {
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await ended;
  }
}

// ---- nginx, with Signet's certificate -----------------------------------------

class Nginx {
  static async start(certificate, key, body) {
    const self = new Nginx();
    self.port = await freePort();
    const folder = mkdtempSync(path.join(scratch, 'nginx-'));
    writeFileSync(path.join(folder, 'nginx.conf'), `
      ${process.getuid() === 0 ? 'user root;' : ''}
      worker_processes ${cores}; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
      events { worker_connections 1024; }
      http {
        access_log off; keepalive_requests 100000000;
        client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
        uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
        server {
          listen 127.0.0.1:${self.port} ssl reuseport;
          ssl_certificate ${certificate}; ssl_certificate_key ${key}; ssl_protocols TLSv1.2 TLSv1.3;
          default_type application/json;
          location / { return 200 '${body.replace(/'/g, "\\'")}'; }
        }
      }`);
    self.process = spawn('/usr/sbin/nginx', ['-p', folder, '-e', `${folder}/error.log`, '-c', path.join(folder, 'nginx.conf')], ofItsOwn);
    for (let i = 0; i < 500; ++i) {
      if (await listens(self.port)) return self;
      await new Promise((done) => setTimeout(done, 10));
    }
    throw new Error(`nginx did not start: ${readFileSync(`${folder}/error.log`, 'utf8')}`);
  }
  async stop() {
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await ended;
  }
}

const listens = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => resolve(false));
});

const devices = 64;

// So many devices refresh as fast as they are answered; `tokens` as bench/refresh.lua wants them.
async function refreshing(port, tokens, count = devices) {
  const { stdout } = await run('wrk', [`-t${count}`, `-c${count}`, '-d3s', '-s', path.join(root, 'bench/refresh.lua'),
    `https://localhost:${port}`, '--', tokens, count], { maxBuffer: 1 << 24 });
  const figures = JSON.parse(stdout.trim().split('\n').pop());
  if (figures.failed > 0) throw new Error(`${figures.failed} refreshes at ${port} failed`);
  return figures;
}

let tokenFiles = 0;
function writeTokens(lines) {
  const file = path.join(scratch, `tokens-${++tokenFiles}`);
  writeFileSync(file, lines.join('\n') + '\n');
  return file;
}

// One sign-in for each device.
async function signedIn(server, count = devices) {
  const tokens = [];
  for (let i = 0; i < count; ++i) tokens.push((await server.login()).refresh_token);
  return writeTokens(tokens);
}

async function wrk(url, token, headers = {}) {
  const all = Object.entries({ Authorization: `Bearer ${token}`, ...headers }).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const { stdout } = await run('wrk', ['-t1', '-c64', '-d2s', ...all, url]);
  if (/Non-2xx/.test(stdout)) throw new Error(`wrk ${url}: ${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]);
}

// The 99th percentile, in milliseconds, of four that fetch as fast as they are answered.
async function wrkLatency(url) {
  const { stdout } = await run('wrk', ['-t1', '-c4', '-d3s', '--latency', url]);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
  if (/Non-2xx/.test(stdout)) throw new Error(`wrk ${url}: ${stdout}`);
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit];
}

// ---- the server of the tutorials ----------------------------------------------

class Tutorial {
  static async start(certificate, key, ...options) {
    const self = new Tutorial();
    self.port = await freePort();
    self.process = spawn(process.execPath, [path.join(root, 'bench/peers/tutorial.mjs'), self.port, certificate, key,
      path.join(mkdtempSync(path.join(scratch, 'tutorial-')), 'tutorial.db'), account.email, account.password, ...options], ofItsOwn);
    for (let i = 0; i < 1500; ++i) {
      if (self.process.exitCode !== null) break;
      if (await listens(self.port)) return self;
      await new Promise((done) => setTimeout(done, 10));
    }
    throw new Error('the tutorial server did not start');
  }
  async login() {
    const answer = await askJson(this.port, 'POST', '/api/v1/login', account);
    if (answer.status !== 200) throw new Error(`the tutorial server's login answered ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }
  async stop() {
    const ended = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGTERM');
    await ended;
  }
}

// ---- the rows -------------------------------------------------------------------

async function jose() {
  const { stdout } = await run(path.join(binaries, 'bench_jose'), [filter]);
  const against = (name) => (name.startsWith('load-key') ? 'one verification with it' : name.endsWith('two-threads') ? 'one thread'
    : name.endsWith('allocations') ? 'of our own, under 2 KiB' : 'raw OpenSSL');
  for (const text of stdout.trim().split('\n').filter(Boolean)) {
    const row = JSON.parse(text);
    report({ ...row, against: against(row.name) });
  }
}

async function seenBefore() {
  const { stdout } = await run(path.join(binaries, 'bench_verifier'));
  const against = (name) => ({ 'verify/seen-before': 'the first check of an ES256 token', 'verify/seen-before/1M-revoked': 'none revoked; no news since the last look',
    'verify/after-news/0': 'none revoked, and no news since the last look' }[name] ?? 'none revoked; news since the last look');
  for (const row of stdout.trim().split('\n').map((text) => JSON.parse(text)))
    if (wanted(row.name)) report({ ...row, against: against(row.name) });
}

async function revocations() {
  const { stdout } = await run(path.join(binaries, 'bench_revocation'));
  const against = (name) => (name.endsWith('memory/1M') ? 'what the set says that it takes' : name.includes('/find/') ? 'a look-up in an empty set' : 'from the first to the last');
  for (const row of stdout.trim().split('\n').map((text) => JSON.parse(text)))
    if (wanted(row.name)) report({ ...row, against: against(row.name) });
}

async function bearer() {
  const signet = await Signet.start();
  await signet.addAccount();
  const { access_token: token } = await signet.login();
  const me = (await signet.request('GET', '/api/v1/me', undefined, { authorization: `Bearer ${token}` })).text;
  const nginx = await Nginx.start(signet.ca, path.join(signet.data, 'tls/key.pem'), me);
  try {
    await paired('bearer/tls', '1/s', 'nginx `return 200`, same certificate', 5,
      () => wrk(`https://localhost:${signet.port}/api/v1/me`, token), () => wrk(`https://localhost:${nginx.port}/`, token));
  } finally {
    await nginx.stop();
    await signet.stop();
  }
}

async function signIn() {
  const signet = await Signet.start();
  await signet.addAccount();
  const hashes = (program, ...more) => async () => Number((await run(path.join(binaries, program), [cores, 4, ...more])).stdout);
  const ours = async () => (await signet.signIns(4 * cores, 4)).per_second;
  try {
    if (wanted('signin/argon2id')) await paired('signin/argon2id', '1/s', 'the bare hash on all cores, in kept huge pages too', 5, ours, hashes('bench_hash'));
    if (wanted('signin/two-writes')) await paired('signin/two-writes', '1/s', 'the same hash and two durable writes each', 5, ours, hashes('bench_hash', path.join(scratch, 'hash-writes')));
    if (wanted('signin/plain-pages')) await paired('signin/plain-pages', '1/s', 'the bare hash on all cores, as libsodium comes', 5, ours, hashes('bench_hash_plain'));
  } finally {
    await signet.stop();
  }
}

const figureOf = async (program, ...given) => Number((await run(path.join(binaries, program), given.map(String))).stdout.trim().split(' ')[0]);

// Refresh as storage alone sees it, many in flight; each is durable before it counts.
async function rotations() {
  let round = 0;
  const file = () => path.join(scratch, `rotations-${++round}.db`);
  const ours = (inFlight) => () => figureOf('bench_storage', file(), inFlight, 2);
  for (const inFlight of [1, 64])
    if (wanted(`refresh/storage/${inFlight}`))
      await paired(`refresh/storage/${inFlight}`, '1/s', 'one bare SQLite commit each, synchronous=FULL', 5, ours(inFlight),
        () => figureOf('bench_commit', file(), 2));
  if (wanted('refresh/storage/64-by-1'))
    await paired('refresh/storage/64-by-1', '1/s', '64 at once; the same store, one at a time: one commit each', 5, ours(64), ours(1));
  if (wanted('refresh/storage/normal'))
    await paired('refresh/storage/normal', '1/s', '64 at once; one bare commit each, synchronous=NORMAL: not durable', 5, ours(64),
      () => figureOf('bench_commit', file(), 2, 'NORMAL'));
}

// The same with a table of millions, whose pages are in no cache of the process.
async function rotationsOfMany() {
  for (const [name, sessions] of [['1M', 1_000_000], ['10M', 10_000_000]]) {
    if (!wanted(`refresh/storage/${name}`)) continue;
    const side = (count) => {
      const file = path.join(scratch, `sessions-${name}-${count}.db`);
      let turn = 0;
      return async (seconds = 3) => {
        const { stdout } = await run(path.join(binaries, 'bench_storage'), [file, 64, seconds, count, turn].map(String));
        const [rate, next] = stdout.trim().split(' ').map(Number);
        turn = next;
        return rate;
      };
    };
    const many = side(sessions), few = side(10_000);
    await many(0.5);  // the table is filled
    await few(0.5);
    await paired(`refresh/storage/${name}`, '1/s', `${name} sessions against 10,000; 64 at once`, 7, many, few);
  }
}

async function refresh() {
  const signet = await Signet.start({ SIGNET_SESSIONS_REFRESH_WINDOW: '0s' });
  await signet.addAccount();
  let round = 0;
  const p99 = [];
  try {
    await paired('refresh/sqlite-full', '1/s', 'one bare SQLite commit each, synchronous=FULL', 3, async () => {
      const figures = await refreshing(signet.port, await signedIn(signet));
      p99.push(figures.p99_ms);
      return figures.per_second;
    }, () => figureOf('bench_commit', path.join(scratch, `commit-${++round}.db`), 2));
    report({ name: 'refresh/sqlite-full/p99', value: median(p99), unit: 'ms', baseline: null, ratio: null, against: `${devices} devices as fast as they are answered` });
  } finally {
    await signet.stop();
  }
}

// Over HTTP and TLS, with the same certificate and the same load; `keys`: the tutorial's secrets prepared once.
async function tutorial() {
  if (!existsSync(path.join(root, 'bench/peers/node_modules/better-sqlite3/build/Release/better_sqlite3.node'))) {
    console.error('\n!! NO ROWS FOR THE TUTORIAL SERVER: its npm packages are not installed (./dev deps bench installs them)\n');
    return;
  }
  const signet = await Signet.start({ SIGNET_SESSIONS_REFRESH_WINDOW: '0s' });
  await signet.addAccount();
  try {
    for (const [name, ...options] of [['tutorial'], ['tutorial-keys', '--keys']]) {
      if (![`refresh/${name}`, `bearer/${name}`].some(wanted)) continue;
      const other = await Tutorial.start(signet.ca, path.join(signet.data, 'tls/key.pem'), ...options);
      const against = `Express, jsonwebtoken, better-sqlite3${options.length ? ', its secrets prepared once' : ''}`;
      try {
        const rate = (server) => async () => (await refreshing(server.port, await signedIn(server))).per_second;
        if (wanted(`refresh/${name}`)) await paired(`refresh/${name}`, '1/s', `${against}; ${devices} devices`, 3, rate(signet), rate(other));
        const bearer = async (server) => {
          const { access_token: token } = await server.login();
          return () => wrk(`https://localhost:${server.port}/api/v1/me`, token);
        };
        if (wanted(`bearer/${name}`)) await paired(`bearer/${name}`, '1/s', against, 3, await bearer(signet), await bearer(other));
      } finally {
        await other.stop();
      }
    }
  } finally {
    await signet.stop();
  }
}

// The server with 10,000 sessions and with 10,000,000; each time other ones refresh.
async function refreshOfMany() {
  const open = async (sessions) => {
    const first = await Signet.start();
    await first.addAccount();
    await first.stop();
    const { stdout } = await run(path.join(binaries, 'bench_sessions'), [first.data, account.email, sessions, Math.min(sessions, 192_000)].map(String),
      { maxBuffer: 1 << 26 });
    const tokens = stdout.trim().split('\n');
    const server = await Signet.start({ SIGNET_SESSIONS_REFRESH_WINDOW: '0s' }, first.data);
    // Few rounds know what they left behind: each has tokens of its own.
    const rounds = 6;
    let round = 0;
    return { server, next: async () => {
      const mine = tokens.filter((_, i) => i % rounds === round % rounds);
      ++round;
      return (await refreshing(server.port, writeTokens(mine))).per_second;
    } };
  };
  const many = await open(10_000_000), few = await open(10_000);
  try {
    await paired('refresh/10M-sessions', '1/s', 'the same server with 10,000 sessions', 6, many.next, few.next);
  } finally {
    await many.server.stop();
    await few.server.stop();
  }
}

// CHECKS E11: devices refresh, each time durably, and verifiers fetch the key set, while more people sign in than the cores
// can hash.
async function underSignIns() {
  const signet = await Signet.start({ SIGNET_SESSIONS_REFRESH_WINDOW: '0s' });
  await signet.addAccount();
  try {
    for (const [kind, who] of [['refresh', '4 devices'], ['jwks', '4 verifiers']]) {
      if (!wanted(`${kind}/under-sign-ins/p99`)) continue;
      // Gives what measures; who refreshes has signed in by then.
      const prepare = async () => {
        if (kind === 'jwks') return () => wrkLatency(`https://localhost:${signet.port}/.well-known/jwks.json`);
        const tokens = await signedIn(signet, 4);
        return async () => (await refreshing(signet.port, tokens, 4)).p99_ms;
      };
      const busy = [], quiet = [];
      for (let i = 0; i < 3; ++i) {
        quiet.push(await (await prepare())());
        const measure = await prepare();
        const [p99] = await Promise.all([measure(), signet.signIns(16 * cores, 3.5)]);
        busy.push(p99);
      }
      report({ name: `${kind}/under-sign-ins/p99`, value: median(busy), unit: 'ms', baseline: median(quiet),
        ratio: median(busy.map((v, i) => v / quiet[i])), against: `${who}, the same without sign-ins` });
    }
  } finally {
    await signet.stop();
  }
}

// CHECKS C13: whether the time of a refusal tells who has an account.
async function unknownAddress() {
  const triesEach = 20, rounds = 2000;
  const member = (i) => `member${Math.floor(i / triesEach)}@example.com`;
  const signet = await Signet.start({ SIGNET_THROTTLE_ACCOUNT_FREE: `${triesEach}`, SIGNET_THROTTLE_ADDRESS_FREE: `${2 * rounds}` });
  for (let i = 0; i < rounds; i += triesEach) await signet.addAccount(member(i));
  const attempt = async (email) => {
    const began = performance.now();
    const { status, text } = await signet.request('POST', '/api/v1/login', { email, password: 'not the password' });
    if (status !== 401) throw new Error(`a wrong sign-in answered ${status} ${text}`);
    return performance.now() - began;
  };
  let strangers = 0, members = 0;
  try {
    await paired('signin/unknown-address', 'ms', 'a wrong password of one who has an account', rounds,
      () => attempt(`stranger${strangers++}@example.com`), () => attempt(member(members++)));
  } finally {
    await signet.stop();
  }
}

async function start() {
  const first = await Signet.start();
  await first.addAccount();
  await first.stop();
  const times = [], memory = [];
  for (let i = 0; i < 5; ++i) {
    const began = performance.now();
    const signet = await Signet.start({}, first.data);
    await signet.login();
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 3000));  // hashing memory is given back within two
    memory.push(signet.residentMegabytes());
    await signet.stop();
  }
  if (wanted('start/first-sign-in')) report({ name: 'start/first-sign-in', value: median(times), unit: 'ms', baseline: null, ratio: null, against: 'from exec to the answer' });
  if (wanted('memory/idle')) report({ name: 'memory/idle', value: median(memory), unit: 'MB', baseline: null, ratio: null, against: 'resident, after one sign-in' });
}

// With an account, and the credential of a verifier.
async function startFollowed() {
  const signet = await Signet.start();
  await signet.addAccount();
  const { stdout } = await run(path.join(binaries, 'signet'), ['verifier', 'add', 'bench', '--data', signet.data]);
  signet.credential = stdout.trim();
  await new Promise((done) => setTimeout(done, 1500));  // the server takes it over within a second
  return signet;
}

// Where the figures come from, before the machine is made busy.
async function machine() {
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? os.type();
  const commit = (await run('git', ['describe', '--always', '--dirty', '--abbrev=10'], { cwd: root })).stdout.trim();
  report({ name: 'server/machine', value: cores, unit: 'cores', baseline: null, ratio: null, against: `${os.cpus()[0].model}, load ${os.loadavg()[1].toFixed(1)}`,
    machine: { cpu: os.cpus()[0].model, system, node: process.versions.node, commit, date: new Date().toISOString().slice(0, 10), load: Number(os.loadavg()[1].toFixed(1)) } });
}

const algorithms = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'ES256K',
  'EdDSA', 'Ed448'];
const groups = [
  [[...algorithms.flatMap((name) => [`verify/${name}`, `sign/${name}`, `load-key/${name}`]),
    ...['HS256', 'ES256'].flatMap((name) => [`verify/${name}/two-threads`, `verify/${name}/allocations`])], jose],
  [['verify/seen-before', 'verify/seen-before/1M-revoked', 'verify/after-news/0', 'verify/after-news/1k', 'verify/after-news/1M'], seenBefore],
  [['revocation/find/0', 'revocation/find/1k', 'revocation/find/1M', 'revocation/add/1M', 'revocation/memory/1M'], revocations],
  [peerRows, () => measurePeers({ binaries, scratch, wanted, report })],
  [['server/machine'], machine],
  [['bearer/tls'], bearer],
  [['signin/argon2id', 'signin/two-writes', 'signin/plain-pages'], signIn],
  [['refresh/storage/1', 'refresh/storage/64', 'refresh/storage/64-by-1', 'refresh/storage/normal'], rotations],
  [['refresh/storage/1M', 'refresh/storage/10M'], rotationsOfMany],
  [['refresh/10M-sessions'], refreshOfMany],
  [['refresh/tutorial', 'refresh/tutorial-keys', 'bearer/tutorial', 'bearer/tutorial-keys'], tutorial],
  [['refresh/sqlite-full', 'refresh/sqlite-full/p99'], refresh],
  [['refresh/under-sign-ins/p99', 'jwks/under-sign-ins/p99'], underSignIns],
  [crowdRows.slow, () => measureSlowConnections({ start: Signet.start, cores, report })],
  [crowdRows.idle, () => measureIdleConnections({ start: Signet.start, report })],
  [propagationRows.signOut, () => measurePropagation({ start: startFollowed, binaries, account, wanted, report })],
  [propagationRows.flood, () => measureFlood({ start: startFollowed, binaries, report })],
  [propagationRows.returning, () => measureReturning({ start: startFollowed, binaries, report })],
  [gatewayRows, () => measureGateway({ start: startFollowed, paired, wrk, wanted, binaries, scratch, freePort, cores })],
  [['signin/unknown-address'], unknownAddress],
  [['start/first-sign-in', 'memory/idle'], start],
];

const chosen = groups.filter(([names]) => names.some(wanted));
if (chosen.length === 0) fail(`no row is called '${filter}'; there are ${groups.flatMap(([names]) => names).join(', ')}`);
console.log([''.padEnd(30), 'Signet'.padStart(12), '     ', 'baseline'.padStart(12), 'ratio'.padStart(9), ' ', 'against'].join(' '));
try {
  for (const [, measure] of chosen) await measure();
} finally {
  // What was measured is kept, also when a later row fails.
  if (jsonFile) writeFileSync(jsonFile, JSON.stringify(rows.map(({ against, ...row }) => row), null, 1) + '\n');
  rmSync(scratch, { recursive: true, force: true });
}
