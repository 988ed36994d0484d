// tests/crash/place.mjs - a server on a disk that does as it is told.
//
//   const place = await Place.make();
//   let signet = await place.start();
//   place.order('kill 7 before');           // the server dies where it would write, sync, rename, or answer a 7th time
//   …
//   await place.died(signet);
//   place.cutPower('torn');                 // or not: then the kernel kept what was written
//   signet = await place.start();           // place.worst has the longest start so far
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { binary, freePort, freshFolder, request, run, startSignet } from '../api/harness.mjs';
import { cutPower } from './power_cut.mjs';

export const faults = path.join(path.dirname(binary), 'crash_faults.so');
if (!existsSync(faults)) throw new Error(`${faults} is not built; ./dev test makes it`);

// Hashes as cheap as they may be, and nobody held up: what is tried here is the disk.
const quick = {
  SIGNET_PASSWORDS_MEMORY_KIB: '7168', SIGNET_PASSWORDS_ITERATIONS: '5', SIGNET_SESSIONS_REFRESH_WINDOW: '10m',
  SIGNET_THROTTLE_ACCOUNT_FREE: '20', SIGNET_THROTTLE_ADDRESS_FREE: '100000', SIGNET_THROTTLE_SIGNUP_FREE: '100000',
};

export class Place {
  static async make() { return new Place(await freePort()); }

  constructor(port) {
    this.base = freshFolder();
    this.root = path.join(this.base, 'disk');
    this.dataDir = path.join(this.root, 'data');
    this.copy = path.join(this.base, 'copy');
    this.journal = path.join(this.base, 'journal');
    this.listen = `localhost:${port}`;
    this.serial = 0;
    this.started = [];
    this.worst = 0;
    this.kills = 0;
    this.cuts = 0;
    mkdirSync(this.root);
    this.order('none');
  }

  orders(who) { return path.join(this.base, `orders of the ${who}`); }

  // For `who`, the server or a command beside it, until the next order; see faults/orders.hpp.
  order(what, who = 'server') {
    writeFileSync(`${this.orders(who)}.new`, `${++this.serial} ${what}\n`);
    renameSync(`${this.orders(who)}.new`, this.orders(who));
  }

  environment(who, env = {}) {
    return { ...quick, ...env, LD_PRELOAD: faults, FAULTS_FOLDER: this.root, FAULTS_ORDERS: this.orders(who), FAULTS_JOURNAL: this.journal };
  }

  // The state of the disk from which a cut of the power starts.
  beginJournal() {
    rmSync(this.copy, { recursive: true, force: true });
    cpSync(this.root, this.copy, { recursive: true });
    writeFileSync(this.journal, '');
  }

  // Without orders, unless told to leave those that were given.
  async start({ env, order = 'none' } = {}) {
    this.beginJournal();
    this.order(order);
    const began = performance.now();
    const options = { dataDir: this.dataDir, listen: this.listen, plainHttp: true, env: this.environment('server', env) };
    const signet = await startSignet(options).catch((error) => { this.started.push(error.signet); throw error; });
    this.started.push(signet);
    this.latest = performance.now() - began;
    this.worst = Math.max(this.worst, this.latest);
    return signet;
  }

  // Whether the order that was given has killed the server; without one it goes on.
  async died(signet) {
    this.order('none');
    const isAlive = signet.running && await request(signet, 'GET', '/healthz').then(() => true, () => false);
    if (isAlive) return false;
    const end = await signet.ended;
    if (end.signal !== 'SIGKILL') throw new Error(`ended by itself: ${JSON.stringify(end)}\n${signet.log()}`);
    for (const agent of signet.agents) agent.destroy();
    this.kills++;
    return true;
  }

  // A start under orders; whether it died of them. One that did not is killed.
  async startDies({ env, order }) {
    let failed;
    const signet = await this.start({ env, order }).catch((error) => { failed = error; return error.signet; });
    if (!failed) return this.end(signet).then(() => false);
    const end = await Promise.race([signet.ended, new Promise((done) => setTimeout(done, 10_000))]);
    if (end?.signal !== 'SIGKILL') throw failed;
    this.kills++;
    return true;
  }

  // Likewise of an end.
  async stopDies(signet) {
    const { signal } = await signet.stop();
    if (signal === 'SIGKILL') this.kills++;
    return signal === 'SIGKILL';
  }

  async kill(signet) {
    await signet.kill9();
    this.kills++;
  }

  // Not counted: nothing is asked of what it leaves.
  async end(signet) { await signet.kill9(); }

  cutPower(chance, { isLiar } = {}) {
    cutPower({ root: this.root, copy: this.copy, journal: this.journal, chance, isLiar });
    this.cuts++;
  }

  // A command beside the server, on the same disk.
  command(args) { return run([...args, '--data', this.dataDir], { env: this.environment('command') }); }

  // What a test that failed has left.
  async clear() {
    for (const signet of this.started.splice(0)) if (signet.running) await signet.kill9();
  }

  remove() { rmSync(this.base, { recursive: true }); }
}
