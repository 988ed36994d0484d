// tests/api/site.mjs - Signet and two notes servers: one data folder, free ports, everything on loopback.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePort, patient, root, run, startSignet, until } from './harness.mjs';

// Signet and two notes servers that know each other; `environment` goes to Signet.
export async function startSite({ environment = {} } = {}) {
  const ports = [await freePort(), await freePort()];
  const notes = ports.map((port) => `https://localhost:${port}`);
  const signet = await startSignet({ env: { SIGNET_SERVER_ALLOWED_ORIGINS: notes.join(','), ...patient, ...environment } });
  const added = await run(['verifier', 'add', 'notes', '--data', signet.dataDir]);
  if (added.code !== 0) throw new Error(`signet verifier add: ${added.stderr}`);
  writeFileSync(path.join(signet.dataDir, 'notes.credential'), added.stdout, { mode: 0o600 });
  const servers = await Promise.all(ports.map((port, i) => startNotes(port, notes[1 - i], signet)));
  return {
    signet, notes,
    async stop() {
      for (const server of servers) server.kill('SIGTERM');
      await Promise.all(servers.map((server) => server.exitCode !== null || new Promise((done) => server.once('exit', done))));
      await signet.stop();
    },
  };
}

// A notes server; `revocations` says what it is to do about them.
export async function startNotes(port, peer, signet, revocations = ['--verifier-credential', path.join(signet.dataDir, 'notes.credential')]) {
  const tls = (file) => path.join(signet.dataDir, 'tls', file);
  const child = spawn(process.env.NOTES_BINARY ?? path.join(root, 'build/release/notes'), ['--listen', `localhost:${port}`, '--peer', peer,
    '--issuer', signet.url, '--ca', tls('cert.pem'), '--certificate', tls('cert.pem'), '--private-key', tls('key.pem'),
    ...revocations],
    { stdio: ['ignore', 'ignore', 'inherit'] });
  await until('the notes server', () => {
    if (child.exitCode !== null) throw new Error(`notes ended with ${child.exitCode}`);
    return listens(port);
  });
  return child;
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}
