// bench/propagation.mjs - how long a sign-out takes to be refused everywhere.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const crowds = [1, 100, 1000, 5000];
const processes = 20;  // of each crowd, one Signet verifier each; the others are played
const parts = ['p50', 'p99', 'worst'];
const floodPerSecond = 10_000;

export const propagationRows = {
  signOut: crowds.flatMap((count) => parts.map((part) => `propagation/${count}/${part}`)),
  flood: parts.map((part) => `propagation/flood/${part}`),
  returning: [...parts.map((part) => `returning/5000/${part}`), 'returning/5000/memory'],
};

async function follow(signet, binaries, program, ...args) {
  const { stdout } = await run(path.join(binaries, program), [`https://localhost:${signet.port}`, String(signet.port), signet.ca,
    signet.credential, ...args.map(String)], { maxBuffer: 1 << 20 });
  return JSON.parse(stdout);
}

// From the answer to a sign-out to the last verifier's refusal. The baseline is from the moment it was asked for.
export async function measurePropagation({ start, binaries, account, wanted, report }) {
  for (const count of crowds) {
    const names = parts.map((part) => `propagation/${count}/${part}`);
    if (!names.some(wanted)) continue;
    const signet = await start();
    try {
      const got = await follow(signet, binaries, 'bench_propagation', count, 1000, account.email, account.password,
        Math.min(count - 1, processes), path.join(binaries, 'bench_verifier_process'));
      if (got.accepted !== 0) throw new Error(`${got.accepted} tokens were accepted after all had confirmed`);
      for (const part of parts)
        report({ name: `propagation/${count}/${part}`, value: got.after_answer[part], unit: 'ms', baseline: got.after_asking[part], ratio: null,
          processes: got.processes, sign_outs: got.sign_outs, confirmed: got.all_confirmed, accepted: got.accepted,
          against: `from the request; ${got.all_confirmed} of 1,000 answers said all had confirmed, and the token was accepted ${got.accepted} times after` });
    } finally {
      await signet.stop();
    }
  }
}

// From the time in an entry to its refusal at each of twenty verifiers, while ten thousand a second are written.
export async function measureFlood({ start, binaries, report }) {
  const signet = await start();
  try {
    const got = await follow(signet, binaries, 'bench_flood', 20, signet.data, floodPerSecond, 60);
    if (got.per_second < 0.99 * floodPerSecond) throw new Error(`${got.per_second} revocations a second were written, not ${floodPerSecond}`);
    for (const part of parts)
      report({ name: `propagation/flood/${part}`, value: got[part], unit: 'ms', baseline: null, ratio: null, per_second: got.per_second,
        against: `${got.revocations} revocations at ${got.per_second} a second, each at ${got.verifiers} verifiers` });
  } finally {
    await signet.stop();
  }
}

// Five thousand verifiers start at once, as after a power cut: until each has keys, snapshot, and a stream. What
// it costs the server is the handshakes: the snapshot is made and compressed once.
export async function measureReturning({ start, binaries, report }) {
  const signet = await start();
  try {
    await follow(signet, binaries, 'bench_flood', 1, signet.data, 10_000, 1);  // what the snapshot will hold
    const before = signet.residentMegabytes();
    const returning = follow(signet, binaries, 'bench_returning', 5000);
    let peak = before;
    const watch = setInterval(() => { peak = Math.max(peak, signet.residentMegabytes()); }, 20);
    const got = await returning.finally(() => clearInterval(watch));
    for (const part of parts)
      report({ name: `returning/5000/${part}`, value: got[part], unit: 'ms', baseline: null, ratio: null,
        against: `${got.verifiers} at once, a TLS handshake each, a snapshot of 10,000 entries in ${Math.round(got.snapshot_bytes / 1024)} KiB` });
    report({ name: 'returning/5000/memory', value: peak, unit: 'MB', baseline: before, ratio: peak / before, against: 'before they came; resident, at its peak' });
  } finally {
    await signet.stop();
  }
}
