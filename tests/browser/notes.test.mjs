// The notes site: signed in once, kept in, and shown what happens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import path from 'node:path';
import { addUser } from '../api/harness.mjs';
import { Person, ann, artefacts, signIn, startSite } from './site.mjs';

const quick = { SIGNET_TOKENS_ACCESS_LIFETIME: '20s', SIGNET_SESSIONS_REFRESH_WINDOW: '3s' };

let site, person;
before(async () => {
  site = await startSite();
  await addUser(site.signet, { ...ann, roles: ['viewer'] });
  person = await Person.arrive();
});
after(async () => {
  await person?.leave();
  await site?.stop();
});

const steps = (page) => page.getByRole('region', { name: 'Steps' });
const step = (page, title) => steps(page).getByRole('listitem').filter({ hasText: title }).last();
const seen = (page, title) => step(page, title).waitFor({ timeout: 10_000 });

async function signedIn(where = site.notes[0]) {
  await person.context.clearCookies();
  const page = await person.open(where);
  await signIn(page);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  return page;
}

test('a person signs in without leaving the page, and makes a note that is there after a reload', async () => {
  const page = await signedIn();
  await page.getByLabel('A new note').fill('buy milk');
  await page.getByRole('button', { name: 'Keep note' }).click();
  await page.getByText('buy milk').first().waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  await page.getByText('buy milk').first().waitFor();
  await page.getByRole('button', { name: /Delete the note .buy milk/ }).click();
  await page.getByText('No notes yet').waitFor();
  await page.close();
});

test('still in: in a new tab, and in a closed and reopened browser', async () => {
  const page = await signedIn();
  const tab = await person.open(site.notes[0]);
  await tab.getByRole('heading', { name: 'Your notes' }).waitFor();
  await seen(tab, 'You were still signed in');

  await person.closeBrowser();
  await person.openBrowser();
  const later = await person.open(site.notes[0]);
  await later.getByRole('heading', { name: 'Your notes' }).waitFor();
  await later.close();
});

test('a wrong password is said, and the panel shows it was refused', async () => {
  await person.context.clearCookies();
  const page = await person.open(site.notes[0]);
  await signIn(page, { email: ann.email, password: 'not the right one' });
  await page.getByText('That e-mail and password don’t match.').waitFor();
  await seen(page, 'You sent your password, and Signet said no');
  assert.ok(!(await page.content()).includes('not the right one'), 'the password stands in the page');
  await page.close();
});

test('the panel tells the truth: card taken apart, signature checked here, each request with its header', async () => {
  const page = await signedIn();
  await seen(page, 'You sent your password');
  const card = step(page, 'Signet signed an ID card');
  await card.getByText('✓ genuine').waitFor();
  await card.getByText('ES256').first().waitFor();
  await card.getByText(ann.email).first().waitFor();
  const call = step(page, 'GET /notes carried the card');
  await call.getByText(/Authorization: Bearer eyJ/).first().waitFor();
  await call.getByText(/It asked nobody/).waitFor();
  await page.getByText(/The card is good for \d+:\d\d more/).waitFor();
  assert.ok(!(await page.content()).includes(ann.password), 'the password stands in the page');
  await page.close();
});

test('the dashboard is for admins: 403, in words', async () => {
  const page = await signedIn();
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await page.getByText('This page is for people with the role').waitFor();
  await seen(page, 'GET /dashboard is not for you');
  await page.close();
});

test('one changed letter: 401 and why; the second server: accepted', async () => {
  const page = await signedIn();
  await page.getByRole('button', { name: /Change one letter/ }).click();
  const forged = step(page, 'A card with one letter changed');
  await forged.getByText('401').first().waitFor();
  await forged.getByText(/bad_signature/).first().waitFor();
  await page.getByRole('button', { name: /second server/ }).click();
  const second = step(page, 'The second server was shown the same card');
  await second.getByText('200').first().waitFor();
  await page.close();
});

test('both servers run at once and accept the same token', async () => {
  const page = await signedIn(site.notes[1]);
  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByText(ann.email).first().waitFor();
  await page.close();
});

test('signing out in one tab is seen in the other within a second (CHECKS D20)', async () => {
  const page = await signedIn();
  const other = await person.open(site.notes[0]);
  await other.getByRole('heading', { name: 'Your notes' }).waitFor();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await other.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 3000 });
  await seen(other, 'You signed out in another tab');
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.close();
  await other.close();
});

test('a token that runs out is renewed by itself, and two tabs at once lose nobody', async () => {
  const brief = await startSite({ environment: quick });
  await addUser(brief.signet, ann);
  const visitor = await Person.arrive();
  try {
    const tabs = [await visitor.open(brief.notes[0])];
    await signIn(tabs[0]);
    await tabs[0].getByRole('heading', { name: 'Your notes' }).waitFor();
    for (let i = 0; i < 3; ++i) tabs.push(await visitor.open(brief.notes[0]));
    let refreshes = 0;
    visitor.context.on('request', (sent) => { if (sent.method() === 'POST' && sent.url().endsWith('/api/v1/refresh')) ++refreshes; });
    // The first renewal comes at 80 % of 20 s; one tab asks, the others are handed the card.
    for (const tab of tabs) await tab.getByText(/The card was renewed|Another tab renewed the card/).first().waitFor({ timeout: 40_000 });
    for (const tab of tabs) await tab.getByRole('heading', { name: 'Your notes' }).waitFor();
    assert.ok(refreshes >= 1 && refreshes <= 3, `${refreshes} refreshes for ${tabs.length} tabs`);
    assert.deepEqual(visitor.complaints, []);
  } finally {
    await visitor.leave();
    await brief.stop();
  }
});

test('two tabs without locks refresh at once: the server gives both the same successor (CHECKS D17, B38)', async () => {
  await person.context.clearCookies();
  const page = await signedIn();
  const outcomes = await page.evaluate(async (issuer) => {
    const refresh = () => fetch(`${issuer}/api/v1/refresh`, { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{}' });
    const answers = await Promise.all(Array.from({ length: 20 }, refresh));
    return Promise.all(answers.map(async (answer) => ({ status: answer.status, sid: (await answer.json()).session_id })));
  }, site.signet.url);
  assert.ok(outcomes.every(({ status, sid }) => status === 200 && sid === outcomes[0].sid), JSON.stringify(outcomes));
  await page.reload();
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  await page.close();
});

test('nothing of the session is where scripts can find it (CHECKS D12)', async () => {
  const page = await signedIn();
  const found = await page.evaluate(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, await indexedDB.databases()]));
  assert.ok(!/eyJ|srt_/.test(found), found);
  await page.close();
});

test('photographed in light and dark, wide and on a phone', async () => {
  const page = await signedIn();
  await page.getByLabel('A new note').fill('اشترِ الحليب');
  await page.getByRole('button', { name: 'Keep note' }).click();
  await page.getByRole('link', { name: 'Dashboard' }).click();
  await page.getByText('This page is for people with the role').waitFor();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
      await page.screenshot({ path: path.join(artefacts, `notes-${colorScheme}-${width}.png`), fullPage: true });
    }
  }
  await page.close();
});

test('no page complained in the console', () => {
  assert.deepEqual(person.complaints, []);
});
