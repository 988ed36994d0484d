// A server that is killed, and one whose machine loses power, at any moment (CHECKS E19, E20, E22, E23).
//
// As part of `./dev test` a sample of at least 100 kills; with CRASH=all, which is `./dev test --crash`, every place of
// every deed where the server writes, syncs, renames, or answers, once killed and once with the power gone too, and
// kills at random moments under load until there are 2,000.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { keyRotation, requests } from './deeds.mjs';
import { killUnderLoad } from './load.mjs';
import { Place } from './place.mjs';
import { sweepCommand, sweepFirstStart, sweepLater, sweepRequest } from './sweep.mjs';

const isAll = process.env.CRASH === 'all';
const wanted = isAll ? 2000 : 100;
const longestStart = isAll ? 2000 : 15_000;
// Which places: in a sample one of `step`, else one of `ofAll`.
const sample = (step, ofAll = 1) => (isAll ? { step: ofAll, cuts: ['never', 'always'] } : { step, cuts: ['sometimes'] });

let place;
const began = performance.now();
before(async () => { place = await Place.make(); });
afterEach(() => place.clear());
after(() => {
  console.log(`      ${place.kills} kills, ${place.cuts} of them with the power, ${Math.round((performance.now() - began) / 1000)} s, `
    + `slowest start ${Math.round(place.worst)} ms`);
  place.remove();
});

async function sweeps(sweep, { step, cuts }) {
  const [kills, cutsBefore] = [place.kills, place.cuts];
  for (const cut of cuts) await sweep({ step, cut });
  assert.ok(place.kills > kills, 'someone died');
  console.log(`      ${place.kills - kills} kills, ${place.cuts - cutsBefore} of them with the power`);
}

const steps = { 'sign-up': 6, 'sign-in': 9, refresh: 1, 'sign-out': 3, 'sign-out everywhere': 5, 'password change': 15, 'a stolen token': 4 };

test('Killed in its first start, the next start is ready', () => sweeps((range) => sweepFirstStart(place, range), sample(23, 3)));
for (const [name, deed] of Object.entries(requests))
  test(`Killed in a request: ${name}`, () => sweeps((range) => sweepRequest(place, deed, range), sample(steps[name])));
test('Killed in a rotation of keys beside it', () => sweeps((range) => sweepCommand(place, keyRotation, range), sample(5)));
test('Killed in the start after a kill', () => sweeps((range) => sweepLater(place, requests['sign-out'], range), sample(13, 2)));
test('Killed in a start that rotates the key', () => {
  const env = { SIGNET_TOKENS_ALGORITHM: 'ES256' };
  return sweeps((range) => sweepLater(place, requests.refresh, { ...range, env }), sample(9));
});
test('Killed in its end', () => sweeps((range) => sweepLater(place, requests.refresh, { ...range, isStop: true }), sample(6)));

test(`Killed under load, until there were ${wanted} kills in all`, async () => {
  const rounds = Math.max(5, wanted - place.kills);
  for (let round = 0; round < rounds; round++) await killUnderLoad(place, { cut: round % 2 === 0 ? 'never' : 'always' });
});

test('Every start was quick', () => assert.ok(place.worst < longestStart, `${Math.round(place.worst)} ms`));
