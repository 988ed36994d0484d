// verify.mjs - what a verifier costs: npm run bench
//
// One process, one thread of JavaScript; signatures are checked on libuv's threads, so many at
// once use all cores. The issuer of the tests runs beside it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import os from 'node:os';
import { createVerifier } from '../dist/index.js';
import { RevocationSet } from '../dist/revocation_set.js';
import { Clock, Issuer, newKey, zipped } from '../test/issuer.mjs';

const kTokens = 4_000;
const kRounds = 5;
const kEntries = 1_000_000;

const issuer = await new Issuer(new Clock()).start();
clearInterval(issuer.beating);
issuer.beating = setInterval(() => void issuer.beat(), 1_000);
const options = { issuer: issuer.url, audience: 'notes', credential: issuer.credential, allowPlainHttpOnLoopback: true };

console.log(`Node ${process.version}, ${os.cpus()[0].model}, ${os.cpus().length} cores\n`);

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

// Microseconds for each of `count`, in rounds.
async function measured(what, count, round) {
  const each = [];
  for (let i = 0; i < kRounds; i++) {
    const began = performance.now();
    await round(i);
    each.push(((performance.now() - began) * 1_000) / count);
  }
  console.log(`${what.padEnd(48)} ${median(each).toFixed(2).padStart(8)} µs`);
}

async function allOk(verdicts) {
  for (const { ok, refusal } of await verdicts) if (!ok) throw new Error(JSON.stringify(refusal));
}

for (const [i, algorithm] of ['ES256', 'EdDSA', 'RS256'].entries()) {
  const key = newKey(algorithm, `b${i}`);
  issuer.keys.push(key);
  const verifier = await createVerifier({ ...options, rememberedTokens: kTokens * 4 });
  const fresh = await Promise.all(Array.from({ length: kRounds + 1 }, () => Promise.all(Array.from({ length: kTokens }, (_, n) => issuer.bearer({ sid: `s${n}` }, { key })))));
  await allOk(Promise.all(fresh[kRounds].map((token) => verifier.verify(token)))); // warm
  await measured(`${algorithm}, not seen before, one after another`, kTokens, async (round) => {
    for (const token of fresh[round]) await allOk([await verifier.verify(token)]);
  });
  const other = await createVerifier({ ...options, rememberedTokens: 0 });
  await measured(`${algorithm}, not seen before, 64 at once`, kTokens, async (round) => {
    const tokens = [...fresh[round]];
    const some = async () => {
      for (let token = tokens.pop(); token; token = tokens.pop()) await allOk([await other.verify(token)]);
    };
    await Promise.all(Array.from({ length: 64 }, some));
  });
  const seen = fresh[kRounds];
  await allOk(await Promise.all(seen.map((token) => verifier.verify(token))));
  await measured(`${algorithm}, seen before`, kTokens * 10, async () => {
    for (let i = 0; i < 10; i++) for (const token of seen) if (!(await verifier.verify(token)).ok) throw new Error('refused');
  });
  verifier.close();
  other.close();
}

// ---- what is revoked

const sid = (i) => `0199c5a1-7c1e-7d3f-9c55-${i.toString(16).padStart(12, '0')}`;
const [from, to] = [issuer.now(), issuer.now() + 1_260_000];
for (let i = 0; i < kEntries; i++) issuer.log.add('session', sid(i), from, to);
const body = zipped(await issuer.snapshot());
issuer.answers['/revocations'] = body;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const began = performance.now();
const verifier = await createVerifier({ ...options, patience: 120_000 });
const took = performance.now() - began;
delay.disable();
console.log(`\n${verifier.status().entries} ended sessions: live after ${(took / 1_000).toFixed(1)} s, ${(body.body.length / 2 ** 20).toFixed(0)} MiB over the wire`);
console.log(`the event loop, which has the issuer's work too, was held up ${(delay.max / 1e6).toFixed(0)} ms at most, ${(delay.percentile(99) / 1e6).toFixed(0)} ms at p99`);

globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
const set = new RevocationSet();
for (let i = 0; i < kEntries; i++) set.add({ kind: 'session', subject: sid(i), notBefore: from, until: to });
globalThis.gc?.();
console.log(`they take ${((process.memoryUsage().heapUsed - before) / 2 ** 20).toFixed(0)} MiB${globalThis.gc ? '' : ' (inexact without --expose-gc)'}`);
const names = Array.from({ length: 10_000 }, (_, i) => ({ sessionId: sid(kEntries + i), tokenId: `t${i}`, userId: `u${i}`, clientId: 'app', keyId: 'k1' }));
await measured('a look among 1,000,000 entries, in vain', 10_000, async () => {
  for (const one of names) if (set.find(one, from)) throw new Error('found');
});

const token = await issuer.bearer({ sid: 'mine' });
await allOk([await verifier.verify(token)]);
const latencies = [];
for (let i = 0; i < 100; i++) {
  const began = performance.now();
  await issuer.revoke('session', `x${i}`);
  while (verifier.status().sequence < issuer.log.end) await new Promise((resolve) => setImmediate(resolve));
  latencies.push(performance.now() - began);
}
console.log(`from the act to the refusal, issuer in the same process: median ${median(latencies).toFixed(1)} ms, worst of 100 ${Math.max(...latencies).toFixed(1)} ms`);
verifier.close();
await issuer.stop();
