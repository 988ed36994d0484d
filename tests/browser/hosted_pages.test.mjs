// Signing in and up at Signet's own pages, as a person does it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addUser, startSignet } from '../api/harness.mjs';
import { Person, ann, signIn } from './site.mjs';

let signet, person, page;
before(async () => {
  signet = await startSignet();
  await addUser(signet, ann);
  person = await Person.arrive();
});
after(async () => {
  await person?.leave();
  await signet?.stop();
});

async function fresh(where) {
  // A page that has just signed in may be about to renew: the cookie of that answer would come after the clearing.
  if (page?.url().endsWith('/account')) await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {});
  if (page) await page.close();
  await person.context.clearCookies();
  await person.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await person.open(signet.url + where);
}
const visible = (text) => page.getByText(text, { exact: true }).waitFor({ timeout: 5000 });

test('a person signs up, and is in', async () => {
  await fresh('/signup');
  await page.getByLabel('Name').fill('Bert Example');
  await page.getByLabel('E-mail').fill('bert@example.com');
  await page.getByLabel('Password', { exact: true }).fill('four plain words here');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/account');
  await visible('bert@example.com');
  await visible('Bert Example');
});

test('sign-up says why a password is not taken, next to the field, and keeps what was typed', async () => {
  await fresh('/signup');
  await page.getByLabel('E-mail').fill('carl@example.com');
  const password = page.getByLabel('Password', { exact: true });
  for (const [tried, said] of [['short', /too short/], ['password1', /tried first/], ['carl@example.com', /your name or address/]]) {
    await password.fill(tried);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.locator('#password-error, [id*=password]').filter({ hasText: said }).first().waitFor({ timeout: 5000 });
    assert.equal(await page.getByLabel('E-mail').inputValue(), 'carl@example.com');
  }
  assert.equal(await password.getAttribute('aria-invalid'), 'true');
});

test('a password that is pasted is never cut: one that is too long is refused', async () => {
  await fresh('/signup');
  await page.getByLabel('E-mail').fill('carl@example.com');
  const password = page.getByLabel('Password', { exact: true });
  await password.focus();
  await page.evaluate(() => navigator.clipboard.writeText('plain words '.repeat(100).slice(0, 1100)));
  await page.keyboard.press('Control+V');
  assert.equal((await password.inputValue()).length, 1100);
  await page.getByRole('button', { name: 'Create account' }).click();
  await visible('This is too long.');
});

test('a site that wants longer passwords says so, in the hint, while typing, and in the refusal', async () => {
  const strict = await startSignet({ env: { SIGNET_PASSWORDS_MIN_LENGTH: '12' } });
  try {
    const form = await person.open(`${strict.url}/signup`);
    await form.getByText('At least 12 characters. A few words are best.').waitFor();
    await form.getByLabel('E-mail').fill('carl@example.com');
    await form.getByLabel('Password', { exact: true }).fill('elevenchars');
    await form.getByText('1 more character.').waitFor();
    await form.getByRole('button', { name: 'Create account' }).click();
    await form.getByText('This is too short: at least 12 characters.').waitFor();
    await form.getByLabel('Password', { exact: true }).fill('twelve chars');
    await form.getByRole('button', { name: 'Create account' }).click();
    await form.waitForURL('**/account');
    await form.getByText('At least 12 characters. A few words are best.').waitFor();
    await form.close();
  } finally {
    await strict.stop();
  }
});

test('the address has the focus, Enter moves on, Enter signs in', async () => {
  await fresh('/login');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'email');
  await page.keyboard.type(ann.email);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'password');
  await page.keyboard.type(ann.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/account');
  await visible(ann.email);
});

test('a wrong password is said under the password; the address stays, the password is selected', async () => {
  await fresh('/login');
  await signIn(page, { email: ann.email, password: 'not the right one' });
  await visible("That e-mail and password don't match.");
  assert.equal(await page.getByLabel('E-mail').inputValue(), ann.email);
  const selected = await page.evaluate(() => {
    const field = document.activeElement;
    return field.name === 'password' && field.selectionStart === 0 && field.selectionEnd === field.value.length;
  });
  assert.ok(selected, 'the password is not selected');
});

test('an unknown address gets the very same sentence', async () => {
  await fresh('/login');
  await signIn(page, { email: 'nobody@example.com', password: 'not the right one' });
  await visible("That e-mail and password don't match.");
});

test('password managers find what they look for', async () => {
  await fresh('/login');
  assert.match(await page.getByLabel('E-mail').getAttribute('autocomplete'), /username/);
  assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('autocomplete'), 'current-password');
  await fresh('/signup');
  assert.match(await page.getByLabel('E-mail').getAttribute('autocomplete'), /username/);
  assert.equal(await page.getByLabel('Password', { exact: true }).getAttribute('autocomplete'), 'new-password');
});

test('the password can be shown and hidden again', async () => {
  await fresh('/login');
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('see me');
  await page.getByRole('button', { name: /show password/i }).click();
  assert.equal(await password.getAttribute('type'), 'text');
  await page.getByRole('button', { name: /password/i }).first().click();
  assert.equal(await password.getAttribute('type'), 'password');
});

test('too many attempts: the wait counts down', async () => {
  await addUser(signet, { email: 'guessed@example.com', password: ann.password });
  await fresh('/login');
  for (let i = 0; i < 8; ++i) {
    await signIn(page, { email: 'guessed@example.com', password: `wrong guess ${i}` });
    const waits = page.getByText(/Too many attempts\. Try again in \d+:\d\d/);
    await Promise.race([waits.waitFor(), page.getByText("That e-mail and password don't match.").waitFor()]);
    if (await waits.isVisible()) return;
  }
  assert.fail('never slowed down');
});

test('a busy server is waited for, and the sign-in goes on by itself', async () => {
  await fresh('/login');
  let refusals = 2;
  await page.route('**/api/v1/login', (route) => (refusals-- > 0
    ? route.fulfill({ status: 503, headers: { 'retry-after': '1' }, contentType: 'application/json', body: '{"error":"busy","error_description":"Busy."}' })
    : route.continue()));
  await signIn(page);
  await visible('The server is busy. Trying again…');
  await page.waitForURL('**/account', { timeout: 15_000 });
});

test('offline is said, and the sign-in goes on when the network is back', async () => {
  await fresh('/login');
  await person.context.setOffline(true);
  try {
    await signIn(page);
    await visible("You're offline.");
  } finally {
    await person.context.setOffline(false);
  }
  await page.waitForURL('**/account', { timeout: 15_000 });
});

test('the button cannot be pressed twice', async () => {
  await fresh('/login');
  let calls = 0;
  await page.route('**/api/v1/login', async (route) => {
    ++calls;
    await new Promise((done) => setTimeout(done, 700));
    await route.continue();
  });
  await page.getByLabel('E-mail').fill(ann.email);
  await page.getByLabel('Password', { exact: true }).fill(ann.password);
  const button = page.getByRole('button', { name: 'Sign in', exact: true });
  await button.click();
  await button.click({ force: true }).catch(() => {});
  await page.keyboard.press('Enter');
  await page.waitForURL('**/account');
  assert.equal(calls, 1);
});

test('a press that takes longer than a moment shows that it works, not before', async () => {
  await fresh('/login');
  let answer;
  const held = new Promise((resolve) => { answer = resolve; });
  await page.route('**/api/v1/login', async (route) => { await held; await route.continue(); });
  await page.evaluate(() => {
    const button = document.querySelector('[type=submit]');
    button.addEventListener('click', () => { window.pressed = performance.now(); });
    new MutationObserver(() => { if (button.querySelector('.spinner')) window.spun ??= performance.now(); }).observe(button, { childList: true, subtree: true });
  });
  await signIn(page);
  await page.locator('[type=submit] .spinner').waitFor();
  assert.equal(await page.locator('[type=submit]').getAttribute('aria-busy'), 'true');
  const after = await page.evaluate(() => window.spun - window.pressed);
  assert.ok(after >= 295, `${after.toFixed(0)} ms`);
  answer();
  await page.waitForURL('**/account');
});

test('Caps Lock is said inside the field while it is on', async () => {
  await fresh('/login');
  const press = (modifierCapsLock) => page.getByLabel('Password', { exact: true })
    .evaluate((input, on) => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'A', bubbles: true, modifierCapsLock: on })), modifierCapsLock);
  await press(true);
  await page.locator('.caps-lock[role=status]').getByText('Caps Lock').waitFor();
  await press(false);
  await page.waitForFunction(() => document.querySelector('.caps-lock').textContent === '');
});

test('without scripts the form signs in, and says no', async () => {
  const plain = await Person.arrive({ javaScriptEnabled: false });
  try {
    const form = await plain.open(`${signet.url}/login`);
    await signIn(form, { email: ann.email, password: 'not the right one' });
    await form.getByText(/don.t match|bad|wrong/i).first().waitFor({ timeout: 5000 });
    assert.equal(await form.getByLabel('E-mail').inputValue(), ann.email);
    await signIn(form);
    await form.waitForURL('**/account');
    const cookies = await plain.context.cookies();
    const refresh = cookies.find(({ name }) => name === '__Host-signet_refresh');
    assert.ok(refresh?.httpOnly && refresh.secure && refresh.sameSite === 'Strict');
  } finally {
    await plain.leave();
  }
});

test('return_to leads to places of ours only (CHECKS D16)', async () => {
  for (const evil of ['//evil.example', '/\\evil.example', 'https:evil.example', 'https://evil.example/', '/%0d%0aevil', 'java\tscript:alert(1)']) {
    await fresh(`/login?return_to=${encodeURIComponent(evil)}`);
    await signIn(page);
    await page.waitForURL((url) => url.pathname !== '/login', { timeout: 10_000 });
    assert.equal(new URL(page.url()).origin, signet.url, evil);
  }
  await fresh('/login?return_to=%2Faccount%3Fx%3D1');
  await signIn(page);
  await page.waitForURL('**/account?x=1');
});

test('nothing of the session is where scripts can read it (CHECKS D12)', async () => {
  await fresh('/login');
  await signIn(page);
  await page.waitForURL('**/account');
  await visible(ann.email);
  const found = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
  assert.ok(!/eyJ|srt_|sdt_/.test(found), found);
});

test('the pages cannot be framed (CHECKS D9)', async () => {
  for (const where of ['/login', '/signup', '/account']) {
    const answer = await person.context.request.get(signet.url + where);
    assert.match(answer.headers()['content-security-policy'], /frame-ancestors 'none'/);
  }
});

test('no page complained in the console', () => {
  assert.deepEqual(person.complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(text)), []);
});
