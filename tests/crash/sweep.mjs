// tests/crash/sweep.mjs - one deed again and again, the server killed at each place where it touches the disk or answers.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { request } from '../api/harness.mjs';
import { checkLedger } from './ledger.mjs';
import { kindsOfCut } from './power_cut.mjs';

// Places are numbered from 1: the calls that write, sync, or rename, and those that send an answer. With `step`, one of
// so many, the first of them by chance.
function* places(step) {
  for (let number = 1 + Math.floor(Math.random() * step); ; number += step)
    for (const how of ['before', 'within']) yield { number, order: `kill ${number} ${how}` };
}

// How many places a command has, by where a kill still finds it; `run` is told the order.
export async function countPlaces(run) {
  const isReached = async (number) => (await run(`kill ${number} before`)).code === 'SIGKILL';
  let [reached, beyond] = [0, 1];
  while (await isReached(beyond)) [reached, beyond] = [beyond, 2 * beyond];
  while (beyond - reached > 1) {
    const middle = (reached + beyond) >> 1;
    if (await isReached(middle)) reached = middle;
    else beyond = middle;
  }
  return reached;
}

// Whether the power goes with the process: 'never', 'always', or 'sometimes'.
const goesToo = (cut) => cut === 'always' || (cut === 'sometimes' && Math.random() < 0.5);
const any = (list) => list[Math.floor(Math.random() * list.length)];

// After a death: the power cut if wanted. Gives what became of the disk, for who must explain a failure.
function afterDeath(place, cut) {
  if (!goesToo(cut)) return 'the disk as it was';
  const chance = any(kindsOfCut);
  place.cutPower(chance);
  return `of what was not synced, ${chance} kept`;
}

async function explained(why, work) {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${why}: ${error.message}`, { cause: error });
  }
}

export async function revive(place, { cut, env, why }) {
  const disk = afterDeath(place, cut);
  return explained(`${why}, ${disk}`, async () => {
    const signet = await place.start({ env });
    await checkLedger(place.dataDir);
    return signet;
  });
}

// Those of deeds.mjs's `requests`.
export async function sweepRequest(place, deed, { step = 1, cut }) {
  let signet = await place.start({ env: deed.env });
  for (const { number, order } of places(step)) {
    const what = await deed.prepare(signet);
    place.order(order);
    const answer = await deed.act(signet, what).catch(() => undefined);
    const hasDied = await place.died(signet);
    assert.ok(hasDied || answer, `an answer where nobody died, at ${number}`);
    if (!hasDied) break;
    const why = `${order}, ${answer ? `answered ${answer.status}` : 'without an answer'}`;
    signet = await revive(place, { cut, env: deed.env, why });
    await explained(why, () => deed.check(signet, what));
  }
  await place.end(signet);
}

// A command beside the server: the command dies, and then the server.
export async function sweepCommand(place, deed, { step = 1, cut }) {
  let signet = await place.start();
  for (const { order } of places(step)) {
    const what = await deed.prepare(signet);
    place.order(order, 'command');
    const done = await deed.act(place, what);
    place.order('none', 'command');
    if (done.code === 0) break;
    assert.equal(done.code, 'SIGKILL', done.stderr);
    place.kills++;
    await place.kill(signet);
    signet = await revive(place, { cut, why: order });
    await explained(order, () => deed.check(signet, what));
  }
  await place.end(signet);
}

// Whom `--dev` makes when there is nobody: not without a password that somebody can read.
async function demoUserSignsIn(place, signet) {
  const [, email, password] = readFileSync(path.join(place.dataDir, 'demo-user.txt'), 'utf8').match(/User +(\S+)\nPassword +(\S+)/);
  const answer = await request(signet, 'POST', '/api/v1/login', { json: { email, password } });
  assert.equal(answer.status, 200, answer.text);
}

// The first start: whatever it left behind, the next one is ready.
export async function sweepFirstStart(place, { step = 1, cut }) {
  for (const { order } of places(step)) {
    rmSync(place.dataDir, { recursive: true, force: true });
    if (!await place.startDies({ order })) break;
    const why = `${order} of the first start`;
    const signet = await revive(place, { cut, why });
    await explained(why, () => demoUserSignsIn(place, signet));
    await place.end(signet);
  }
}

// What someone was told before is true after a start or a stop that was cut short, and another start. `env` is of the
// start that dies.
export async function sweepLater(place, deed, { step = 1, cut, env, isStop = false }) {
  for (const { order } of places(step)) {
    let signet = await place.start();
    const what = await deed.prepare(signet);
    const answer = await deed.act(signet, what);
    assert.ok(answer.status < 300, answer.text);
    if (isStop) place.order(order);
    else await place.kill(signet);
    const hasDied = isStop ? await place.stopDies(signet) : await place.startDies({ env, order });
    if (!hasDied) break;
    const why = `${order} of ${isStop ? 'the end' : 'the next start'}`;
    signet = await revive(place, { cut, env, why });
    await explained(why, () => deed.check(signet, what));
    await place.end(signet);
  }
}
