// Many tabs, lost answers, and thieves: DESIGN 6, CHECKS B33 to B38.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ann, query, refresh, request, signIn, startWithAnn } from './harness.mjs';

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// CHECKS B33
test('200 parallel refreshes with one token give one successor and lose no session', async () => {
  const signet = await startWithAnn();
  try {
    const grant = await signIn(signet);
    const agent = signet.agent({ maxSockets: 50 });
    const answers = await Promise.all(Array.from({ length: 200 }, () => refresh(signet, grant.refresh_token, { agent })));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    const successors = new Set(answers.map((answer) => answer.json.refresh_token).filter(Boolean));
    assert.equal(successors.size, 1);
    const [successor] = successors;
    assert.notEqual(successor, grant.refresh_token);
    assert.equal((await refresh(signet, successor)).status, 200);
    const rows = await query(signet, 'SELECT generation, ended_at FROM sessions');
    assert.equal(rows.length, 1);
    assert.equal(rows[0][1], null);
    assert.equal(rows[0][0] - 0, await generationsAfterOneRotation(signet));
  } finally {
    await signet.stop();
  }
});

// The generation of a session that has rotated exactly once.
async function generationsAfterOneRotation(signet) {
  const grant = await signIn(signet);
  await refresh(signet, grant.refresh_token);
  const rows = await query(signet, 'SELECT max(generation), min(generation) FROM sessions');
  assert.equal(rows[0][0], rows[0][1]);
  return rows[0][0];
}

// CHECKS B36
test('A token superseded longer ago than the window ends the session and is audited', async () => {
  const signet = await startWithAnn({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: '1s' } });
  try {
    const stolen = await signIn(signet);
    const current = (await refresh(signet, stolen.refresh_token)).json;
    await pause(1300);
    const late = await refresh(signet, stolen.refresh_token);
    assert.equal(late.status, 401, late.text);
    assert.equal(late.json.error, 'invalid_grant');
    // Over for the owner as well: it can't be told who is who.
    assert.equal((await refresh(signet, current.refresh_token)).status, 401);
    assert.equal((await request(signet, 'GET', '/api/v1/me', { bearer: current.access_token })).status, 401);
    const ended = await query(signet, 'SELECT end_reason FROM sessions');
    assert.deepEqual(ended, [['refresh_reuse']]);
    const audit = await query(signet, "SELECT count(*) FROM audit WHERE event = 'refresh_reuse'");
    assert.ok(audit[0][0] >= 1);
    assert.equal(await signet.metric('signet_refresh_refused_total{reason="reuse"}'), 1);
    assert.equal(await signet.metric('signet_refresh_refused_total{reason="ended"}'), 1);
  } finally {
    await signet.stop();
  }
});

// CHECKS B38
test('Three tabs that refresh in any order all stay signed in', async () => {
  const signet = await startWithAnn({ env: { SIGNET_SESSIONS_REFRESH_WINDOW: '2s' } });
  try {
    const grant = await signIn(signet);
    const tabs = [grant.refresh_token, grant.refresh_token, grant.refresh_token];
    for (let round = 0; round < 12; round++) {
      const tab = (round * 2 + 1) % 3;
      const answer = await refresh(signet, tabs[tab]);
      assert.equal(answer.status, 200, `round ${round}: ${answer.text}`);
      // Tabs share what the last one got, as a cookie jar does, but one is always late.
      const token = answer.json.refresh_token;
      if (token) for (const other of [tab, (tab + 1) % 3]) tabs[other] = token;
      await pause(150);
      if (token) tabs[(tab + 2) % 3] = token;
    }
  } finally {
    await signet.stop();
  }
});

// CHECKS B41
test('A refresh after the account was signed out everywhere is refused', async () => {
  const signet = await startWithAnn();
  try {
    const [one, two] = [await signIn(signet), await signIn(signet, ann)];
    await request(signet, 'POST', '/api/v1/logout-all', { bearer: one.access_token });
    assert.equal((await refresh(signet, two.refresh_token)).status, 401);
  } finally {
    await signet.stop();
  }
});
