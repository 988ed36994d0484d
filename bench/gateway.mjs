// bench/gateway.mjs - nginx that asks `signet gateway` before each page, beside nginx that asks itself.
//
// The page is a file; the token has been checked before, as that of whoever opens a second page has. Without TLS, which
// would be nginx's on both sides.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const gatewayRows = ['gateway/nginx', 'gateway/decision'];

// A session each: Linux shares the cores between sessions first, and whoever stands alone in one would win.
const ofItsOwn = { stdio: 'ignore', detached: true };

class Ended {
  constructor(child) { this.child = child; this.end = new Promise((done) => child.once('exit', done).once('error', done)); }
  async stop() {
    if (this.child.exitCode === null) this.child.kill('SIGTERM');
    await this.end;
  }
}

async function until(what, holds) {
  for (let i = 0; i < 1500; ++i) {
    if (await holds().catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}

const answers = (url, headers = {}) => async () => (await fetch(url, { headers })).status === 200;

async function startGateway(signet, { binaries, scratch, freePort }) {
  const folder = mkdtempSync(path.join(scratch, 'gateway-'));
  const [port, admin] = [await freePort(), await freePort()];
  writeFileSync(path.join(folder, 'credential'), `${signet.credential}\n`, { mode: 0o600 });
  writeFileSync(path.join(folder, 'gateway.toml'), `[gateway]\nproxy = "nginx"\nlisten = "127.0.0.1:${port}"\n[admin]\nlisten = "127.0.0.1:${admin}"\n`
    + `[tokens]\nissuer = "https://localhost:${signet.port}"\nca_file = "${signet.ca}"\ncredential_file = "${folder}/credential"\n[log]\nlevel = "error"\n`
    + '[[rule]]\npath = "/assets"\naccess = "open"\n[[rule]]\npath = "/admin"\nroles = ["admin"]\n');
  const gateway = new Ended(spawn(path.join(binaries, 'signet'), ['gateway', '--config', path.join(folder, 'gateway.toml')], ofItsOwn));
  try {
    await until('the gateway', answers(`http://127.0.0.1:${admin}/readyz`));
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  return Object.assign(gateway, { port });
}

// Two servers in one: one asks the gateway, the other itself. Both have as many headers to pass on.
async function startNginx(gateway, { scratch, freePort, cores }) {
  const folder = mkdtempSync(path.join(scratch, 'nginx-'));
  const nginx = { asking: await freePort(), alone: await freePort() };
  writeFileSync(path.join(folder, 'page.html'), `<!doctype html><title>Page</title>${'<p>text</p>'.repeat(90)}\n`);
  const server = (port, decision) => `server {
      listen 127.0.0.1:${port} reuseport;
      root ${folder};
      location / { auth_request /decision; auth_request_set $user $upstream_http_x_signet_user; }
      location = /decision { internal; ${decision} }
    }`;
  writeFileSync(path.join(folder, 'nginx.conf'), `
    ${process.getuid() === 0 ? 'user root;' : ''}
    worker_processes ${cores}; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 100000000; open_file_cache max=10;
      ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
      upstream gateway { server 127.0.0.1:${gateway.port}; keepalive 64; keepalive_requests 100000000; }
      ${server(nginx.asking, `proxy_pass http://gateway/decision; proxy_http_version 1.1; proxy_set_header Connection "";
        proxy_pass_request_body off; proxy_set_header Content-Length "";
        proxy_set_header X-Original-Method $request_method; proxy_set_header X-Original-URI $request_uri;`)}
      ${server(nginx.alone, 'return 204;')}
    }`);
  const running = new Ended(spawn('/usr/sbin/nginx', ['-p', folder, '-e', `${folder}/error.log`, '-c', path.join(folder, 'nginx.conf')], ofItsOwn));
  try {
    await until('nginx', answers(`http://127.0.0.1:${nginx.alone}/page.html`));
  } catch (error) {
    await running.stop();
    throw new Error(`${error.message}: ${readFileSync(`${folder}/error.log`, 'utf8')}`);
  }
  return Object.assign(running, nginx);
}

export async function measureGateway({ start, paired, wrk, wanted, ...place }) {
  const signet = await start();
  let gateway, nginx;
  try {
    const { access_token: token } = await signet.login();
    gateway = await startGateway(signet, place);
    nginx = await startNginx(gateway, place);
    if (!(await answers(`http://127.0.0.1:${nginx.asking}/page.html`, { authorization: `Bearer ${token}` })())) throw new Error('the gateway refuses');
    if ((await fetch(`http://127.0.0.1:${nginx.asking}/page.html`)).status !== 401) throw new Error('nginx does not ask');
    const page = (port) => () => wrk(`http://127.0.0.1:${port}/page.html`, token);
    if (wanted('gateway/nginx')) await paired('gateway/nginx', '1/s', 'nginx that asks itself, `return 204`; one page', 5, page(nginx.asking), page(nginx.alone));
    const asked = { 'X-Original-Method': 'GET', 'X-Original-URI': '/page.html' };
    if (wanted('gateway/decision'))
      await paired('gateway/decision', '1/s', 'the page by nginx that asks itself', 5, () => wrk(`http://127.0.0.1:${gateway.port}/decision`, token, asked), page(nginx.alone));
  } finally {
    await nginx?.stop();
    await gateway?.stop();
    await signet.stop();
  }
}
