// tests/api/robustness/fronts.mjs - Debian's nginx and HAProxy before a Signet, each on a free port of this machine.
//
// They reach Signet from 127.0.0.2, so that they can be declared without declaring the test itself.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePort, freshFolder, until } from '../harness.mjs';

export const frontAddress = '127.0.0.2';

// HAProxy's arguments cannot name its log, nginx's can.
const nginx = (folder, { port, upstream, tls, header }) => ({
  program: '/usr/sbin/nginx',
  arguments: ['-p', folder, '-e', `${folder}/log`, '-c', `${folder}/configuration`],
  configuration: `
    ${process.getuid() === 0 ? 'user root;' : ''}
    daemon off; pid ${folder}/pid; worker_processes 1;
    events { worker_connections 512; }
    http {
      access_log off; client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
      uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
      upstream signet { server 127.0.0.1:${upstream}; keepalive 4; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${tls ? 'https' : 'http'}://signet; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_bind ${frontAddress}; proxy_set_header Host localhost; proxy_request_buffering off;
          ${header === 'Forwarded' ? 'proxy_set_header Forwarded "for=$remote_addr";'
            : 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'}
        }
      }
    }`,
});

const haproxy = (folder, { port, upstream, tls, tcp }) => ({
  program: '/usr/sbin/haproxy',
  arguments: ['-db', '-f', `${folder}/configuration`],
  configuration: `
global
  maxconn 500
defaults
  mode ${tcp ? 'tcp' : 'http'}
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen front
  bind 127.0.0.1:${port}
  ${tcp ? '' : 'option forwardfor\n  http-reuse always'}
  server signet 127.0.0.1:${upstream} source ${frontAddress} ${tcp ? 'send-proxy-v2' : ''} ${tls && !tcp ? 'ssl verify none' : ''}
`,
});

const listens = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => resolve(false));
});

// Gives {port, stop()}. `header`: what nginx names the client in; `tcp`: HAProxy looks at no byte, and announces the
// client by PROXY protocol, version 2.
export async function startFront(kind, signet, { header, tcp } = {}) {
  const folder = freshFolder();
  const port = await freePort();
  const front = { nginx, haproxy }[kind](folder, { port, upstream: signet.port, tls: Boolean(signet.ca), header, tcp });
  if (!existsSync(front.program)) throw new Error(`${front.program} is not there; ./dev deps test installs it`);
  writeFileSync(path.join(folder, 'configuration'), front.configuration);
  const child = spawn(front.program, front.arguments, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { said += chunk; });
  const ended = new Promise((done) => child.once('exit', done));
  await until(`${kind} to listen`, async () => {
    if (child.exitCode !== null)
      throw new Error(`${kind} ended:\n${said}${existsSync(`${folder}/log`) ? readFileSync(`${folder}/log`, 'utf8') : ''}`);
    return listens(port);
  });
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
