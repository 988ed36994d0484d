// Traditional sessions: one opaque cookie in the browser, `signet gateway` behind the proxy, and a service that gets a JWT.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as jose from 'jose';
import { isMissing, proxyNames, spokenBy, startGateway, startProxy, startService } from './gateway.mjs';
import { addUser, ann, freePort, freshFolder, patient, request, run, signIn, startSignet, until } from './harness.mjs';

const kCookie = '__Host-signet_session';
const bob = { email: 'bob@example.com', password: ann.password, name: 'Bob' };
const sessionMode = (proxy) => [['proxy = "nginx"', `proxy = "${spokenBy[proxy]}"`], ['mode = "token" ', 'mode = "session" ']];

// As a page of Signet's own sends it.
const own = (signet) => ({ origin: signet.url, 'sec-fetch-site': 'same-origin' });

// The cookie that an answer sets, as a Cookie header has it.
function sessionCookie(answer) {
  return (answer.headers['set-cookie'] ?? []).find((line) => line.startsWith(`${kCookie}=sst_`))?.split(';')[0];
}

async function openSession(signet, { email, password } = ann) {
  const answer = await request(signet, 'POST', '/api/v1/login', { json: { email, password, delivery: 'session' }, headers: own(signet) });
  assert.equal(answer.status, 200, answer.text);
  return { cookie: sessionCookie(answer), id: answer.json.session_id, answer };
}

async function metric(gateway, name) {
  const { text } = await request({ url: gateway.adminUrl }, 'GET', '/metrics');
  return Number(text.split('\n').find((line) => line.startsWith(`${name} `)).split(' ').at(-1));
}
const questions = (gateway, answer) => metric(gateway, `signet_gateway_session_questions_total{answer="${answer}"}`);

for (const name of proxyNames) {
  describe(`through ${name}`, { skip: isMissing(name) }, () => {
    let signet, gateway, service, proxy;
    before(async () => {
      const port = await freePort();
      signet = await startSignet({ env: { ...patient, SIGNET_SESSIONS_MODE: 'session', SIGNET_SERVER_ALLOWED_ORIGINS: `https://localhost:${port}` } });
      await addUser(signet, { ...ann, roles: ['viewer'] });
      await addUser(signet, bob);
      gateway = await startGateway(signet, { replacements: sessionMode(name) });
      service = await startService();
      proxy = await startProxy(name, { gateway, service, sessions: true, port });
    });
    after(async () => {
      await proxy?.stop();
      await gateway?.stop();
      await service?.stop();
      await signet?.stop();
    });

    const ask = (target, options = {}, method = 'GET') => request(proxy, method, target, options);
    const signOut = (cookie, headers = own(signet)) => request(signet, 'POST', '/api/v1/logout', { cookie, headers });

    test('who has the cookie gets the page, and the service a token that verifies', async () => {
      const { cookie, id } = await openSession(signet);
      const answer = await ask('/page?day=1', { cookie: `theme=dark; ${cookie}; lang=en`, headers: { 'x-marker': 'session' } });
      assert.equal(answer.status, 200, answer.text);
      const { headers, url } = answer.json;
      assert.equal(url, '/page?day=1');
      assert.equal(headers['x-signet-email'], ann.email);
      assert.equal(headers['x-signet-session'], id);
      assert.match(headers.cookie, /^theme=dark; ?lang=en$/, 'the cookie of the session stays with the gateway');

      const { json } = await request(signet, 'GET', '/.well-known/jwks.json');
      const token = headers.authorization.match(/^Bearer (\S+)$/)[1];
      const { payload } = await jose.jwtVerify(token, jose.createLocalJWKSet(json), { issuer: signet.url, audience: signet.url, typ: 'at+jwt' });
      assert.equal(payload.sid, id);
      assert.equal(payload.email, ann.email);
      assert.deepEqual(payload.roles, ['viewer']);

      const { json: { sessions } } = await request(signet, 'GET', '/api/v1/sessions', { bearer: token });
      assert.equal(sessions.find((one) => one.current).id, id, 'it is one of the devices');
      assert.equal((await ask('/page', { cookie })).json.headers.cookie ?? '', '');
    });

    test('a form without scripts signs in, and leads back to the page', async () => {
      const [refused] = [await ask('/page', { headers: { 'sec-fetch-mode': 'navigate' } })];
      assert.equal(refused.status, 302);
      const target = new URL(refused.headers.location);
      assert.equal(target.origin, signet.url);
      const form = new URLSearchParams({ email: ann.email, password: ann.password, return_to: target.searchParams.get('return_to') });
      const answer = await request(signet, 'POST', '/login', { body: form.toString(), headers: { ...own(signet), 'content-type': 'application/x-www-form-urlencoded' } });
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.location, `${proxy.url}/page`);
      assert.equal((await ask('/page', { cookie: sessionCookie(answer) })).status, 200);
      const [line] = answer.headers['set-cookie'].filter((each) => each.startsWith(kCookie));
      assert.match(line, /; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
      assert.ok(!answer.headers['set-cookie'].some((each) => each.startsWith('__Host-signet_refresh=')));
    });

    test('who signs out is out at the next request', async () => {
      const { cookie } = await openSession(signet);
      assert.equal((await ask('/page', { cookie })).status, 200);
      assert.equal((await signOut(cookie, {})).status, 403, 'a cookie alone shows nothing');
      assert.equal((await signOut(cookie, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status, 403);
      assert.equal((await ask('/page', { cookie })).status, 200);
      const answer = await signOut(cookie);
      assert.equal(answer.status, 204);
      assert.equal(answer.headers['signet-propagated'], '1/1');
      assert.ok(answer.headers['set-cookie'].some((line) => line.startsWith(`${kCookie}=;`) && line.includes('Max-Age=0')));
      const asked = await questions(gateway, 'token');
      for (let i = 0; i < 3; i += 1) {
        const refused = await ask('/page', { cookie, headers: { 'x-marker': 'out' } });
        assert.equal(refused.status, 401);
      }
      assert.equal(await questions(gateway, 'token'), asked);
      assert.ok(!service.seen.some(({ headers }) => headers['x-marker'] === 'out'));
      assert.equal((await ask('/assets/a.css', { cookie })).status, 200, 'what is open is open');
    });

    test('a sign-out everywhere, elsewhere, and an operator end it at once', async () => {
      const [first, second] = [await openSession(signet), await openSession(signet)];
      for (const { cookie } of [first, second]) assert.equal((await ask('/page', { cookie })).status, 200);
      const elsewhere = await signIn(signet);
      assert.equal((await request(signet, 'POST', '/api/v1/logout-all', { bearer: elsewhere.access_token })).status, 204);
      for (const { cookie } of [first, second]) assert.equal((await ask('/page', { cookie })).status, 401);

      const third = await openSession(signet, bob);
      assert.equal((await ask('/page', { cookie: third.cookie })).status, 200);
      assert.equal((await run(['user', 'disable', bob.email, '--data', signet.dataDir])).code, 0);
      await until('the news', async () => (await ask('/page', { cookie: third.cookie })).status === 401);
      assert.equal((await run(['user', 'enable', bob.email, '--data', signet.dataDir])).code, 0);
      assert.equal((await ask('/page', { cookie: third.cookie })).status, 401, 'for ever');
    });

    // The cookie comes with what a page of the same site opens, and with the answer the page would speak for the person.
    test('a WebSocket is opened by a page of the service alone', async () => {
      const { cookie } = await openSession(signet);
      const open = (headers) => ask('/page', { cookie, headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13',
        'sec-websocket-key': 'AQIDBAUGBwgJCgsMDQ4PEA==', ...headers } });
      for (const headers of [{}, { origin: 'https://evil.example.com' }, { origin: 'https://evil.example.com', 'sec-fetch-site': 'same-site' }])
        assert.equal((await open(headers)).status, 403, JSON.stringify(headers));
      assert.equal((await open({ origin: new URL(proxy.url).origin, 'sec-fetch-site': 'same-origin' })).status, 200);
    });

    test('garbage is refused, and repeating it asks nobody', async () => {
      const { cookie } = await openSession(signet);
      const forged = `${kCookie}=sst_${'A'.repeat(64)}`;
      const before = await questions(gateway, 'refused');
      for (const bad of [forged, forged, forged, `${kCookie}=x`, `${kCookie}=`, `${kCookie}=${'x'.repeat(3000)}`, `${cookie}; ${forged}`, `${cookie}; ${cookie}`])
        assert.equal((await ask('/page', { cookie: bad })).status, 401, bad);
      assert.equal(await questions(gateway, 'refused') - before, 1);
      assert.equal((await ask('/page', { cookie })).status, 200);
    });

    test('what another site sends is not done in the name of the person', async () => {
      const { cookie } = await openSession(signet);
      const post = (headers, target = '/page') => ask(target, { cookie, json: { a: 1 }, headers }, 'POST');
      assert.equal((await post({ 'sec-fetch-site': 'same-origin' })).status, 200);
      assert.equal((await post({ origin: proxy.url })).status, 200);
      for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }])
        assert.equal((await post({ ...headers, 'x-marker': 'foreign' })).status, 403, JSON.stringify(headers));
      assert.ok(!service.seen.some(({ headers }) => headers['x-marker'] === 'foreign'));
    });

    test('a program\'s own token is as good, and nobody brings the service another', async () => {
      const program = await signIn(signet);
      const answer = await ask('/page', { bearer: program.access_token });
      assert.equal(answer.status, 200);
      assert.equal(answer.json.headers.authorization, `Bearer ${program.access_token}`);
      const open = await ask('/assets/a.css', { bearer: 'x.y.z' });
      assert.equal(open.status, 200);
      assert.equal(open.json.headers.authorization ?? '', '');
    });

    test('many who come at once cause one question', async () => {
      const { cookie } = await openSession(signet);
      const before = await questions(gateway, 'token');
      const answers = await Promise.all(Array.from({ length: 40 }, () => ask('/page', { cookie })));
      assert.ok(answers.every(({ status }) => status === 200));
      assert.equal(await questions(gateway, 'token') - before, 1);
    });

    test('neither log has a cookie', async () => {
      for (const text of [gateway.said, signet.log(), proxy.said]) {
        assert.doesNotMatch(text, /sst_[A-Za-z0-9_-]{10}/);
        assert.doesNotMatch(text, /eyJ[A-Za-z0-9_-]{10}/);
      }
      assert.match(gateway.said, /decision outcome=allowed/);
    });
  });
}

describe('while Signet is away', () => {
  const asked = (target) => ({ 'x-original-method': 'GET', 'x-original-uri': target });

  test('what is known goes on, what is not is answered 503, and the cookie outlives a kill', async () => {
    const dataDir = path.join(freshFolder(), 'data');
    let signet = await startSignet({ dataDir, env: patient });
    const gateway = await startGateway(signet, { replacements: [...sessionMode('nginx'), ['[[rule]]\npath = "/admin"', '[[rule]]\npath = "/money"\nwhen_stale = "fail_closed"\n\n[[rule]]\npath = "/admin"']] });
    try {
      await addUser(signet, ann);
      const ask = (cookie, target = '/page') => request(gateway, 'GET', '/decision', { headers: asked(target), cookie });
      const [known, unknown, over] = [await openSession(signet), await openSession(signet), await openSession(signet)];
      assert.equal((await ask(known.cookie)).status, 200);
      assert.equal((await ask(over.cookie)).status, 200);
      assert.equal((await request(signet, 'POST', '/api/v1/logout', { cookie: over.cookie, headers: own(signet) })).status, 204);

      await signet.kill9();
      assert.equal((await ask(known.cookie)).status, 200);
      const answer = await ask(unknown.cookie);
      assert.equal(answer.status, 503);
      assert.equal(answer.json.error, 'unavailable');
      assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
      assert.equal((await ask(over.cookie)).status, 401, 'what is known to be over is over');
      assert.equal((await ask(unknown.cookie, '/assets/a.css')).status, 200);
      assert.match(gateway.said, /the issuer cannot be asked for sessions/);

      signet = await startSignet({ dataDir, env: patient, listen: `localhost:${signet.port}` });
      assert.equal((await until('the issuer', async () => {
        const again = await ask(unknown.cookie);
        return again.status === 503 ? null : again;
      })).status, 200);
      assert.equal((await ask(known.cookie)).status, 200);
      assert.equal((await ask(over.cookie)).status, 401);
      assert.doesNotMatch(gateway.said, /sst_[A-Za-z0-9_-]{10}/);
    } finally {
      await gateway.stop();
      await signet.stop();
    }
  });

  test('a gateway of another life knows nothing, and asks', async () => {
    const signet = await startSignet({ env: patient });
    let gateway;
    try {
      await addUser(signet, ann);
      const [live, over] = [await openSession(signet), await openSession(signet)];
      assert.equal((await request(signet, 'POST', '/api/v1/logout', { cookie: over.cookie, headers: own(signet) })).status, 204);
      gateway = await startGateway(signet, { replacements: sessionMode('nginx') });
      const ask = (cookie) => request(gateway, 'GET', '/decision', { headers: asked('/page'), cookie });
      assert.equal((await ask(live.cookie)).status, 200);
      const refused = await ask(over.cookie);
      assert.equal(refused.status, 401);
      assert.equal(refused.json.error, 'invalid_session');
      assert.equal(await metric(gateway, 'signet_gateway_sessions_remembered'), 1);
      assert.equal(await metric(gateway, 'signet_gateway_session_lookups_total{result="asked"}'), 1);
      assert.equal(await metric(gateway, 'signet_gateway_session_lookups_total{result="refused"}'), 1);

      // A credential that was taken back is no word on anybody's session.
      const name = `gateway-${gateway.port}`;
      assert.equal((await run(['verifier', 'remove', name, '--data', signet.dataDir])).code, 0);
      const another = await openSession(signet);
      await until('the credential is gone', async () => (await ask(another.cookie)).status === 503
        || (await openSession(signet).then(({ cookie }) => ask(cookie))).status === 503);
      assert.equal((await ask(live.cookie)).status, 200);
    } finally {
      await gateway?.stop();
      await signet.stop();
    }
  });

  test('without mode = "session" a cookie is nothing', async () => {
    const signet = await startSignet();
    const gateway = await startGateway(signet);
    try {
      await addUser(signet, ann);
      const { cookie } = await openSession(signet);
      const answer = await request(gateway, 'GET', '/decision', { headers: asked('/page'), cookie });
      assert.equal(answer.status, 401);
      assert.equal(answer.json.error, 'missing_token');
      const { access_token: bearer } = await signIn(signet);
      assert.equal((await request(gateway, 'GET', '/decision', { headers: asked('/page'), bearer })).headers.authorization, undefined);
    } finally {
      await gateway.stop();
      await signet.stop();
    }
  });
});
