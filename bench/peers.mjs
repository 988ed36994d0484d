// bench/peers.mjs - other JWT libraries, given the same keys and tokens as ours.
//
// Each library is a program of its own (bench/peers/) that measures when it is told
// to. In each round ours, the other, and bare OpenSSL take turns, so the three share
// what the machine does at that moment; and what counts is processor time.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { algorithms } from './peers/craft.mjs';
import { writeTokens } from './peers/tokens.mjs';

const here = path.dirname(new URL(import.meta.url).pathname);
const rounds = 11, seconds = 0.06;

const native = (name) => ({ program: `bench_peer_${name}` });
const npm = (name) => ({ command: [process.execPath, path.join(here, 'peers/npm.mjs'), name], npm: name.replace(/-64$/, '') });
const peers = {
  signet: native('signet'),
  openssl: native('openssl'),
  libjwt: { ...native('libjwt'), install: 'libjwt-dev' },
  cjose: { ...native('cjose'), install: 'libcjose-dev' },
  rhonabwy: { ...native('rhonabwy'), install: 'librhonabwy-dev' },
  'cpp-jwt': { ...native('cpp_jwt'), install: 'libcpp-jwt-dev' },
  'fast-jwt': npm('fast-jwt'),
  jsonwebtoken: npm('jsonwebtoken'),
  jose: npm('jose'),
  'jose-64': npm('jose-64'),
  pyjwt: { command: ['/usr/bin/python3', path.join(here, 'peers/pyjwt.py')], install: 'python3-jwt' },
};
const others = Object.keys(peers).filter((name) => name !== 'signet' && name !== 'openssl');
const isNative = (name) => 'program' in peers[name];
const isJudged = (name) => name !== 'openssl' && name !== 'jose-64';  // no JWT library; the same as jose

const rowsOf = (name) => [
  ...algorithms.flatMap((alg) => [...(others.includes(name) ? [`peer/${name}/${alg}`] : []), ...(name === 'openssl' ? [] : [`peer/${name}/${alg}/share`]),
    ...(isNative(name) ? [`peer/${name}/${alg}/allocations`] : [])]),
  ...(isJudged(name) ? [`peer/${name}/bad-tokens`, `peer/${name}/good-tokens`] : []),
];
export const peerRows = [...Object.keys(peers).flatMap(rowsOf), 'peer/machine'];

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

// One library's program; ask() gives its one line of answer.
class Peer {
  static async start(name, binaries, folder) {
    const [file, ...rest] = peers[name].command ?? [path.join(binaries, peers[name].program)];
    const self = new Peer();
    self.process = spawn(file, [...rest, folder], { stdio: ['pipe', 'pipe', 'pipe'] });
    self.process.stdin.on('error', () => {});  // it ended: the missing answer says so
    self.errors = '';
    self.process.stderr.on('data', (part) => (self.errors += part));
    self.lines = createInterface({ input: self.process.stdout })[Symbol.asyncIterator]();
    const [, version, served] = (await self.next('start')).split('\t');
    return Object.assign(self, { name, version, served: served.split(' ') });
  }
  async next(what) {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name ?? 'a peer'} did not answer to '${what}': ${this.errors.trim()}`);
    return value;
  }
  ask(line) {
    this.process.stdin.write(`${line}\n`);
    return this.next(line);
  }
  rate = async (alg, span = seconds) => Number(await this.ask(`rate ${alg} ${span}`));
  stop() {
    this.process.stdin.end();
  }
}

// Why a library cannot be run here; undefined when it can.
function missing(name, binaries) {
  const { program, npm: packageName, install } = peers[name];
  if (program && !existsSync(path.join(binaries, program))) return `${install ?? program} was not there when the bench was built`;
  if (packageName && !existsSync(path.join(here, 'peers/node_modules', packageName))) return 'its npm package is not installed';
  return undefined;
}

async function startAll(names, binaries, folder) {
  const running = new Map();
  for (const name of names) {
    let why = missing(name, binaries);
    if (!why) await Peer.start(name, binaries, folder).then((peer) => running.set(name, peer), (error) => { why = error.message; });
    if (!why) continue;
    if (name === 'signet' || name === 'openssl') throw new Error(`bench: ${name}: ${why}`);
    console.error(`\n!! NO ROWS FOR ${name}: ${why} (./dev deps bench installs what it needs)\n`);
  }
  return running;
}

async function measureRates(peer, { signet, openssl }, wanted, report) {
  for (const alg of peer.served) {
    const pair = `peer/${peer.name}/${alg}`, share = `${pair}/share`;
    if (!wanted(pair) && !wanted(share)) continue;
    for (const each of [peer, signet, openssl]) await each.rate(alg, 0.3);  // compiled, cached, awake
    const ours = [], theirs = [], floor = [];
    for (let i = 0; i < rounds; ++i) {
      theirs.push(await peer.rate(alg));
      if (peer !== signet) ours.push(await signet.rate(alg));
      floor.push(await openssl.rate(alg));
    }
    const row = (name, value, baseline, against) => wanted(name) && report({ name, value: median(value), unit: '1/s', baseline: median(baseline),
      ratio: median(value.map((v, i) => v / baseline[i])), version: peer.version, against });
    if (peer !== signet) row(pair, ours, theirs, `ours against ${peer.name} ${peer.version}`);
    row(share, theirs, floor, `${peer.name} against raw OpenSSL`);
  }
}

async function measureAllocations(peer, { openssl }, wanted, report) {
  if (!isNative(peer.name)) return;
  for (const alg of peer.served) {
    const name = `peer/${peer.name}/${alg}/allocations`;
    if (!wanted(name)) continue;
    const count = async (of) => Number(await of.ask(`allocations ${alg}`));
    report({ name, value: await count(peer), unit: 'each', baseline: await count(openssl), ratio: null, version: peer.version,
      against: 'raw OpenSSL; malloc in the whole program' });
  }
}

// {group: how many tokens of it have one of those verdicts}
function groupsOf(tokens, verdicts, wanted) {
  const groups = {};
  tokens.forEach(({ group }, i) => { if (wanted.includes(verdicts[i])) groups[group] = (groups[group] ?? 0) + 1; });
  return groups;
}
const sum = (groups) => Object.values(groups).reduce((a, b) => a + b, 0);

async function judge(peer, tokens, wanted, report) {
  const names = ['good-tokens', 'bad-tokens'].map((kind) => `peer/${peer.name}/${kind}`);
  if (!isJudged(peer.name) || !names.some(wanted)) return;
  const judged = tokens.filter(({ kind }) => kind !== 'timed');
  const letters = await peer.ask('judge');
  if (letters.length !== judged.length) throw new Error(`bench: ${peer.name} judged ${letters.length} of ${judged.length} tokens`);
  for (const [kind, wrong, what] of [['bad', 'a', 'accepted'], ['good', 'r', 'refused']]) {
    const name = `peer/${peer.name}/${kind}-tokens`;
    const ofKind = judged.map((token, i) => [token, letters[i]]).filter(([token, letter]) => token.kind === kind && letter !== '-');
    const [given, verdicts] = [ofKind.map(([token]) => token), ofKind.map(([, letter]) => letter)];
    const groups = groupsOf(given, verdicts, wrong), crashes = groupsOf(given, verdicts, 'c');
    if (peer.name === 'signet' && sum(groups) + sum(crashes) > 0) throw new Error(`bench: signet ${what} ${kind} tokens: ${JSON.stringify(groups)}`);
    if (!wanted(name)) continue;
    const list = (of) => Object.entries(of).map(([group, n]) => (n > 1 ? `${group} (${n})` : group)).join(', ');
    const named = kind === 'bad' && sum(groups) ? `, of groups ${list(groups)}` : '';
    report({ name, value: sum(groups), unit: 'each', baseline: given.length, ratio: sum(groups) / given.length, version: peer.version,
      ...(kind === 'bad' && { given: groupsOf(given, verdicts, 'arc'), groups, crashes }), against: `${kind} tokens ${what}${named}${sum(crashes) ? `; crashed on ${list(crashes)}` : ''}` });
  }
}

// What a reader of the figures wants to know of where they come from.
function machine({ openssl }) {
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? os.type();
  return { cpu: os.cpus()[0].model, system, node: process.versions.node, openssl: openssl.version, date: new Date().toISOString().slice(0, 10),
    load: Number(os.loadavg()[1].toFixed(1)) };
}

// Reports every row of peerRows that is wanted, except those of libraries that are not here.
export async function measurePeers({ binaries, scratch, wanted, report }) {
  const folder = path.join(scratch, 'tokens');
  const tokens = writeTokens(folder);
  const names = Object.keys(peers).filter((name) => name === 'signet' || name === 'openssl' || rowsOf(name).some(wanted));
  const running = await startAll(names, binaries, folder);
  const base = { signet: running.get('signet'), openssl: running.get('openssl') };
  try {
    for (const peer of running.values()) {
      if (peer !== base.openssl) await measureRates(peer, base, wanted, report);
      await measureAllocations(peer, base, wanted, report);
      await judge(peer, tokens, wanted, report);
    }
    if (wanted('peer/machine'))
      report({ name: 'peer/machine', value: os.cpus().length, unit: 'cores', baseline: null, ratio: null, machine: machine(base),
        against: `${os.cpus()[0].model}, load ${os.loadavg()[1].toFixed(1)}` });
  } finally {
    for (const peer of running.values()) peer.stop();
  }
}
