// A service without a library, behind each proxy of deploy/gateway, as a stranger, a person, and a liar meet it.
import assert from 'node:assert/strict';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { isMissing, proxyNames, spokenBy, startGateway, startProxy, startService } from './gateway.mjs';
import { addUser, ann, patient, request, signIn, startSignet } from './harness.mjs';

const root = { email: 'root@example.com', password: ann.password, name: 'R\u00fcdiger 100%' };
const busy = { email: 'busy@example.com', password: ann.password, name: 'Busy', roles: Array.from({ length: 100 }, (_, i) => `role-${i}-of-a-department-far-from-here`) };
const kIdentity = ['user', 'session', 'email', 'name', 'roles', 'scopes', 'client'].map((name) => `x-signet-${name}`);

for (const name of proxyNames) {
  describe(`through ${name}`, { skip: isMissing(name) }, () => {
    let signet, gateway, service, proxy, session;
    before(async () => {
      signet = await startSignet({ env: patient });
      await addUser(signet, { ...ann, roles: ['viewer'] });
      await addUser(signet, { ...root, roles: ['admin', 'editor'] });
      await addUser(signet, busy);
      gateway = await startGateway(signet, { replacements: [['proxy = "nginx"', `proxy = "${spokenBy[name]}"`]] });
      service = await startService();
      proxy = await startProxy(name, { gateway, service });
      session = await signIn(signet);
    });
    after(async () => {
      await proxy?.stop();
      await gateway?.stop();
      await service?.stop();
      await signet?.stop();
    });

    const ask = (method, target, options = {}) => request(proxy, method, target, options);
    const asAnn = (target, options = {}) => ask('GET', target, { bearer: session.access_token, ...options });
    // Whether the service has heard of it; `marker` is a header that a request brought.
    const reached = (marker) => service.seen.some(({ headers }) => headers['x-marker'] === marker);
    // One request line exactly as it stands; gives the answer's status.
    const raw = (line, headers = '') => new Promise((resolve, reject) => {
      const socket = tls.connect({ port: proxy.port, host: 'localhost', servername: 'localhost', ca: proxy.ca, ALPNProtocols: ['http/1.1'] }, () => {
        socket.write(`${line} HTTP/1.1\r\nHost: localhost:${proxy.port}\r\nAuthorization: Bearer ${session.access_token}\r\n${headers}Connection: close\r\n\r\n`);
      });
      let text = '';
      socket.on('data', (part) => { text += part; });
      socket.on('error', reject);
      socket.on('close', () => resolve(Number(text.match(/^HTTP\/1\.1 (\d+)/)?.[1])));
    });

    test('a program that is not signed in is told so, and how', async () => {
      const answer = await ask('GET', '/page', { headers: { 'x-marker': 'stranger' } });
      assert.equal(answer.status, 401);
      assert.match(answer.headers['www-authenticate'], /^Bearer/);
      assert.equal((await ask('POST', '/page', { json: { a: 1 }, headers: { 'x-marker': 'stranger' } })).status, 401);
      assert.ok(!reached('stranger'));
    });

    test('a browser that opens a page is sent to sign in, and back', async () => {
      for (const headers of [{ 'sec-fetch-mode': 'navigate' }, { accept: 'text/html,*/*;q=0.8' }]) {
        const answer = await ask('GET', '/page?day=1', { headers });
        assert.equal(answer.status, 302);
        const target = new URL(answer.headers.location);
        assert.equal(target.origin + target.pathname, `${signet.url}/login`);
        assert.equal(target.searchParams.get('return_to'), `${proxy.url}/page?day=1`);
      }
      assert.equal((await ask('GET', '/page', { headers: { 'sec-fetch-mode': 'cors', accept: 'text/html' } })).status, 401);
    });

    test('an address that is too long to come back to leads to the sign-in page all the same', async () => {
      const answer = await ask('GET', `/page?${'a&'.repeat(1500)}`, { headers: { 'sec-fetch-mode': 'navigate' } });
      assert.equal(answer.status, 302);
      assert.equal(new URL(answer.headers.location).searchParams.get('return_to'), `${proxy.url}/`);
    });

    test('somebody with a hundred roles gets the page, and the service each of them', async () => {
      const answer = await ask('GET', '/page', { bearer: (await signIn(signet, busy)).access_token });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json.headers['x-signet-roles'].split(' ').sort(), [...busy.roles].sort());
    });

    test('who is signed in gets the page, and the service is told who it is', async () => {
      const answer = await asAnn('/page?day=1');
      assert.equal(answer.status, 200);
      const { method, url, headers } = answer.json;
      assert.equal(`${method} ${url}`, 'GET /page?day=1');
      assert.equal(headers['x-signet-user'], session.user.id);
      assert.equal(headers['x-signet-session'], session.session_id);
      assert.equal(headers['x-signet-email'], ann.email);
      assert.equal(headers['x-signet-name'], 'Ann');
      assert.equal(headers['x-signet-roles'], 'viewer');
      assert.equal(headers.authorization, undefined, 'the token is not the service\'s');
    });

    test('what is not ASCII is percent-encoded', async () => {
      const { json } = await ask('GET', '/page', { bearer: (await signIn(signet, root)).access_token });
      assert.equal(json.headers['x-signet-name'], 'R%C3%BCdiger%20100%25');
      assert.equal(decodeURIComponent(json.headers['x-signet-name']), root.name);
      assert.equal(json.headers['x-signet-roles'], 'admin editor');
    });

    test('a body goes to the service whole, whatever the method', async () => {
      const body = 'x'.repeat(100_000);
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const answer = await ask(method, '/page', { body, bearer: session.access_token, headers: { 'content-type': 'text/plain' } });
        assert.equal(answer.status, 200, method);
        assert.equal(answer.json.method, method);
        assert.equal(answer.json.body.length, body.length, method);
      }
    });

    // In every spelling, with a token, without one, and where nothing but emptiness replaces it.
    test('the service never sees what a client says it is', async () => {
      const forged = Object.fromEntries(kIdentity.flatMap((header) => [[header, 'root'], [header.toUpperCase(), 'root'], [header.replaceAll('-', '_'), 'root']]));
      const spellings = [forged, { 'X-Signet_User': 'root', x_signet_user: 'root', 'X_SIGNET-USER': 'root' },
        { 'X.Signet.User': 'root', 'X~Signet~User': 'root', 'x-signet.user': 'root' }, { 'x-signet-user': ['root', 'root'] }];
      for (const headers of spellings)
        for (const [target, bearer] of [['/page', session.access_token], ['/assets/a.css', undefined], ['/assets/a.css', 'x.y.z'], ['/assets/a.css', session.access_token]]) {
          const { status, json } = await ask('GET', target, { headers, bearer });
          assert.equal(status, 200, target);
          for (let i = 0; i < json.raw.length; i += 2)
            if (/signet/i.test(json.raw[i])) assert.notEqual(json.raw[i + 1], 'root', `${json.raw[i]} at ${target}`);
          if (!bearer) for (const header of kIdentity) assert.equal(json.headers[header] ?? '', '', header);
        }
    });

    // A service that believes them would do what no rule allows.
    test('the service never hears of another method than the gateway judged', async () => {
      const names = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'];
      const headers = Object.fromEntries(names.flatMap((name) => [[name, 'DELETE'], [name.replaceAll('-', '_'), 'DELETE'], [name.replace('-', '_'), 'DELETE']]));
      const { status, json } = await ask('POST', '/page', { headers, bearer: session.access_token, body: 'x' });
      assert.equal(status, 200);
      assert.deepEqual(json.raw.filter((_, i) => i % 2 === 0).filter((name) => /method/i.test(name)), []);
    });

    // What would tell the gateway another path than the service gets.
    test('the service never answers another path than the gateway judged', async () => {
      const names = ['X-Original-URI', 'X-Forwarded-Uri', 'X-Original-Method', 'X-Forwarded-Method', 'X-Rewrite-URL', 'X-Original-URL'];
      const lies = Object.fromEntries(names.flatMap((name) => [name, name.replaceAll('-', '_'), name.replace('-', '_'), name.replace(/-(?=[^-]*$)/, '_')]
        .map((spelling) => [spelling, name.endsWith('Method') ? 'GET' : '/assets/a.css'])));
      assert.equal((await ask('GET', '/page', { headers: lies })).status, 401);
      assert.equal((await asAnn('/admin', { headers: lies })).status, 403);
      const { status, json } = await asAnn('/page', { headers: lies });
      assert.equal(status, 200);
      assert.equal(json.url, '/page');
      assert.deepEqual(json.raw.filter((_, i) => i % 2 === 0).filter((each) => /original|rewrite|ur[il]|method/i.test(each)), []);
      const targets = ['/assets/../admin', '/assets/%2e%2e/admin', '/assets/..%2fadmin', '/assets%2f..%2fadmin', '//admin', '/assets//../admin', '/assets/..;/admin',
        '/admin;x', '/%2561dmin', '/assets\\..\\admin', '/assets/%5c../admin', '/admin%00', '/%c0%ae%c0%ae/admin', '/./admin', '/admin%2f', '/assets/.%2e/admin', '/admin%3fx', '/admin%23x'];
      for (const target of targets) {
        const status = await raw(`GET ${target}`, `X-Marker: ${encodeURIComponent(target)}\r\n`);
        assert.ok([400, 403].includes(status), `${target} gave ${status}`);
        assert.ok(!reached(encodeURIComponent(target)), target);
      }
      assert.equal(await raw('GET /%61dmin', 'X-Marker: encoded\r\n'), 403);
      assert.ok(!reached('encoded'));
    });

    test('a connection that asks for an open page first is judged again for the next', async () => {
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: proxy.ca });
      for (const [target, status] of [['/assets/a.css', 200], ['/page', 401], ['/assets/a.css', 200], ['/admin', 401]])
        assert.equal((await ask('GET', target, { agent })).status, status, target);
      agent.destroy();
    });

    test('a page for administrators is for administrators', async () => {
      for (const target of ['/admin', '/admin/', '/admin/users?x']) assert.equal((await asAnn(target)).status, 403, target);
      const { access_token } = await signIn(signet, root);
      assert.equal((await ask('GET', '/admin/users', { bearer: access_token })).json.headers['x-signet-email'], root.email);
      assert.equal((await asAnn('/administrator')).status, 200);
    });

    test('two tokens, a forged one, and another scheme are refused', async () => {
      const forged = `${session.access_token.slice(0, session.access_token.lastIndexOf('.'))}.${'A'.repeat(86)}`;
      assert.equal((await ask('GET', '/page', { bearer: forged })).status, 401);
      assert.equal((await ask('GET', '/page', { headers: { authorization: 'Basic YW5uOmE=' } })).status, 401);
      const twice = await raw('GET /page', `Authorization: Bearer ${forged}\r\nX-Marker: twice\r\n`);
      assert.ok([400, 403].includes(twice), `${twice}`);
      assert.ok(!reached('twice'));
    });

    test('who signs out elsewhere is out at the next request', async () => {
      const other = await signIn(signet);
      assert.equal((await ask('GET', '/page', { bearer: other.access_token })).status, 200);
      const answer = await request(signet, 'POST', '/api/v1/logout', { bearer: other.access_token });
      assert.deepEqual([answer.status, answer.headers['signet-propagated']], [204, '1/1']);
      assert.equal((await ask('GET', '/page', { bearer: other.access_token })).status, 401);
      assert.equal((await asAnn('/page')).status, 200, 'and nobody else');
    });

    test('a gateway that has ended lets nobody through, and one that hangs does not either', async () => {
      const alone = await startGateway(signet, { replacements: [['proxy = "nginx"', `proxy = "${spokenBy[name]}"`]] });
      const connected = [];
      const mute = net.createServer((socket) => { connected.push(socket.on('error', () => {})); });
      let before;
      try {
        before = await startProxy(name, { gateway: alone, service });
        assert.equal((await request(before, 'GET', '/page', { bearer: session.access_token })).status, 200);
        assert.deepEqual(await alone.stop(), { code: 0, signal: null });
        for (const target of ['/page', '/assets/a.css']) {
          const answer = await request(before, 'GET', target, { bearer: session.access_token, headers: { 'x-marker': 'ended' } });
          assert.ok([502, 503].includes(answer.status), `${answer.status}`);
        }
        // Where it was, somebody takes connections and says nothing.
        await new Promise((done) => mute.listen(alone.port, '127.0.0.1', done));
        const answer = await request(before, 'GET', '/page', { bearer: session.access_token, headers: { 'x-marker': 'ended' } });
        assert.ok([502, 503, 504].includes(answer.status), `${answer.status}`);
        assert.ok(answer.milliseconds < 10_000, `${answer.milliseconds} ms`);
        assert.ok(connected.length > 0, 'it was asked');
        assert.ok(!reached('ended'));
      } finally {
        await before?.stop();
        await alone.stop();
        for (const socket of connected) socket.destroy();
        mute.close();
      }
    });

    test('what the service answers comes back as it is', async () => {
      const answer = await asAnn('/page');
      for (const header of Object.keys(answer.headers)) assert.doesNotMatch(header, /^x-signet/);
    });
  });
}
