// The account page: who am I, where am I signed in, change my password.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { addUser, request, startSignet } from '../api/harness.mjs';
import { Person, ann, signIn } from './site.mjs';

let signet, person, page;
before(async () => {
  signet = await startSignet();
  await addUser(signet, { ...ann, roles: ['viewer'] });
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
  await page.getByText(ann.email).waitFor();
  assert.equal(await page.getByRole('listitem').count(), 1);
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

test('signing out in one tab is seen in the other, and Back shows nothing', async () => {
  const other = await person.open(`${signet.url}/account`);
  await other.getByText(ann.email).waitFor();
  await page.locator('form.leave').getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login**');
  await other.waitForURL('**/login**', { timeout: 2000 });
  await other.goBack().catch(() => {});
  await other.waitForTimeout(500);
  assert.equal(await other.getByText(ann.email).count(), 0);
  await other.close();
});

test('a session ended elsewhere takes this page to the sign-in', async () => {
  const other = await otherDevice();
  const all = await request(signet, 'POST', '/api/v1/logout-all', { headers: { authorization: `Bearer ${other.access_token}` } });
  assert.equal(all.status, 204);
  await page.reload();
  await page.waitForURL('**/login**');
});

test('no page complained in the console', () => {
  assert.deepEqual(person.complaints, []);
});
