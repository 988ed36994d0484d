// deploy/proxies: the configurations that the guide gives, in the proxies they are for, with their ports and files replaced.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { addUser, ann, freePort, request, startSignet, until } from '../api/harness.mjs';
import { root } from './machine.mjs';

let folder;
before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'signet-proxies-'));
  spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-out', path.join(folder, 'cert.pem'), '-keyout', path.join(folder, 'key.pem')]);
  writeFileSync(path.join(folder, 'signet.pem'), ['cert.pem', 'key.pem'].map((name) => readFileSync(path.join(folder, name), 'utf8')).join(''));
});
after(() => { rmSync(folder, { recursive: true, force: true }); });

// A configuration of deploy/proxies; what is replaced must be in it.
const written = (name, replacements) => replacements.reduce(
  (text, [from, to]) => {
    assert.ok(text.includes(from), `${name} has ${from}`);
    return text.replaceAll(from, to);
  }, readFileSync(path.join(root, 'deploy/proxies', name), 'utf8'));

const kProxies = {
  nginx: (port, ports) => {
    const site = written('nginx.conf', [['127.0.0.1:8080', `127.0.0.1:${ports.main}`], ['listen 443', `listen 127.0.0.1:${port}`], ['    listen [::]:443 ssl http2;\n', ''],
      ['id.example.com;', 'localhost;'], ['/etc/letsencrypt/live/id.example.com/fullchain.pem', `${folder}/cert.pem`],
      ['/etc/letsencrypt/live/id.example.com/privkey.pem', `${folder}/key.pem`]]);
    writeFileSync(path.join(folder, 'nginx.conf'), `daemon off; pid ${folder}/nginx.pid; error_log stderr;\nevents {}\nhttp { access_log off;\n${
      ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}\n${site}}\n`);
    return ['nginx', '-c', path.join(folder, 'nginx.conf'), '-p', folder];
  },
  haproxy: (port, ports) => {
    const own = written('haproxy.cfg', [['server signet 127.0.0.1:8080', `server signet 127.0.0.1:${ports.main}`], ['port 8444', `port ${ports.admin}`],
      ['bind :443', `bind 127.0.0.1:${port}`], ['/etc/haproxy/signet.pem', `${folder}/signet.pem`]]);
    writeFileSync(path.join(folder, 'haproxy.cfg'), own);
    return ['haproxy', '-f', path.join(folder, 'haproxy.cfg')];
  },
};

for (const [name, configure] of Object.entries(kProxies)) {
  const missing = spawnSync(name, ['-v']).error ? `${name} is not installed` : false;
  test(`through ${name} a person signs in, and is known by their own address`, { skip: missing }, async () => {
    const port = await freePort();
    const signet = await startSignet({ listen: '127.0.0.1:0', plainHttp: true,
      env: { SIGNET_SERVER_TRUSTED_PROXIES: '127.0.0.1', SIGNET_SERVER_ISSUER: `https://localhost:${port}` } });
    const [command, ...args] = configure(port, { main: signet.port, admin: new URL(signet.adminUrl).port });
    const proxy = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    proxy.stdout.on('data', (text) => { said += text; });
    proxy.stderr.on('data', (text) => { said += text; });
    const ended = new Promise((done) => proxy.once('exit', done));
    try {
      await addUser(signet, ann);
      const site = { url: `https://localhost:${port}`, ca: readFileSync(path.join(folder, 'cert.pem')) };
      // An address that is nobody's but the client's.
      const agent = new https.Agent({ keepAlive: false, localAddress: '127.0.0.9', family: 4, ca: site.ca });
      const login = () => request(site, 'POST', '/api/v1/login', { agent, json: { email: ann.email, password: ann.password }, headers: { 'X-Forwarded-For': '192.0.2.77' } });
      const answer = await until(`a sign-in through ${name}: ${said}`, async () => {
        if (proxy.exitCode !== null) throw new Error(`${name} ended: ${said}`);
        const tried = await login().catch(() => null);
        return tried?.status === 200 ? tried : null;
      });
      const me = await request(site, 'GET', '/api/v1/me', { headers: { Authorization: `Bearer ${answer.json.access_token}` } });
      assert.equal(me.json.user.email, ann.email);
      // What the client said of itself went no further.
      const sessions = await request(site, 'GET', '/api/v1/sessions', { headers: { Authorization: `Bearer ${answer.json.access_token}` } });
      assert.equal(sessions.status, 200, sessions.text);
      assert.doesNotMatch(sessions.text, /192\.0\.2\.77/);
      assert.match(sessions.text, /127\.0\.0\.9/);
    } finally {
      proxy.kill('SIGTERM');
      await Promise.race([ended, new Promise((done) => setTimeout(done, 5000).unref())]);
      if (proxy.exitCode === null) proxy.kill('SIGKILL');
      await signet.stop();
    }
  });
}
