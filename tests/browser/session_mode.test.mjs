// Traditional sessions in a real browser: a page behind nginx and the gateway, and Signet's own pages at the same host.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isMissing, startGateway, startProxy, startService } from '../api/gateway.mjs';
import { addUser, freePort, patient, startSignet } from '../api/harness.mjs';
import { Person, ann, signIn } from './site.mjs';

describe('with mode = "session"', { skip: isMissing('nginx') }, () => {
  let signet, gateway, service, proxy, person;
  before(async () => {
    const port = await freePort();
    signet = await startSignet({ env: { ...patient, SIGNET_SESSIONS_MODE: 'session', SIGNET_SERVER_ALLOWED_ORIGINS: `https://localhost:${port}` } });
    await addUser(signet, ann);
    gateway = await startGateway(signet, { replacements: [['mode = "token" ', 'mode = "session" ']] });
    service = await startService();
    proxy = await startProxy('nginx', { gateway, service, sessions: true, port });
  });
  after(async () => {
    await person?.leave();
    await proxy?.stop();
    await gateway?.stop();
    await service?.stop();
    await signet?.stop();
  });

  for (const [how, javaScriptEnabled] of [['with scripts', true], ['without scripts', false]])
    test(`a person opens a page, signs in ${how}, and is on it`, async () => {
      await person?.leave();
      person = await Person.arrive({ javaScriptEnabled });
      const page = await person.open(`${proxy.url}/page?day=1`);
      assert.equal(new URL(page.url()).pathname, '/login');
      await signIn(page);
      await page.waitForURL(`${proxy.url}/page?day=1`);
      const { headers } = service.seen.findLast(({ url }) => url === '/page?day=1');
      assert.equal(headers['x-signet-email'], ann.email);
      assert.match(headers.authorization, /^Bearer eyJ/);
      assert.doesNotMatch(headers.cookie ?? '', /signet_session/);
      const cookies = (await person.context.cookies(signet.url)).map(({ name }) => name);
      assert.ok(cookies.includes('__Host-signet_session'));
      assert.ok(!cookies.includes('__Host-signet_refresh'), 'one of them is enough');
      assert.deepEqual(person.complaints, []);
    });

  test('the account page is theirs too, and its sign-out ends the page behind the gateway', async () => {
    await person?.leave();
    person = await Person.arrive();
    const page = await person.open(`${proxy.url}/page`);
    await signIn(page);
    await page.waitForURL(`${proxy.url}/page`);
    assert.equal(await page.evaluate(() => document.cookie.includes('signet_session')), false, 'no script sees it');

    const account = await person.open(`${signet.url}/account`);
    await account.getByText(ann.email, { exact: true }).waitFor();
    assert.equal((await page.goto(`${proxy.url}/other`)).status(), 200, 'and it signs nobody out');
    assert.equal(page.url(), `${proxy.url}/other`);

    await account.locator('form.leave').getByRole('button', { name: 'Sign out' }).click();
    await account.waitForURL(({ pathname }) => pathname === '/login');
    await page.goto(`${proxy.url}/page`);
    assert.equal(new URL(page.url()).pathname, '/login');
    assert.ok(!(await person.context.cookies(signet.url)).some(({ name }) => name === '__Host-signet_session'));
  });
});
