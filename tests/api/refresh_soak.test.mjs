// Nobody is signed out by accident, and every theft ends its session, while the server is killed now and then: DESIGN 6.
// `./dev test --soak` lets a million refreshes pass; the ordinary run a few thousand.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { ann, addUser, freePort, freshFolder, query, startSignet } from './harness.mjs';
import { Town } from './household.mjs';

const setting = (name, otherwise) => Number(process.env[`SOAK_${name}`] ?? otherwise);
const refreshes = setting('REFRESHES', 12_000), kills = setting('KILLS', 3), thefts = setting('THEFTS', 30);

// CHECKS B34 to B38, E23
test(`${refreshes.toLocaleString('en')} refreshes, ${kills} kills, ${thefts} thefts: no accident, no theft unseen`, async (t) => {
  const dataDir = freshFolder();
  const options = { dataDir, plainHttp: true, listen: `localhost:${await freePort()}`, env: { SIGNET_SESSIONS_REFRESH_WINDOW: '4s', SIGNET_LOG_LEVEL: 'error' } };
  let signet = await startSignet(options);
  await addUser(signet, ann);
  const town = new Town(() => signet.url, { account: { email: ann.email, password: ann.password }, clients: 50, tabs: 4, window: 4000,
    slowest: 700, dropped: 0.05, refreshes, thefts });
  let killed = 0;
  const killer = (async () => {
    while (killed < kills && !town.done) {
      await new Promise((done) => setTimeout(done, 20));
      if (town.tally.refreshes < (refreshes * (killed + 0.5)) / kills) continue;
      await signet.kill9();
      signet = await startSignet(options);
      ++killed;
    }
  })();
  try {
    const began = Date.now();
    const tally = await town.live();
    await killer;
    t.diagnostic(JSON.stringify({ ...tally, killed, thefts: town.robbedSessions.length, seconds: Math.round((Date.now() - began) / 1000) }));
    assert.equal(killed, kills);
    assert.deepEqual(town.accidents.slice(0, 3), []);
    assert.ok(tally.refreshes >= refreshes && tally.dropped > refreshes / 40 && tally.rotations > 50, JSON.stringify(tally));
    const ended = await query(signet, "SELECT hex(id) FROM sessions WHERE end_reason = 'refresh_reuse'");
    const robbed = town.robbedSessions.map((id) => id.replaceAll('-', '').toUpperCase());
    assert.equal(new Set(robbed).size, town.robbedSessions.length);
    assert.deepEqual(ended.map(([id]) => id).sort(), robbed.sort());
  } finally {
    await signet.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
