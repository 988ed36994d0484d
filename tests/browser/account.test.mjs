// The account page: who am I, where am I signed in, change my password.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { addUser, request, startSignet } from '../api/harness.mjs';
import { Person, ann, signIn } from './site.mjs';

const bert = { email: 'bert@example.com', password: 'four plain words here', name: 'Bert Example' };

let signet, person, page;
before(async () => {
  signet = await startSignet();
  await addUser(signet, { ...ann, roles: ['viewer'] });
  await addUser(signet, bert);
  person = await Person.arrive();
});
after(async () => {
  await person?.leave();
  await signet?.stop();
});
beforeEach(async () => {
  await page?.close();
  await person.context.clearCookies();
  page = await person.open(`${signet.url}/login`);
  await signIn(page);
  await page.waitForURL('**/account');
  await page.getByText(ann.email).waitFor();
});

// Another device of Ann's: a script that signs in.
async function otherDevice(agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') {
  const answer = await request(signet, 'POST', '/api/v1/login', { json: { email: ann.email, password: ann.password }, headers: { 'user-agent': agent } });
  assert.equal(answer.status, 200);
  return answer.json;
}
// Answers like a server that is busy, or down, until the function it gives is called.
async function hinder(what, how) {
  await page.route(what, how);
  return () => page.unroute(what);
}
const busy = (seconds) => (route) => route.fulfill({ status: 503, headers: { 'retry-after': String(seconds) },
  contentType: 'application/json', body: '{"error":"busy","error_description":"Busy."}' });
const down = (route) => route.abort();
const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement);
const me = (device) => request(signet, 'GET', '/api/v1/me', { headers: { authorization: `Bearer ${device.access_token}` } });

test('it says who I am', async () => {
  await page.getByText(ann.name).waitFor();
  await page.getByText('viewer', { exact: true }).waitFor();
});

test('it lists my devices in words, this one marked; each can be signed out', async () => {
  const firefox = await otherDevice();
  await page.reload();
  await page.getByText('this device', { exact: true }).waitFor();
  const row = page.getByRole('listitem').filter({ hasText: 'Firefox on Linux' }).first();
  await row.waitFor();
  await row.getByRole('button', { name: /^Sign out/ }).click();
  await row.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByText(/has been signed out/).waitFor();
  assert.equal((await me(firefox)).status, 401);
  const refreshed = await request(signet, 'POST', '/api/v1/refresh', { json: { refresh_token: firefox.refresh_token } });
  assert.equal(refreshed.status, 401);
});

test('sign out everywhere else leaves only this device', async () => {
  const others = [await otherDevice(), await otherDevice()];
  await page.reload();
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await page.getByText(/other devices? ha(s|ve) been signed out/).waitFor();
  for (const other of others) assert.equal((await me(other)).status, 401);
  await page.reload();
  await page.getByText('this device', { exact: true }).waitFor();
  assert.equal(await page.getByRole('listitem').count(), 1);
});

test('sign out everywhere else that stops half-way says how far it came, and shows what is left', async () => {
  await otherDevice();
  await otherDevice();
  await page.reload();
  await page.getByRole('button', { name: 'Sign out everywhere else' }).waitFor();
  const all = await page.getByRole('listitem').count() - 1;
  let calls = 0;
  await page.route('**/api/v1/sessions/*', (route) => (calls++ === 0 ? route.continue()
    : route.fulfill({ status: 400, contentType: 'application/json', body: '{"error":"invalid_request","error_description":"A fault."}' })));
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  const group = page.getByRole('group', { name: 'Sign out everywhere else?' });
  await group.getByRole('button', { name: 'Sign out' }).click();
  await group.getByText('Something went wrong. Try again.').waitFor();
  await page.getByText(`1 of ${all} other devices have been signed out.`).waitFor();
  assert.equal(await page.getByRole('listitem').count(), all);
  await page.unroute('**/api/v1/sessions/*');
  await group.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText(/^(The other device has|\d+ other devices have) been signed out/).waitFor();
  assert.equal(await page.getByRole('listitem').count(), 1);
});

test('a device is asked about once, in its place: the focus goes there and back', async () => {
  await otherDevice();
  await page.reload();
  const row = page.getByRole('listitem').filter({ hasText: 'Firefox on Linux' }).first();
  const ask = row.getByRole('button', { name: 'Sign out Firefox on Linux' });
  await ask.click();
  const group = row.getByRole('group', { name: 'Sign out Firefox on Linux?' });
  await group.waitFor();
  assert.ok(await hasFocus(group.getByRole('button', { name: 'Sign out' })));
  await page.keyboard.press('Escape');
  await group.waitFor({ state: 'detached' });
  assert.ok(await hasFocus(ask));
  await page.keyboard.press('Enter');
  await group.getByRole('button', { name: 'Cancel' }).click();
  await group.waitFor({ state: 'detached' });
  assert.ok(await hasFocus(ask));
});

test('a device that takes long to be signed out shows that it is being done', async () => {
  await otherDevice();
  await page.reload();
  const row = page.getByRole('listitem').filter({ hasText: 'Firefox on Linux' }).first();
  await row.getByRole('button', { name: /^Sign out/ }).click();
  const freed = await hinder('**/api/v1/sessions/*', busy(2));
  await row.getByRole('button', { name: 'Sign out', exact: true }).click();
  await row.getByText('The server is busy. Trying again…').waitFor();
  await row.locator('[aria-busy=true] .spinner').waitFor();
  await freed();
  await page.getByText('Firefox on Linux has been signed out.').waitFor();
});

test('another device was last used some time ago; this one can be signed out in its own row', async () => {
  await otherDevice();
  await page.reload();
  await page.getByText(/^last used (just now|\d+ (second|minute)s? ago)$/).first().waitFor();
  const own = page.getByRole('listitem').filter({ hasText: 'this device' });
  assert.ok(!(await own.innerText()).includes('last used'));
  await own.getByRole('button', { name: /^Sign out/ }).click();
  await own.getByRole('group', { name: 'Sign out here?' }).getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login**');
});

test('a new password is taken, ends the other sessions, and this page stays signed in', async () => {
  const other = await otherDevice();
  await page.getByLabel('Current password').fill(ann.password);
  await page.getByLabel('New password').fill('five plain words here now');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText(/Your password has been changed/).waitFor();
  assert.equal((await me(other)).status, 401);
  await page.reload();
  await page.getByText(ann.email).waitFor();
  const old = await request(signet, 'POST', '/api/v1/login', { json: { email: ann.email, password: ann.password } });
  assert.equal(old.json.error, 'bad_credentials');
  // And back, for the tests that follow.
  await page.getByLabel('Current password').fill('five plain words here now');
  await page.getByLabel('New password').fill(ann.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText(/Your password has been changed/).waitFor();
});

test('a wrong current password is said at that field', async () => {
  await page.getByLabel('Current password').fill('not my password');
  await page.getByLabel('New password').fill('five plain words here now');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('This is not your current password.').waitFor();
});

test('signing out in one tab is seen in the other within a second, and Back shows nothing', async () => {
  const other = await person.open(`${signet.url}/account`);
  await other.getByText(ann.email).waitFor();
  const third = await person.open(`${signet.url}/account`);
  await third.getByText(ann.email).waitFor();
  await third.goto(`${signet.url}/.well-known/jwks.json`);  // the account lies behind it

  const signedOut = async (tab) => {
    await tab.waitForURL('**/login**', { waitUntil: 'commit' });
    return performance.now();
  };
  const both = Promise.all([signedOut(page), signedOut(other)]);
  await page.locator('form.leave').getByRole('button', { name: 'Sign out' }).click();
  const [here, there] = await both;
  assert.ok(there - here < 1000, `${(there - here).toFixed(0)} ms`);

  await third.goBack({ waitUntil: 'commit' }).catch(() => {});
  await third.waitForURL('**/login**');
  assert.equal(await third.getByText(ann.email).count(), 0);
  await other.close();
  await third.close();
});

test('another person who signs in in another tab finds nothing of the former one', async () => {
  await page.locator('form.leave').getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login**');
  const other = await person.open(`${signet.url}/login`);
  let answer;
  const held = new Promise((resolve) => { answer = resolve; });
  await other.route('**/api/v1/login', async (route) => { await held; await route.continue(); });
  await signIn(other, bert);  // under way while Ann signs in here

  await signIn(page);
  await page.getByText(ann.email).waitFor();
  await otherDevice();
  await page.reload();
  await page.getByText('Firefox on Linux').first().waitFor();
  await page.getByLabel('Current password').fill('half of a pass');
  answer();
  await page.getByText(bert.email).waitFor();
  await page.getByText('this device', { exact: true }).waitFor();
  assert.equal(await page.getByText(ann.email).count(), 0);
  assert.equal(await page.getByText('Firefox on Linux').count(), 0);
  assert.equal(await page.getByLabel('Current password').inputValue(), '');
  await other.close();
});

test('a server that does not answer is said, and Try again does', async () => {
  const back = await hinder('**/api/v1/refresh', down);
  await page.reload();
  await page.getByText("The server can't be reached. Check your connection and try again.").waitFor();
  assert.equal(await page.locator('dl').getAttribute('aria-busy'), 'false');
  await back();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText(ann.email).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
});

test('a busy server is called busy, and the page comes by itself', async () => {
  const back = await hinder('**/api/v1/refresh', busy(2));
  await page.reload();
  await page.getByText('The server is busy. Trying again…').waitFor();
  assert.equal(await page.getByText(/can't be reached/).count(), 0);
  await back();
  await page.getByText(ann.email).waitFor();
});

test('a list of devices that cannot be read is said, and Try again reads it', async () => {
  const back = await hinder('**/api/v1/sessions', down);
  await page.reload();
  const section = page.getByRole('region', { name: 'Where you’re signed in' });
  await section.getByText("The server can't be reached. Check your connection and try again.").waitFor();
  assert.equal(await section.getByRole('list').getAttribute('aria-busy'), 'false');
  await back();
  await section.getByRole('button', { name: 'Try again' }).click();
  await section.getByText('this device', { exact: true }).waitFor();
});

test('signing out that has to wait, or fails, says so beside its button', async () => {
  const leave = page.locator('form.leave');
  let back = await hinder('**/api/v1/logout', down);
  await leave.getByRole('button', { name: 'Sign out' }).click();
  await leave.getByText("The server can't be reached. Check your connection and try again.").waitFor();
  await back();
  back = await hinder('**/api/v1/logout', busy(2));
  await leave.getByRole('button', { name: 'Sign out' }).click();
  await leave.getByText('The server is busy. Trying again…').waitFor();
  await back();
  await page.waitForURL('**/login**');
});

test('signing out while offline says so, and goes on by itself', async () => {
  const leave = page.locator('form.leave');
  await person.context.setOffline(true);
  try {
    await leave.getByRole('button', { name: 'Sign out' }).click();
    await leave.getByText("You're offline.").waitFor();
  } finally {
    await person.context.setOffline(false);
  }
  await page.waitForURL('**/login**');
});

test('a session ended elsewhere takes this page to the sign-in', async () => {
  const other = await otherDevice();
  const all = await request(signet, 'POST', '/api/v1/logout-all', { headers: { authorization: `Bearer ${other.access_token}` } });
  assert.equal(all.status, 204);
  await page.reload();
  await page.waitForURL('**/login**');
});

test('no page complained in the console', () => {
  assert.deepEqual(person.complaints.filter((text) => !/ERR_FAILED/.test(text)), []);
});
