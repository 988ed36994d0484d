// tests/crash/power_cut.mjs - what a disk may hold after the power went, from the journal of faults/journal.hpp.
//
// A kill leaves the kernel's memory, and with it every write, as it was. Here is the harsher end: of each file and of
// each folder there is what was synced, and of the rest what chance kept. Nothing is taken for granted that POSIX does
// not grant: a synced file without a synced folder may have no name.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const sector = 512;
const header = 24;
const entries = ['', 'seen', 'created', 'written', 'resized', 'synced', 'unsynced', 'linked', 'renamed', 'removed', 'folder'];
const folder = Symbol('folder');

function* readJournal(file) {
  const bytes = readFileSync(file);
  for (let at = 0; at + header <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    const data = bytes.subarray(at + header, at + header + length);
    // Its last words: the process died while it wrote them, and has not done what they say.
    if (data.length < length) return;
    yield { what: entries[bytes.readUInt32LE(at)], inode: bytes.readBigUInt64LE(at + 8), at: Number(bytes.readBigUInt64LE(at + 16)), data };
    at += header + length;
  }
}

const chances = {
  nothing: { keep: () => false },
  everything: { keep: () => true },
  some: { keep: () => Math.random() < 0.5 },
  torn: { keep: () => Math.random() < 0.5, isTorn: true },
};
export const kindsOfCut = Object.keys(chances);

// What is in a file on the disk, and the changes that only the kernel knows of.
class Contents {
  constructor(bytes = Buffer.alloc(0)) {
    this.durable = bytes;
    this.pending = [];
  }

  // Makes the changes durable that `keep` says, and forgets the others.
  settle({ keep, isTorn }) {
    for (const change of this.pending) {
      for (const part of isTorn ? sectorsOf(change) : [change])
        if (keep()) this.apply(part);
    }
    this.pending = [];
  }

  apply({ at, data }) {
    const length = data ? Math.max(this.durable.length, at + data.length) : at;
    if (length !== this.durable.length) this.durable = Buffer.concat([this.durable, Buffer.alloc(Math.max(0, length - this.durable.length))], length);
    data?.copy(this.durable, at);
  }
}

function sectorsOf({ at, data }) {
  if (!data) return [{ at }];
  const parts = [];
  for (let from = 0; from < data.length;) {
    const until = Math.min(data.length, from + sector - ((at + from) % sector));
    parts.push({ at: at + from, data: data.subarray(from, until) });
    from = until;
  }
  return parts;
}

class Disk {
  // `copy` is what was in the folder `root` when the journal began.
  constructor(root, copy) {
    this.root = root;
    this.durable = new Map();  // by name: Contents, or `folder`
    this.load(copy, root);
    this.seen = new Map(this.durable);  // as programs see it
    this.renamed = new Map();           // what became of names since their folder was synced
    this.opened = new Map();            // by inode: Contents, or a folder's name
  }

  load(from, to) {
    for (const name of readdirSync(from)) {
      if (name.endsWith('-shm')) continue;
      const isFolder = statSync(path.join(from, name)).isDirectory();
      this.durable.set(path.join(to, name), isFolder ? folder : new Contents(readFileSync(path.join(from, name))));
      if (isFolder) this.load(path.join(from, name), path.join(to, name));
    }
  }

  read(journal, { isLiar }) {
    for (const record of readJournal(journal))
      if (!isLiar || record.what !== 'synced') this.take(record);
    return this;
  }

  take({ what, inode, at, data }) {
    const contents = this.opened.get(inode);
    const [name, other] = ['written', 'resized'].includes(what) ? [] : data.toString().split('\0');
    switch (what) {
      case 'seen': {
        const there = this.seen.get(name);
        return this.opened.set(inode, there instanceof Contents ? there : name);
      }
      case 'created': {
        const fresh = new Contents();
        this.opened.set(inode, fresh);
        return this.name(name, fresh);
      }
      case 'written': return contents.pending.push({ at, data });
      case 'resized': return contents.pending.push({ at });
      case 'synced': return contents instanceof Contents ? contents.settle(chances.everything) : this.settleNames(contents, chances.everything);
      // The kernel has dropped what it could not write, or has not, and says so once.
      case 'unsynced': return contents instanceof Contents && contents.settle(chances.some);
      case 'linked': return this.name(other, this.seen.get(name));
      case 'renamed': this.name(other, this.seen.get(name)); return this.name(name);
      case 'removed': return this.name(name);
      case 'folder': return this.name(name, folder);
      default: throw new Error(`the journal says ${what}`);
    }
  }

  name(name, thing) {
    if (thing) this.seen.set(name, thing); else this.seen.delete(name);
    const of = path.dirname(name);
    if (!this.renamed.has(of)) this.renamed.set(of, []);
    this.renamed.get(of).push({ name, thing });
  }

  // In order: of a folder, the disk has a state that once was.
  settleNames(of, { keep }) {
    for (const { name, thing } of this.renamed.get(of) ?? []) {
      if (!keep()) break;
      if (thing) this.durable.set(name, thing); else this.durable.delete(name);
    }
    this.renamed.delete(of);
  }

  loseThePower(chance) {
    for (const contents of new Set([...this.seen.values(), ...this.durable.values()]))
      if (contents instanceof Contents) contents.settle(chance);
    for (const of of [...this.renamed.keys()]) this.settleNames(of, chance);
    return this;
  }

  // [name, bytes or undefined for a folder], what a folder that is gone took with it left out.
  list() {
    const isThere = (name) => name === this.root || (this.durable.has(name) && isThere(path.dirname(name)));
    return [...this.durable].filter(([name]) => isThere(name)).sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, thing]) => [name, thing === folder ? undefined : thing.durable]);
  }
}

// Replaces what is in the folder `root` by what a disk may have kept. `chance` is one of kindsOfCut; with `isLiar` the
// disk says "synced" and does nothing.
export function cutPower({ root, copy, journal, chance, isLiar = false }) {
  const disk = () => new Disk(root, copy).read(journal, { isLiar });
  // The journal is worth nothing unless it tells all that happened.
  const whole = disk().loseThePower(chances.everything).list();
  const there = new Disk(root, root).list();
  assert.deepEqual(whole.map(([name]) => name), there.map(([name]) => name));
  for (const [i, [name, bytes]] of whole.entries()) assert.ok(bytes === there[i][1] || bytes.equals(there[i][1]), `the journal of ${name}`);

  const left = disk().loseThePower(chances[chance]).list();
  for (const name of readdirSync(root)) rmSync(path.join(root, name), { recursive: true });
  for (const [name, bytes] of left) {
    if (bytes) writeFileSync(name, bytes, { mode: 0o600 });
    else mkdirSync(name, { mode: 0o700 });
  }
}
