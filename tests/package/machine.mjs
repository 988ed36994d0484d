// tests/package/machine.mjs - a Debian machine for one test: a root that nothing else sees, booted by systemd.
//
//   const machine = await Machine.make();          // or null: machine.whyNot says what is missing
//   machine.run('apt-get', 'install', …);          // before it is booted, on our network
//   await machine.boot();
//   machine.inside('systemctl', 'start', 'signet'); // afterwards, on a network of its own
//   await machine.end();
//
// The root is this machine's under an overlay in memory. With SIGNET_FRESH_ROOT=1 it is a Debian that has
// nothing on it yet (mmdebstrap; kept in build/package/root.tar): slower, and it proves the dependencies too.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
const kFresh = process.env.SIGNET_FRESH_ROOT === '1';

// What stands between here and a booted machine; empty: nothing.
export function whyNot() {
  if (process.getuid() !== 0) return 'it takes root to boot a machine in a folder';
  for (const tool of ['systemd-nspawn', 'nsenter', 'unshare', ...(kFresh ? ['mmdebstrap'] : [])])
    if (spawnSync(tool, ['--version']).error) return `${tool} is not installed`;
  const mounted = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', os.tmpdir()], { encoding: 'utf8' });
  return mounted.status === 0 ? '' : `nothing can be mounted here: ${mounted.stderr.trim()}`;
}

function freshRoot() {
  const tar = path.join(root, 'build/package/root.tar');
  if (existsSync(tar)) return tar;
  const made = spawnSync('mmdebstrap', ['--quiet', '--mode=root', '--variant=apt', '--include=systemd,dbus',
    '--aptopt=APT::Install-Recommends "false"', '--dpkgopt=force-unsafe-io', '--dpkgopt=path-exclude=/usr/share/locale/*',
    '--skip=cleanup/apt/lists', 'bookworm', `${tar}.new`], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`mmdebstrap: ${made.stderr}`);
  spawnSync('mv', [`${tar}.new`, tar]);
  return tar;
}

// What this machine has been told about packages and services is not the new one's business.
const kOverlay = `mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
rm -rf root/etc/signet root/var/lib/signet root/etc/systemd/system/*.wants root/usr/sbin/policy-rc.d root/var/lib/man-db/auto-update root/tmp/*
! grep -q ^signet: root/etc/passwd || chroot root deluser --quiet --system signet`;

// A control group of its own, so that systemd does not take the machine's for its.
class ControlGroup {
  constructor() {
    const base = '/sys/fs/cgroup';
    const controllers = readdirSync(base).filter((name) => existsSync(`${base}/${name}/cgroup.procs`)).map((name) => `${base}/${name}`);
    const versionTwo = existsSync(`${base}/cgroup.controllers`);
    const used = ['memory', 'pids', 'devices', 'systemd', 'unified'];
    this.folders = (versionTwo ? [base] : controllers.filter((folder) => used.includes(path.basename(folder))))
      .map((folder) => `${folder}/signet-package-test-${process.pid}`);
    for (const folder of this.folders) mkdirSync(folder);
  }

  get files() { return this.folders.map((folder) => `${folder}/cgroup.procs`); }

  remove() {
    const below = (folder) => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) below(path.join(folder, entry.name));
      rmdirSync(folder);
    };
    for (const folder of this.folders) below(folder);
  }
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function until(what, holds, milliseconds = 60_000) {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = holds();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what()}`);
    await pause(100);
  }
}

export class Machine {
  static async make() {
    const machine = new Machine();
    machine.place = mkdtempSync(path.join(os.tmpdir(), 'signet-package-'));
    const fill = kFresh ? `mkdir root && tar -xpf '${freshRoot()}' -C root` : kOverlay;
    // The mounts live as long as this process does, and nobody else sees them.
    machine.holder = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-ec',
      `mount -t tmpfs -o mode=755 tmpfs '${machine.place}'; cd '${machine.place}'\n${fill}\necho ready; exec sleep infinity`],
    { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    machine.holder.stdout.on('data', (text) => { said += text; });
    machine.holder.stderr.on('data', (text) => { said += text; });
    await until(() => `a root: ${said}`, () => {
      if (machine.holder.exitCode !== null) throw new Error(`no root: ${said}`);
      return said.endsWith('ready\n');
    }, 120_000);
    // Never left behind, however the test ends.
    machine.atExit = () => machine.kill();
    process.once('exit', machine.atExit);
    return machine;
  }

  get #ownMounts() { return ['-t', String(this.holder.pid), '-m', '--']; }
  get #nspawn() {
    return ['systemd-nspawn', '--quiet', '--register=no', '--keep-unit', '--link-journal=no', '--timezone=off', '--console=pipe',
      '-D', `${this.place}/root`];
  }

  // Waits for a command on our network, in the root that is not booted. Gives {status, output}.
  run(...command) {
    this.group ??= new ControlGroup();
    return this.#finished('sh', ['-c', 'for file in $GROUPS_OF_IT; do echo $$ > "$file"; done; exec "$@"', 'sh', 'nsenter', ...this.#ownMounts,
      ...this.#nspawn, '--resolv-conf=replace-host', '--pipe', ...command]);
  }

  async boot() {
    this.group ??= new ControlGroup();
    this.nspawn = spawn('sh', ['-c', 'for file in $GROUPS_OF_IT; do echo $$ > "$file"; done; exec "$@"', 'sh', 'nsenter', ...this.#ownMounts,
      ...this.#nspawn, '--resolv-conf=off', '--private-network', '--boot', 'systemd.unit=basic.target'],
    { stdio: 'ignore', env: this.#environment });
    const children = () => readFileSync(`/proc/${this.nspawn.pid}/task/${this.nspawn.pid}/children`, 'utf8').trim().split(' ')[0];
    this.leader = await until(() => 'systemd-nspawn', children);
    await until(() => 'systemd', () => /running|degraded/.test(this.inside('systemctl', 'is-system-running').output));
  }

  // Waits for a command in the booted machine. Gives {status, output}.
  inside(...command) { return this.#finished('nsenter', ['-t', this.leader, '-m', '-p', '-u', '-i', '-n', '-C', '--', ...command]); }
  // The same with `input` on its standard input.
  insideWith(input, ...command) {
    return this.#finished('nsenter', ['-t', this.leader, '-m', '-p', '-u', '-i', '-n', '-C', '--', ...command], input);
  }
  // A command of ours on the machine's network.
  onItsNetwork(...command) { return this.#finished('nsenter', ['-t', this.leader, '-n', '--', ...command]); }
  // A command of ours that sees the root at machine.folder.
  beside(...command) { return this.#finished('nsenter', [...this.#ownMounts, ...command]); }
  get folder() { return `${this.place}/root`; }

  write(file, content) {
    const written = this.#finished('nsenter', [...this.#ownMounts, 'tee', path.join(this.folder, file)], content);
    if (written.status !== 0) throw new Error(written.output);
  }

  get #environment() { return { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', GROUPS_OF_IT: this.group?.files.join(' ') ?? '' }; }

  #finished(command, args, input = '') {
    const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', input, env: this.#environment, timeout: 240_000 });
    if (error) throw error;
    return { status, output: stdout + stderr };
  }

  async end() {
    if (this.nspawn?.exitCode === null) {
      this.inside('systemctl', 'poweroff');
      const deadline = Date.now() + 15_000;
      while (this.nspawn.exitCode === null && Date.now() < deadline) await pause(50);
    }
    this.kill();
    await until(() => 'the end of the machine', () => this.leader === undefined || !existsSync(`/proc/${this.leader}`));
    process.removeListener('exit', this.atExit);
    this.group?.remove();
    rmSync(this.place, { recursive: true, force: true });
  }

  kill() {
    for (const pid of [this.leader, this.nspawn?.pid, this.holder?.pid])
      try { if (pid) process.kill(Number(pid), 'SIGKILL'); } catch { /* it has ended */ }
  }
}

export { until };
