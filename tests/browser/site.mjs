// tests/browser/site.mjs - a real Chromium, and the site it visits.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { root } from '../api/harness.mjs';

export { startSite } from '../api/site.mjs';

export const artefacts = path.join(root, 'tests/artefacts');
mkdirSync(artefacts, { recursive: true });

const chromiumArguments = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic',
  '--no-first-run', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])];
const launchOptions = { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: chromiumArguments };

export const ann = { email: 'ann@example.com', password: 'three plain words here', name: 'Ann Example' };

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
