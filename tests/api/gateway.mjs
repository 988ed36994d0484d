// tests/api/gateway.mjs - `signet gateway`, a service without a library, and the proxies of deploy/gateway before them.
//
//   const gateway = await startGateway(signet, { replacements: [['proxy = "nginx"', 'proxy = "envoy"']] });
//   const service = await startService();
//   const proxy = await startProxy('nginx', { gateway, service });
//   await request(proxy, 'GET', '/page', { bearer });
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { addVerifier } from './feed.mjs';
import { binary, environment, freePort, freshFolder, request, root, until } from './harness.mjs';

// A file of deploy/gateway; what is replaced must be in it.
export function written(name, replacements) {
  return replacements.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`deploy/gateway/${name} has no ${from}`);
    return text.replaceAll(from, to);
  }, readFileSync(path.join(root, 'deploy/gateway', name), 'utf8'));
}

// A child whose output is kept, and that is ended by its id.
class Running {
  constructor(command, args, env = {}) {
    this.child = spawn(command, args, { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    this.pid = this.child.pid;
    this.said = '';
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => { this.said += text; });
    this.ended = new Promise((done) => this.child.once('exit', (code, signal) => done({ code, signal })));
  }

  get running() { return this.child.exitCode === null && this.child.signalCode === null; }

  async until(what, holds) {
    return until(`${what}: ${this.said}`, () => {
      if (!this.running) throw new Error(`ended before ${what}:\n${this.said}`);
      return holds();
    });
  }

  async stop() {
    if (this.running) this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), 12_000);
    const end = await this.ended;
    clearTimeout(late);
    return end;
  }
}

// deploy/gateway/gateway.toml, in front of `signet`, on free ports; ready unless `wait` is false.
export async function startGateway(signet, { replacements = [], more = '', wait = true } = {}) {
  const folder = freshFolder();
  const [port, adminPort] = [await freePort(), await freePort()];
  const credential = path.join(folder, 'gateway.credential');
  writeFileSync(credential, `${await addVerifier(signet, `gateway-${port}`)}\n`, { mode: 0o600 });
  const config = path.join(folder, 'gateway.toml');
  writeFileSync(config, `${written('gateway.toml', [
    ['127.0.0.1:4180', `127.0.0.1:${port}`], ['127.0.0.1:4181', `127.0.0.1:${adminPort}`],
    ['https://id.example.com/login', `${signet.url}/login`], ['issuer = "https://id.example.com"', `issuer = "${signet.url}"\nca_file = "${signet.dataDir}/tls/cert.pem"`],
    ['/etc/signet/gateway.credential', credential], ...replacements])}\n[log]\nlevel = "debug"\n${more}`);
  const gateway = new Running(binary, ['gateway', '--config', config]);
  gateway.url = `http://127.0.0.1:${port}`;
  gateway.adminUrl = `http://127.0.0.1:${adminPort}`;
  gateway.port = port;
  gateway.config = config;
  const end = gateway.stop.bind(gateway);
  gateway.stop = async () => {
    const how = await end();
    rmSync(folder, { recursive: true, force: true });
    return how;
  };
  try {
    await gateway.until('the listener', () => gateway.said.includes('listening'));
    if (wait) await gateway.until('/readyz', async () => (await request({ url: gateway.adminUrl }, 'GET', '/readyz')).status === 200);
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  return gateway;
}

// In the place of `signet gateway`: whoever asks is ann, with `roles`. About /held it never says anything.
export async function startYes({ roles = 'viewer' } = {}) {
  const told = { User: 'ann', Session: 's1', Email: 'ann@example.com', Name: 'Ann', Roles: roles, Scopes: '', Client: '' };
  const server = http.createServer((question, answer) => {
    if (question.headers['x-original-uri'] === '/held') return;
    for (const [name, value] of Object.entries(told)) answer.setHeader(`X-Signet-${name}`, value);
    answer.end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { port: server.address().port, stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };
}

// What a service sees of a request; `seen` has all that ever came. With `upgrades` it switches to whatever protocol is
// asked for, and says everything back.
export async function startService({ upgrades = false } = {}) {
  const seen = [];
  const server = http.createServer((incoming, answer) => {
    let body = '';
    incoming.on('data', (part) => { body += part; });
    incoming.on('end', () => {
      const saw = { method: incoming.method, url: incoming.url, headers: incoming.headers, raw: incoming.rawHeaders, body };
      seen.push(saw);
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify(saw));
    });
  });
  if (upgrades) server.on('upgrade', (incoming, socket) => {
    const { upgrade, 'sec-websocket-key': key } = incoming.headers;
    seen.push({ url: incoming.url, headers: incoming.headers, upgrade });
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.on('error', () => {});
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.pipe(socket);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { port: server.address().port, seen, stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };
}

function makeCertificate(folder) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-out', path.join(folder, 'cert.pem'), '-keyout', path.join(folder, 'key.pem')], { stdio: 'ignore' });
  writeFileSync(path.join(folder, 'app.pem'), ['cert.pem', 'key.pem'].map((name) => readFileSync(path.join(folder, name), 'utf8')).join(''));
}

// Each: the command that runs the configuration of deploy/gateway in `folder`.
const kProxies = {
  nginx({ folder, port, gateway, service }) {
    const site = written('nginx.conf', [['127.0.0.1:4180', `127.0.0.1:${gateway.port}`], ['127.0.0.1:8000', `127.0.0.1:${service.port}`],
      ['listen 443', `listen 127.0.0.1:${port}`], ['    listen [::]:443 ssl http2;\n', ''], ['server_name app.example.com', 'server_name localhost'],
      ['/etc/letsencrypt/live/app.example.com/fullchain.pem', `${folder}/cert.pem`], ['/etc/letsencrypt/live/app.example.com/privkey.pem', `${folder}/key.pem`]]);
    writeFileSync(path.join(folder, 'nginx.conf'), `daemon off; pid ${folder}/nginx.pid; error_log stderr;\nevents {}\nhttp { access_log off;\n${
      ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}\n${site}}\n`);
    return ['nginx', '-c', path.join(folder, 'nginx.conf'), '-p', folder];
  },
  haproxy({ folder, port, gateway, service, replacements }) {
    writeFileSync(path.join(folder, 'signet.lua'), written('signet.lua', replacements['signet.lua'] ?? []));
    writeFileSync(path.join(folder, 'haproxy.cfg'), written('haproxy.cfg', [['http://127.0.0.1:4180', `http://127.0.0.1:${gateway.port}`],
      ['127.0.0.1:8000', `127.0.0.1:${service.port}`], ['bind :443', `bind 127.0.0.1:${port}`], ['/etc/haproxy/', `${folder}/`],
      ...(replacements['haproxy.cfg'] ?? [])]));
    return ['haproxy', '-f', path.join(folder, 'haproxy.cfg')];
  },
  caddy({ folder, port, gateway, service, sessions }) {
    const site = written('Caddyfile', [['127.0.0.1:4180', `127.0.0.1:${gateway.port}`], ['127.0.0.1:8000', `127.0.0.1:${service.port}`],
      ['app.example.com {', `https://localhost:${port} {\n\ttls ${folder}/cert.pem ${folder}/key.pem\n`],
      ...(sessions ? [['X-Signet-Client\n', 'X-Signet-Client Authorization>X-Signet-Authorization\n'], ['#session request_header Authorization', 'request_header Authorization'], ['#session ', '']] : [])]);
    writeFileSync(path.join(folder, 'Caddyfile'), `{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}\n${site}`);
    return ['caddy', 'run', '--config', path.join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
  },
};

export const proxyNames = Object.keys(kProxies);
// Of gateway.toml, for that proxy.
export const spokenBy = { nginx: 'nginx', haproxy: 'nginx', caddy: 'forwarded' };

export function isMissing(name) {
  return spawnSync(name, [name === 'caddy' ? 'version' : '-v']).error ? `${name} is not installed` : false;
}

// `name` in front of `gateway` and `service`, with `sessions` as for mode = "session"; gives it as request() takes it.
// `replacements`, HAProxy's alone: those of written(), by file.
export async function startProxy(name, { gateway, service, sessions = false, port: wanted, replacements = {} }) {
  const folder = freshFolder();
  const port = wanted ?? await freePort();
  chmodSync(folder, 0o755);  // nginx's workers are another user's
  makeCertificate(folder);
  const [command, ...args] = kProxies[name]({ folder, port, gateway, service, sessions, replacements });
  const proxy = new Running(command, args, { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder });
  proxy.url = `https://localhost:${port}`;
  proxy.port = port;
  proxy.ca = readFileSync(path.join(folder, 'cert.pem'), 'utf8');
  const end = proxy.stop.bind(proxy);
  proxy.stop = async () => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await proxy.until('an answer', () => request(proxy, 'GET', '/').catch(() => null));
  } catch (error) {
    await proxy.stop();
    throw error;
  }
  return proxy;
}
