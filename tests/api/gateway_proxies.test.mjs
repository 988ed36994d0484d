// What the configurations of deploy/gateway let through, whatever a client sends and however they fail.
import assert from 'node:assert/strict';
import tls from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { isMissing, startProxy, startService, startYes } from './gateway.mjs';
import { request } from './harness.mjs';

describe('HAProxy passes nothing on but what its script has allowed', { skip: isMissing('haproxy') }, () => {
  let service;
  before(async () => { service = await startService(); });
  after(() => service.stop());
  // With a proxy of its own.
  const through = async (options, work) => {
    const gateway = await startYes(options);
    let proxy;
    try {
      proxy = await startProxy('haproxy', { gateway, service, ...options });
      service.seen.length = 0;
      await work(proxy);
    } finally {
      await proxy?.stop();
      await gateway.stop();
    }
  };

  test('where the script fails', async () => {
    const first = 'core.register_action("signet_decide", { "http-req" }, function(txn)\n';
    await through({ replacements: { 'signet.lua': [[first, `${first}    error("broken")\n`]] } }, async (proxy) => {
      assert.equal((await request(proxy, 'GET', '/page')).status, 503);
      assert.match(proxy.said, /broken/);
    });
    assert.equal(service.seen.length, 0);
  });

  test('where HAProxy cuts the script off, since the client has said all it has to say', async () => {
    const aborts = [['frontend app', 'defaults\n    option abortonclose\n\nfrontend app'], ['backend app\n', 'backend app\n    no option abortonclose\n']];
    await through({ replacements: { 'haproxy.cfg': aborts } }, async (proxy) => {
      const status = await new Promise((resolve, reject) => {
        const socket = tls.connect({ port: proxy.port, host: 'localhost', ca: proxy.ca, ALPNProtocols: ['http/1.1'], allowHalfOpen: true });
        let text = '';
        socket.on('secureConnect', () => socket.end('GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n'));
        socket.on('data', (part) => { text += part; });
        socket.on('error', reject);
        socket.on('end', () => resolve(Number(text.match(/^HTTP\/1\.1 (\d+)/)?.[1])));
      });
      assert.equal(status, 503);
    });
    assert.equal(service.seen.length, 0);
  });

  test('where its buffer has no room for who somebody is', async () => {
    await through({ roles: 'r'.repeat(3000) }, async (proxy) => {
      assert.equal((await request(proxy, 'GET', '/page', { headers: { 'x-pad': 'a'.repeat(9_000) } })).json.headers['x-signet-roles'].length, 3000);
      service.seen.length = 0;
      assert.equal((await request(proxy, 'GET', '/page', { headers: { 'x-pad': 'a'.repeat(14_000) } })).status, 503);
    });
    assert.equal(service.seen.length, 0);
  });
});
