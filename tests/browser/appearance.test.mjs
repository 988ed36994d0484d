// What people see: every page and state, photographed in light and dark at three
// widths (tests/artefacts/), checked for accessibility, weight, and strangers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { addUser, startSignet } from '../api/harness.mjs';
import { Person, ann, artefacts, signIn } from './site.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const widths = [320, 768, 1280];
const schemes = ['light', 'dark'];

let signet, person;
before(async () => {
  signet = await startSignet();
  await addUser(signet, ann);
  person = await Person.arrive({ bypassCSP: true });  // for axe alone; another test reads the policy itself
});
after(async () => {
  await person?.leave();
  await signet?.stop();
});

// Each gives a page in the state its name tells.
const states = {
  'login-empty': () => person.open(`${signet.url}/login`),
  'login-filled': async () => {
    const page = await person.open(`${signet.url}/login`);
    await page.getByLabel('E-mail').fill(ann.email);
    await page.getByLabel('Password', { exact: true }).fill(ann.password);
    return page;
  },
  'login-wrong': async () => {
    const page = await person.open(`${signet.url}/login`);
    await signIn(page, { email: ann.email, password: 'not the right one' });
    await page.getByText("That e-mail and password don't match.").waitFor();
    return page;
  },
  'login-busy': async () => {
    const page = await person.open(`${signet.url}/login`);
    await page.route('**/api/v1/login', (route) => route.fulfill({ status: 503, headers: { 'retry-after': '30' },
      contentType: 'application/json', body: '{"error":"busy","error_description":"Busy."}' }));
    await signIn(page);
    await page.getByText('The server is busy. Trying again…').waitFor();
    return page;
  },
  'login-slow-network': async () => {
    const page = await person.open(`${signet.url}/login`);
    await page.route('**/api/v1/login', () => {});  // never answered
    await signIn(page);
    await page.waitForTimeout(600);  // the spinner comes after 300 ms
    return page;
  },
  'login-too-many': async () => {
    const page = await person.open(`${signet.url}/login`);
    await page.route('**/api/v1/login', (route) => route.fulfill({ status: 429, headers: { 'retry-after': '23' },
      contentType: 'application/json', body: '{"error":"slow_down","error_description":"Slow down."}' }));
    await signIn(page);
    await page.getByText('Too many attempts. Try again in 0:2').waitFor();
    return page;
  },
  'signup-empty': () => person.open(`${signet.url}/signup`),
  'signup-refused': async () => {
    const page = await person.open(`${signet.url}/signup`);
    await page.getByLabel('E-mail').fill('carl@example.com');
    await page.getByLabel('Password', { exact: true }).fill('password1');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText(/tried first/).waitFor();
    return page;
  },
  account: () => signedIn(ann),
  'account-long-name': async () => {
    const long = { email: 'a.very.long.address.that.does.not.end.soon@subdomain.example.com', password: ann.password,
      name: 'Maximiliane Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh van der Hoogeveen' };
    await addUser(signet, long).catch(() => {});
    return signedIn(long);
  },
  'account-right-to-left': async () => {
    const rtl = { email: 'rtl@example.com', password: ann.password, name: 'ليلى الفارسي' };
    await addUser(signet, rtl).catch(() => {});
    return signedIn(rtl);
  },
};

async function signedIn(who) {
  const page = await person.open(`${signet.url}/login`);
  await signIn(page, who);
  await page.waitForURL('**/account');
  await page.getByText(who.email).waitFor();
  await page.getByText('this device', { exact: true }).first().waitFor();
  return page;
}

for (const [state, arrive] of Object.entries(states)) {
  test(`${state}: photographed, fits, and is accessible`, async () => {
    await person.context.clearCookies();
    const page = await arrive();
    try {
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const width of widths) {
          await page.setViewportSize({ width, height: width === 320 ? 640 : 800 });
          await page.screenshot({ path: path.join(artefacts, `${state}-${colorScheme}-${width}.png`), fullPage: true });
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
        }
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`), [], colorScheme);
      }
    } finally {
      await page.close();
    }
  });
}

test('at 200 % zoom nothing is cut off', async () => {
  await person.context.clearCookies();
  const page = await person.open(`${signet.url}/login`);
  await page.setViewportSize({ width: 640, height: 480 });  // 1280 × 960 at 200 %
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0);
  await page.close();
});

test('the sign-in page is light, whole from the first byte, and fetches nothing from elsewhere', async () => {
  await person.context.clearCookies();
  const page = await person.context.newPage();
  const answers = [];
  page.on('response', (answer) => answers.push(answer));
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
      .observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`${signet.url}/login`, { waitUntil: 'networkidle' });

  let weight = 0;
  for (const answer of answers) {
    assert.equal(new URL(answer.url()).origin, signet.url, answer.url());
    weight += gzipSync(await answer.body()).length;
  }
  assert.ok(weight < 60_000, `${weight} bytes gzipped`);
  assert.equal(await page.evaluate(() => window.shift), 0, 'layout shift');
  // Rendered before any script runs: the form is in the HTML itself.
  assert.match(await answers[0].text(), /<form[^>]*action="\/login"[\s\S]*autocomplete="current-password"/);
  const interactive = await page.evaluate(() => performance.getEntriesByType('navigation')[0].domInteractive);
  console.log(`      ${(weight / 1000).toFixed(1)} kB gzipped, interactive after ${interactive.toFixed(0)} ms`);
  await page.close();
});

test('the content security policy is strict, and the pages run under it', async () => {
  const strict = await Person.arrive();
  try {
    for (const where of ['/login', '/signup']) {
      const page = await strict.context.newPage();
      const answer = await page.goto(signet.url + where, { waitUntil: 'networkidle' });
      const policy = answer.headers()['content-security-policy'];
      for (const part of ["default-src 'none'", "script-src 'nonce-", "'strict-dynamic'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"])
        assert.ok(policy.includes(part), `${part} is missing in ${policy}`);
      assert.ok(!policy.includes('unsafe-inline') && !policy.includes('unsafe-eval'), policy);
    }
    assert.deepEqual(strict.complaints, []);
  } finally {
    await strict.leave();
  }
});
