// bench/peers/tokens.mjs - the keys and tokens that every library is given.
//
//     node bench/peers/tokens.mjs FOLDER
//
// Writes HS256.key (the secret's bytes), RS256.pem, ES256.pem, EdDSA.pem (public),
// the same four as .jwk, and tokens.tsv:
//
//     kind  group  alg  typ  what  text
//
// `kind` is "timed", "good", or "bad"; `typ` is the type to expect; `what` says
// what is odd, and `text` is the token in hexadecimal, for it may hold anything.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { badTokens, goodTokens } from './bad_tokens.mjs';
import { algorithms, makeKeys, publicJwk, publicPem, token } from './craft.mjs';

// Gives back the tokens as written: [{kind, group, alg, typ, what, text}].
export function writeTokens(folder) {
  const keys = makeKeys();
  mkdirSync(folder, { recursive: true });
  const write = (name, content) => writeFileSync(path.join(folder, name), content);
  write('HS256.key', keys.HS256.secret);
  for (const alg of algorithms) {
    if (alg !== 'HS256') write(`${alg}.pem`, publicPem(keys, alg));
    write(`${alg}.jwk`, JSON.stringify(publicJwk(keys, alg)));
  }
  const tokens = [
    ...algorithms.map((alg) => ({ kind: 'timed', group: '0', alg, typ: 'JWT', what: 'plain', text: token(keys, alg) })),
    ...algorithms.map((alg) => ({ kind: 'good', group: '0', alg, typ: 'JWT', what: 'plain', text: token(keys, alg) })),
    ...goodTokens(keys).map((each) => ({ kind: 'good', group: '0', ...each })),
    ...badTokens(keys, makeKeys()).map((each) => ({ kind: 'bad', ...each })),
  ];
  const line = ({ kind, group, alg, typ, what, text }) => [kind, group, alg, typ, JSON.stringify(what), Buffer.from(text).toString('hex')].join('\t');
  write('tokens.tsv', tokens.map(line).join('\n') + '\n');
  return tokens;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.length !== 3) throw new Error('usage: node bench/peers/tokens.mjs FOLDER');
  writeTokens(process.argv[2]);
}
