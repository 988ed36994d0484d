// tests/package/elf.mjs - what a program lacks of the hardening that is asked of ours.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const read = (...args) => execFileSync('readelf', args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
const kLandingPad = Buffer.from([0xf3, 0x0f, 0x1e, 0xfa]);  // endbr64

// Names of what is missing, none when all is there.
export function findMissing(file) {
  const header = read('-hW', file);
  const segments = read('-lW', file);
  const dynamic = read('-dW', file);
  const imported = read('--dyn-syms', '-W', file);
  const flags = (name) => segments.match(new RegExp(`^\\s*${name}\\s.* ([RWE ]{3}) 0x`, 'm'))?.[1];
  const features = read('-nW', file).match(/x86 feature: (.*)/)?.[1] ?? '';
  const holds = {
    PIE: /Type:\s+DYN/.test(header) && /Flags:.*\bPIE\b/.test(dynamic),
    RELRO: flags('GNU_RELRO') !== undefined,
    'BIND_NOW': /\(FLAGS_1\).*\bNOW\b/.test(dynamic),
    'stack protector': /\b__stack_chk_fail\b/.test(imported),
    FORTIFY: /\b__\w+_chk\b/.test(imported.replaceAll('__stack_chk_fail', '')),
    'no executable stack': flags('GNU_STACK') === 'RW ',
    'no writable code': !/^\s*LOAD\s.* RWE 0x/m.test(segments),
    'no TEXTREL': !/TEXTREL/.test(dynamic),
    'no RPATH': !/\((RPATH|RUNPATH)\)/.test(dynamic),
    IBT: /\bIBT\b/.test(features),
    SHSTK: /\bSHSTK\b/.test(features),
    'landing pads': entries(file).every((address) => bytesAt(file, segments, address).equals(kLandingPad)),
  };
  return Object.entries(holds).filter(([, held]) => !held).map(([name]) => name);
}

// Where the loader jumps to: the entry point, DT_INIT, DT_FINI, and what the arrays beside them hold.
export function entries(file) {
  const dynamic = read('-dW', file);
  const single = [read('-hW', file).match(/Entry point address:\s+0x([0-9a-f]+)/)[1],
    ...[...dynamic.matchAll(/\((?:INIT|FINI)\)\s+0x([0-9a-f]+)/g)].map(([, address]) => address)];
  const arrays = [...dynamic.matchAll(/\((INIT|FINI)_ARRAY(SZ)?\)\s+(?:0x([0-9a-f]+)|(\d+))/g)];
  const relocations = [...read('-rW', file).matchAll(/^([0-9a-f]+)\s+\S+\s+R_X86_64_RELATIVE\s+([0-9a-f]+)/gm)];
  const inArrays = ['INIT', 'FINI'].flatMap((kind) => {
    const begin = parseInt(arrays.find(([, name, size]) => name === kind && !size)?.[3] ?? '0', 16);
    const length = Number(arrays.find(([, name, size]) => name === kind && size)?.[4] ?? 0);
    return relocations.filter(([, at]) => parseInt(at, 16) >= begin && parseInt(at, 16) < begin + length).map(([, , target]) => target);
  });
  return [...single, ...inArrays].map((address) => parseInt(address, 16));
}

function bytesAt(file, segments, address) {
  for (const [, offset, begin, size] of segments.matchAll(/^\s*LOAD\s+0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+)/gm)) {
    const from = address - parseInt(begin, 16);
    if (from >= 0 && from < parseInt(size, 16)) return readFileSync(file).subarray(parseInt(offset, 16) + from).subarray(0, kLandingPad.length);
  }
  return Buffer.alloc(0);
}

// The objects in an archive, or the object itself, that do not say "IBT, SHSTK".
export function objectsWithoutCet(file) {
  const text = read('-nW', file);
  const parts = text.startsWith('\nFile: ') || text.startsWith('File: ') ? text.split(/^File: /m).slice(1) : [`${file}\n${text}`];
  return parts.filter((part) => !/x86 feature: IBT, SHSTK/.test(part)).map((part) => part.split('\n')[0]);
}
