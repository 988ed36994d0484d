// CHECKS C11, E7: through nginx and HAProxy, the client's own address arrives, and nothing the client says of it does.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { after, test } from 'node:test';
import { ann, request, signIn, startWithAnn } from '../harness.mjs';
import { frontAddress, startFront } from './fronts.mjs';

const client = '127.0.0.9';
const lies = { 'x-forwarded-for': '6.6.6.6', 'x_forwarded_for': '6.6.6.6', forwarded: 'for=6.6.6.6', 'x-real-ip': '6.6.6.6',
  connection: 'keep-alive, X-Forwarded-For, Forwarded' };
const ends = [];
after(async () => { for (const end of ends.reverse()) await end(); });

async function start(kind, { plainHttp, env = {}, ...options }) {
  const signet = await startWithAnn({ plainHttp, env: { SIGNET_SERVER_TRUSTED_PROXIES: frontAddress, ...env } });
  ends.push(() => signet.stop());
  const front = await startFront(kind, signet, options);
  ends.push(() => front.stop());
  const own = { keepAlive: false, localAddress: client, family: 4, ca: signet.ca };
  const agent = signet.ca ? new https.Agent(own) : new http.Agent(own);
  return { signet, agent, entrance: { url: `${signet.ca ? 'https' : 'http'}://localhost:${front.port}`, ca: signet.ca } };
}

// As the owner sees it among the devices.
async function addressSeen({ entrance, agent }) {
  const grant = await signIn(entrance, ann, { agent, headers: lies });
  const { json } = await request(entrance, 'GET', '/api/v1/sessions', { agent, bearer: grant.access_token });
  return json.sessions.find((session) => session.current).address;
}

for (const [what, kind, options] of [
  ['the PROXY protocol, and TLS to the end', 'haproxy', { tcp: true, env: { SIGNET_SERVER_PROXY_PROTOCOL: 'true' } }],
  ['the PROXY protocol, in the clear', 'haproxy', { tcp: true, plainHttp: true, env: { SIGNET_SERVER_PROXY_PROTOCOL: 'true' } }],
  ['X-Forwarded-For', 'haproxy', { plainHttp: true }],
  ['X-Forwarded-For', 'nginx', { plainHttp: true }],
  ['Forwarded', 'nginx', { plainHttp: true, header: 'Forwarded', env: { SIGNET_SERVER_FORWARDED_HEADER: 'Forwarded' } }],
]) {
  test(`Knows the client behind ${kind} by ${what}`, async () => {
    assert.equal(await addressSeen(await start(kind, options)), client);
  });
}

test('Ends what a declared proxy sends without announcing its client, and serves others as ever', async () => {
  const { signet, entrance, agent } = await start('haproxy', { plainHttp: true, env: { SIGNET_SERVER_PROXY_PROTOCOL: 'true' } });
  assert.equal((await request(entrance, 'GET', '/healthz', { agent })).status, 502, 'as HAProxy words it');
  assert.equal((await request(signet, 'GET', '/healthz')).status, 200);
  assert.ok(await signet.metric('signet_http_refused_total{listener="main",reason="proxy_header"}') >= 1);
  assert.match(signet.log(), /does not begin with a header of the PROXY protocol, version 2/);
});
