// `signet gateway` itself: how it starts, what it answers where no proxy of deploy/gateway is, and how it ends.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { startGateway } from './gateway.mjs';
import { addUser, ann, freePort, request, run, signIn, startSignet } from './harness.mjs';

let signet, session;
before(async () => {
  signet = await startSignet();
  await addUser(signet, { ...ann, roles: ['viewer'] });
  session = await signIn(signet);
});
after(() => signet.stop());

const asked = (method, target) => ({ 'x-original-method': method, 'x-original-uri': target });
const metric = (text, name) => Number(text.split('\n').find((line) => line.startsWith(name))?.split(' ').at(-1));

test('a configuration that is wrong stops the start, and each line is named', async () => {
  const gateway = await startGateway(signet);
  try {
    assert.deepEqual(await run(['gateway', '--config', gateway.config, '--check']), { code: 0, stdout: 'The configuration is good.\n', stderr: '' });
    const text = readFileSync(gateway.config, 'utf8');
    writeFileSync(gateway.config, text.replace('[[rule]]', '[[rule]]\nmethod = ["GET"]').replace('proxy =', 'proxies ='));
    for (const more of [[], ['--check']]) {
      const { code, stdout, stderr } = await run(['gateway', '--config', gateway.config, ...more]);
      assert.equal(code, 3);
      assert.equal(stdout, '');
      const line = (what) => text.split('\n').findIndex((one) => one.startsWith(what)) + 1;
      assert.ok(stderr.includes(`gateway.toml:${line('proxy =')}: [gateway] proxies is not a setting; did you mean proxy?`), stderr);
      assert.ok(stderr.includes(`gateway.toml:${line('[[rule]]') + 1}: [[rule]] method is not a setting; did you mean methods?`), stderr);
    }
  } finally {
    await gateway.stop();
  }
});

test('without --config it says what it needs', async () => {
  const { code, stderr } = await run(['gateway']);
  assert.equal(code, 2);
  assert.match(stderr, /--config is required/);
});

test('a port that is taken stops the start', async () => {
  const gateway = await startGateway(signet);
  try {
    const { code, stderr } = await run(['gateway', '--config', gateway.config]);
    assert.equal(code, 4);
    assert.match(stderr, new RegExp(`127\\.0\\.0\\.1.*${gateway.port}`));
  } finally {
    await gateway.stop();
  }
});

test('until the issuer has been heard every question is answered 503, but those for what is open', async () => {
  const gateway = await startGateway(signet, { wait: false, replacements: [[`issuer = "${signet.url}"`, `issuer = "https://localhost:${await freePort()}"`]] });
  try {
    const ask = (target) => request(gateway, 'GET', '/decision', { headers: asked('GET', target), bearer: session.access_token });
    const answer = await ask('/page');
    assert.equal(answer.status, 503);
    assert.equal(answer.json.error, 'unavailable');
    assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
    assert.equal((await ask('/assets/a.css')).status, 200);
    const ready = await request({ url: gateway.adminUrl }, 'GET', '/readyz');
    assert.equal(ready.status, 503);
    assert.equal((await request({ url: gateway.adminUrl }, 'GET', '/healthz')).status, 200);
  } finally {
    await gateway.stop();
  }
});

test('Envoy repeats the request, behind the path where the gateway is asked', async () => {
  const gateway = await startGateway(signet, { replacements: [['proxy = "nginx"', 'proxy = "envoy"']] });
  try {
    const ask = (method, target, options) => request(gateway, method, `/decision${target}`, { bearer: session.access_token, ...options });
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const answer = await ask(method, '/page?day=1');
      assert.equal(answer.status, 200, method);
      assert.equal(answer.headers['x-signet-email'], ann.email);
      assert.equal(answer.headers['x-signet-scopes'], 'openid profile email');
    }
    assert.equal((await ask('GET', '/admin/x')).status, 403);
    assert.equal((await ask('GET', '/page', { bearer: undefined })).status, 401);
    assert.equal((await ask('GET', '/assets/a.css', { bearer: undefined })).status, 200);
    assert.equal((await ask('GET', '/page', { bearer: undefined, headers: asked('GET', '/assets/a.css') })).status, 401);
    const browser = { bearer: undefined, headers: { 'sec-fetch-mode': 'navigate', 'x-forwarded-proto': 'https', host: 'app.example.com' } };
    const redirect = await ask('GET', '/page', browser);
    assert.equal(redirect.status, 302);
    assert.equal(new URL(redirect.headers.location).searchParams.get('return_to'), 'https://app.example.com/page');
    assert.equal((await request(gateway, 'GET', '/page', { bearer: session.access_token })).status, 404, 'not where it is asked');
  } finally {
    await gateway.stop();
  }
});

test('decisions are counted, and the log has nothing of paths and tokens', async () => {
  const gateway = await startGateway(signet);
  const admin = { url: gateway.adminUrl };
  try {
    const ask = (target, bearer) => request(gateway, 'GET', '/decision', { headers: asked('GET', target), bearer });
    await ask('/page-of-ann?secret=1', session.access_token);
    await ask('/page-of-ann', undefined);
    await ask('/admin/page-of-ann', session.access_token);
    await ask('/page-of-ann/../x', session.access_token);
    await ask('/page-of-ann', 'x.y.z');
    const { text } = await request(admin, 'GET', '/metrics');
    for (const [outcome, count] of Object.entries({ allowed: 1, not_signed_in: 1, forbidden: 1, unclear: 1, invalid_token: 1, revoked: 0, open: 0, unavailable: 0 }))
      assert.equal(metric(text, `signet_gateway_decisions_total{outcome="${outcome}"}`), count, outcome);
    for (const name of ['signet_verifier_', 'signet_http_connections', 'process_resident_memory_bytes']) assert.ok(text.includes(name), name);
    assert.match(gateway.said, /decision outcome=forbidden rule=\/admin/);
    for (const secret of ['page-of-ann', 'secret', session.access_token.slice(-40), ann.email]) assert.ok(!gateway.said.includes(secret), secret);
    assert.equal((await request(admin, 'GET', '/metrics', { headers: { host: 'evil.example' } })).status, 403);
  } finally {
    await gateway.stop();
  }
});

test('told to stop it ends well, whoever is still connected', async () => {
  const gateway = await startGateway(signet);
  const agent = new http.Agent({ keepAlive: true });
  assert.equal((await request(gateway, 'GET', '/decision', { headers: asked('GET', '/page'), bearer: session.access_token, agent })).status, 200);
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
  assert.match(gateway.said, /draining[^]*stopped cut_off=no/);
  agent.destroy();
});
