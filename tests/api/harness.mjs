// tests/api/harness.mjs - the built binary, started, spoken to, and stopped.
//
//   const signet = await startSignet({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: '1s' } });
//   await addUser(signet, { email, password });
//   const { status, json } = await request(signet, 'POST', '/api/v1/login', { json: { email, password } });
//   await signet.stop();
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.SIGNET_BINARY ?? path.join(root, 'build/release/signet');
if (!existsSync(binary)) throw new Error(`${binary} is not built; ./dev build makes it`);

export const ann = { email: 'ann@example.com', password: 'three plain words here', name: 'Ann' };

// For who expects that all verifiers confirm a sign-out: a busy machine takes its time.
export const patient = { SIGNET_REVOCATIONS_CONFIRMATION_WAIT: '5s' };

// The environment of a child: ours, without variables that Signet would take for settings.
export function environment(extra = {}) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNET_'));
  return { ...Object.fromEntries(own), ...extra };
}

export function freshFolder() {
  return mkdtempSync(path.join(os.tmpdir(), 'signet-api-'));
}

// One that nobody listens at, and that stays free while its server is down: the kernel gives connections that leave this
// machine a port of their own from a range, so it is not of that range.
export async function freePort() {
  const leaving = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s/)[0]);
  for (let attempts = 0; attempts < 100; attempts++) {
    const port = 10_000 + Math.floor(Math.random() * (leaving - 10_000));
    const server = net.createServer();
    const isFree = await new Promise((done) => server.once('error', () => done(false)).listen(port, () => done(true)));
    if (!isFree) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
  throw new Error('no free port on this machine');
}

export async function until(what, holds, milliseconds = 15_000) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await holds();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

// Runs `signet ARGS…` to its end.
export function run(args, { input = '', env = {}, cwd } = {}) {
  return new Promise((resolve) => {
    const child = execFile(binary, args, { env: environment(env), cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout, stderr });
    });
    child.stdin.on('error', () => {});  // it may end before it reads
    child.stdin.end(input);
  });
}

class Signet {
  constructor(child, dataDir, keep) {
    this.child = child;
    this.pid = child.pid;
    this.dataDir = dataDir;
    this.keep = keep;
    this.output = '';
    this.errors = '';
    child.stdout.on('data', (chunk) => { this.output += chunk; });
    child.stderr.on('data', (chunk) => { this.errors += chunk; });
    this.ended = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
    this.agents = [];
  }

  // What it wrote so far: the banner and the log.
  log() { return this.output + this.errors; }

  get running() { return this.child.exitCode === null && this.child.signalCode === null; }

  // One line of the banner: "Open", "User", "Password", "Metrics".
  banner(word) { return this.output.match(new RegExp(`^  ${word}\\s+(\\S+)`, 'm'))?.[1]; }

  residentKilobytes() {
    return Number(readFileSync(`/proc/${this.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
  }
  peakKilobytes() {
    return Number(readFileSync(`/proc/${this.pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]);
  }

  // A client with connections of its own; closed by stop().
  agent(options = {}) {
    const module = this.url.startsWith('https:') ? https : http;
    const agent = new module.Agent({ keepAlive: true, ca: this.ca, ...options });
    this.agents.push(agent);
    return agent;
  }

  async metric(name) {
    const { text } = await request({ url: this.adminUrl }, 'GET', '/metrics');
    const line = text.split('\n').find((candidate) => candidate.startsWith(name));
    if (!line) throw new Error(`no metric ${name}`);
    return Number(line.split(' ').at(-1));
  }

  async signal(name) {
    this.child.kill(name);
    return this.ended;
  }

  // SIGTERM; gives {code, signal}. Removes the data folder unless the test brought it.
  async stop() {
    for (const agent of this.agents) agent.destroy();
    const end = this.running ? await this.signal('SIGTERM') : await this.ended;
    if (!this.keep) rmSync(this.dataDir, { recursive: true, force: true });
    return end;
  }

  async kill9() {
    for (const agent of this.agents) agent.destroy();
    return this.signal('SIGKILL');
  }
}

// Starts `signet serve --dev` on free ports and waits until people can sign in. An error has its `signet` beside it.
//   env      settings, for example { SIGNET_SESSIONS_REFRESH_WINDOW: '1s' }
//   dataDir  a folder to keep; without it, a fresh one that goes with stop()
//   listen, plainHttp, args
export async function startSignet({ env = {}, dataDir, listen = 'localhost:0', plainHttp = false, args = [] } = {}) {
  const folder = dataDir ?? path.join(freshFolder(), 'data');
  const child = spawn(binary, ['serve', '--dev', '--listen', listen, '--admin-listen', '127.0.0.1:0', '--data', folder,
    ...(plainHttp ? ['--plain-http'] : []), ...args], { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const signet = new Signet(child, folder, dataDir !== undefined);
  try {
    await until('the banner', () => {
      if (!signet.running) throw new Error(`signet ended:\n${signet.log()}`);
      return signet.output.includes('Stop ');
    });
    signet.url = new URL(signet.banner('Open')).origin;
    signet.port = Number(new URL(signet.url).port);
    signet.adminUrl = new URL(signet.banner('Metrics')).origin;
    signet.ca = plainHttp ? undefined : readFileSync(path.join(folder, 'tls/cert.pem'), 'utf8');
    await until('/readyz', async () => (await request(signet, 'GET', '/readyz')).status === 200);
  } catch (error) {
    throw Object.assign(error, { signet });
  }
  return signet;
}

// One request; gives {status, headers, text, json, milliseconds}. `json` is undefined when the body is none.
//   headers, json (sent as JSON), body (sent as it is), bearer, cookie, agent
export function request(server, method, target, { headers = {}, json, body, bearer, cookie, agent } = {}) {
  const url = new URL(target, server.url);
  const payload = json === undefined ? body : JSON.stringify(json);
  const all = { ...headers };
  if (json !== undefined) all['content-type'] ??= 'application/json';
  if (payload !== undefined) all['content-length'] ??= Buffer.byteLength(payload);
  if (bearer) all.authorization = `Bearer ${bearer}`;
  if (cookie) all.cookie = cookie;
  const began = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const module = url.protocol === 'https:' ? https : http;
    const outgoing = module.request(url, { method, headers: all, ca: server.ca, agent: agent ?? false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        let parsed;
        try { parsed = JSON.parse(text); } catch { /* not JSON */ }
        resolve({ status: answer.statusCode, headers: answer.headers, text, json: parsed,
          milliseconds: Number(process.hrtime.bigint() - began) / 1e6 });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

// `signet user add`, beside the running server.
export async function addUser(signet, { email, password, name, roles = [] }) {
  const args = ['user', 'add', email, '--password-stdin', '--data', signet.dataDir, ...(name ? ['--name', name] : []),
    ...roles.flatMap((role) => ['--role', role])];
  const done = await run(args, { input: password });
  if (done.code !== 0) throw new Error(`signet user add: ${done.stderr}`);
}

export async function signIn(signet, { email, password } = ann, options = {}) {
  const answer = await request(signet, 'POST', '/api/v1/login', { json: { email, password }, ...options });
  if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${answer.text}`);
  return answer.json;
}

export function refresh(signet, refreshToken, options = {}) {
  return request(signet, 'POST', '/api/v1/refresh', { json: { refresh_token: refreshToken }, ...options });
}

// A server with ann in it.
export async function startWithAnn(options) {
  const signet = await startSignet(options);
  await addUser(signet, ann).catch(async (error) => { await signet.stop(); throw error; });
  return signet;
}

// SQL statements that `work` caused: `most` is what the server runs by itself in the time that it took, and half as many
// again.
export async function statementsDuring(signet, work) {
  const soFar = () => signet.metric('signet_storage_statements_total');
  const idle = await soFar();
  await new Promise((done) => setTimeout(done, 1000));
  const before = await soFar();
  const began = performance.now();
  await work();
  const statements = (await soFar()) - before;
  const seconds = (performance.now() - began) / 1000;
  return { statements, seconds, most: 1.5 * (before - idle) * seconds + 20 };
}

// The value of the refresh cookie an answer sets, as a Cookie header; undefined when it sets none.
export function refreshCookie(answer) {
  const set = (answer.headers['set-cookie'] ?? []).find((line) => line.startsWith('__Host-signet_refresh='));
  return set?.split(';')[0];
}

// Bytes to the listener and whatever comes back until the end; for what no HTTP client would send.
export async function rawExchange(signet, bytes) {
  const tls = await import('node:tls');
  return new Promise((resolve) => {
    const socket = signet.ca
      ? tls.connect({ port: signet.port, host: 'localhost', ca: signet.ca, servername: 'localhost' })
      : net.connect(signet.port, 'localhost');
    const chunks = [];
    const finish = () => resolve(Buffer.concat(chunks).toString('latin1'));
    socket.on(signet.ca ? 'secureConnect' : 'connect', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

// Rows of the database, by Python's own SQLite, as arrays.
export async function query(signet, sql) {
  const script = 'import json,sqlite3,sys\n'
    + 'db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=10)\n'
    + 'print(json.dumps(db.execute(sys.argv[2]).fetchall(), default=lambda b: b.hex()))';
  return new Promise((resolve, reject) => {
    execFile('/usr/bin/python3', ['-c', script, path.join(signet.dataDir, 'signet.db'), sql], (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout));
    });
  });
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
