// bench/peers/npm.mjs - runs one JWT library of npm; speaks as bench/peers/peer.hpp says.
//
//     node bench/peers/npm.mjs jose|jose-64|fast-jwt|jsonwebtoken FOLDER
//
// jose-64 is jose with 64 verifications in flight: it is asynchronous, and WebCrypto
// spreads them over Node's threads.
import { createPublicKey, createSecretKey, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const issuer = 'https://id.example.com';
const audience = 'https://api.example.com';
const [, , name, folder] = process.argv;
const packageName = name.replace(/-64$/, '');
const inFlight = name.endsWith('-64') ? 64 : 1;

const read = (file) => readFileSync(path.join(folder, file));
const bytesOf = (alg) => read(alg === 'HS256' ? 'HS256.key' : `${alg}.pem`);
const keyObject = (alg) => (alg === 'HS256' ? createSecretKey(bytesOf(alg)) : createPublicKey(bytesOf(alg)));

// name → (alg, typ) → verify(token), which throws or rejects when it refuses; undefined when the algorithm is not served.
const libraries = {
  async jose() {
    const { importJWK, jwtVerify } = await import('jose');
    return async (alg, typ) => {
      // A secret as bytes would be imported anew with every token.
      const key = alg === 'HS256' ? await webcrypto.subtle.importKey('raw', bytesOf(alg), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
        : await importJWK(JSON.parse(read(`${alg}.jwk`)), alg);
      const options = { algorithms: [alg], issuer, audience, typ, requiredClaims: ['exp'] };
      return (token) => jwtVerify(token, key, options);
    };
  },
  async 'fast-jwt'() {
    const { createVerifier } = await import('fast-jwt');
    return (alg, typ) => createVerifier({ key: bytesOf(alg), algorithms: [alg], allowedIss: issuer, allowedAud: audience, checkTyp: typ,
      requiredClaims: ['exp', 'iss', 'aud'] });
  },
  async jsonwebtoken() {
    const { default: jwt } = await import('jsonwebtoken');
    return (alg) => {
      if (alg === 'EdDSA') return undefined;
      const key = keyObject(alg);
      const options = { algorithms: [alg], issuer, audience };
      return (token) => jwt.verify(token, key, options);
    };
  },
};

const load = await libraries[packageName]();
const lines = read('tokens.tsv').toString().trim().split('\n').map((line) => line.split('\t'));
const tokens = lines.map(([kind, , alg, typ, , hex]) => ({ kind, alg, typ, text: Buffer.from(hex ?? '', 'hex').toString('latin1') }));
const timed = new Map(await Promise.all(tokens.filter(({ kind }) => kind === 'timed')
  .map(async ({ alg, typ, text }) => [alg, { text, verify: await load(alg, typ) }])));

// Verifications per second of processor time; what refuses the token throws, and the program ends.
async function rate(alg, seconds) {
  const { verify, text } = timed.get(alg);
  const began = process.cpuUsage();
  const spent = () => { const { user, system } = process.cpuUsage(began); return (user + system) / 1e6; };
  let done = 0;
  if (packageName === 'jose') {
    const one = async () => { for (; spent() < seconds; ++done) await verify(text); };
    await Promise.all(Array.from({ length: inFlight }, one));
  } else {
    for (let batch = 1, last = 0, now = 0; now < seconds; now = spent()) {
      if (now - last < 0.001) batch *= 2;
      last = now;
      for (let i = 0; i < batch; ++i) verify(text);
      done += batch;
    }
  }
  return done / spent();
}

async function judge({ alg, typ, text }) {
  const verify = await load(alg, typ);
  if (!verify) return '-';
  try {
    await verify(text);
    return 'a';
  } catch {
    return 'r';
  }
}

const { version } = JSON.parse(readFileSync(new URL(`./node_modules/${packageName}/package.json`, import.meta.url)));
console.log([name, version, [...timed].filter(([, { verify }]) => verify).map(([alg]) => alg).join(' ')].join('\t'));
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, alg, seconds] = line.split(' ');
  if (verb === 'rate') console.log((await rate(alg, Number(seconds))).toFixed(1));
  if (verb === 'judge') {
    let verdicts = '';
    for (const token of tokens.filter(({ kind }) => kind !== 'timed')) verdicts += await judge(token);
    console.log(verdicts);
  }
}
