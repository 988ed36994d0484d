// tests/browser/site.mjs - Signet, two notes servers, and a real Chromium.
//
// One data folder, free ports, everything on loopback; stopped by process id.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { freePort, root, startSignet, until } from '../api/harness.mjs';

export const artefacts = path.join(root, 'tests/artefacts');
mkdirSync(artefacts, { recursive: true });

const chromiumArguments = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic',
  '--no-first-run', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])];
const launchOptions = { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: chromiumArguments };

export const ann = { email: 'ann@example.com', password: 'three plain words here', name: 'Ann Example' };

// Signet and two notes servers that know each other; `environment` goes to Signet.
export async function startSite({ environment = {} } = {}) {
  const ports = [await freePort(), await freePort()];
  const notes = ports.map((port) => `https://localhost:${port}`);
  const signet = await startSignet({ env: { SIGNET_SERVER_ALLOWED_ORIGINS: notes.join(','), ...environment } });
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

async function startNotes(port, peer, signet) {
  const tls = (file) => path.join(signet.dataDir, 'tls', file);
  const child = spawn(process.env.NOTES_BINARY ?? path.join(root, 'build/release/notes'), ['--listen', `localhost:${port}`, '--peer', peer,
    '--issuer', signet.url, '--ca', tls('cert.pem'), '--certificate', tls('cert.pem'), '--private-key', tls('key.pem')],
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

// A browser with a profile of its own that survives being closed.
export class Person {
  static async arrive(options = {}) {
    const person = new Person();
    person.profile = mkdtempSync(path.join(os.tmpdir(), 'signet-chromium-'));
    person.options = options;
    person.complaints = [];
    await person.openBrowser();
    return person;
  }
  async openBrowser() {
    this.context = await chromium.launchPersistentContext(this.profile,
      { ...launchOptions, ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 }, ...this.options });
    this.context.on('page', (page) => this.listen(page));
    for (const page of this.context.pages()) this.listen(page);
  }
  // Errors and warnings of the console; what the browser says of an expected 4xx is no complaint.
  listen(page) {
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      if (/Failed to load resource: the server responded with a status of (4\d\d|503)/.test(message.text())) return;
      this.complaints.push(`${message.type()}: ${message.text()} (${page.url()})`);
    });
    page.on('pageerror', (error) => this.complaints.push(`exception: ${error.message} (${page.url()})`));
  }
  async open(url) {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }
  async closeBrowser() { await this.context.close(); }
  async leave() {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

export async function signIn(page, { email, password } = ann) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
