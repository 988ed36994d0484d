// What the configurations of deploy/gateway let through, whatever a client sends and however they fail.
import assert from 'node:assert/strict';
import tls from 'node:tls';
import { after, before, describe, test } from 'node:test';
import { isMissing, proxyNames, startProxy, startService, startYes } from './gateway.mjs';
import { request } from './harness.mjs';

for (const name of proxyNames) {
  describe(`through ${name}`, { skip: isMissing(name) }, () => {
    let gateway, service, proxy;
    before(async () => {
      gateway = await startYes();
      service = await startService({ upgrades: true });
      proxy = await startProxy(name, { gateway, service });
    });
    after(async () => {
      await proxy?.stop();
      await gateway?.stop();
      await service?.stop();
    });

    // GET /page with these lines; gives the status, and what came back through the tunnel that was opened.
    const send = (lines) => new Promise((resolve, reject) => {
      service.seen.length = 0;
      const socket = tls.connect({ port: proxy.port, host: 'localhost', servername: 'localhost', ca: proxy.ca, ALPNProtocols: ['http/1.1'] }, () => {
        socket.write(`GET /page HTTP/1.1\r\nHost: localhost:${proxy.port}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
      });
      let text = '';
      let isOpen = false;
      socket.on('data', (part) => {
        text += part;
        const [, status, rest] = text.match(/^HTTP\/1\.1 (\d+)[^]*?\r\n\r\n([^]*)$/) ?? [];
        if (status === '101' && !isOpen) {
          isOpen = true;
          socket.write('through the tunnel');
        }
        if (!status || (isOpen && !rest)) return;
        socket.destroy();
        resolve({ status: Number(status), tunnelled: isOpen ? rest : '' });
      });
      socket.on('error', reject);
    });

    test('no tunnel is opened but a WebSocket\'s', async () => {
      const websocket = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA=='];
      const settings = ['HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'];
      for (const upgrades of [['h2c'], ['H2C'], ['TLS/1.0'], ['websocket, h2c'], ['h2c, websocket'], ['websocket', 'h2c'], ['h2c', 'websocket'], ['x-websocket']]) {
        const { status } = await send(['Connection: Upgrade, HTTP2-Settings', ...upgrades.map((each) => `Upgrade: ${each}`), ...settings, ...websocket]);
        // nginx hands on no Upgrade at all.
        assert.equal(status, name === 'nginx' ? 200 : 400, `${upgrades}`);
        assert.ok(service.seen.every(({ upgrade, headers }) => !upgrade && !headers.upgrade), `${upgrades}`);
      }
      for (const spelling of name === 'nginx' ? [] : ['websocket', 'WebSocket']) {
        const opened = await send(['Connection: Upgrade', `Upgrade: ${spelling}`, ...websocket]);
        assert.deepEqual(opened, { status: 101, tunnelled: 'through the tunnel' }, spelling);
        assert.equal(service.seen[0].headers['x-signet-user'], 'ann');
      }
    });

    // CHECKS E7: a proxy drops what Connection names.
    test('Connection takes nothing away of who somebody is', async () => {
      for (const dropped of ['X-Signet-User', 'close, x-signet-roles', 'X-SIGNET-SESSION,close', 'Authorization', 'X-Signet-Authorization'])
        for (const lines of [[`Connection: ${dropped}`], ['Connection: keep-alive', `Connection: ${dropped}`], [`Connection: ${dropped}`, 'Connection: keep-alive']]) {
          const { status } = await send(lines);
          assert.equal(status, name === 'nginx' ? 200 : 400, `${lines}`);
          for (const { headers } of service.seen) {
            assert.equal(headers['x-signet-user'], 'ann', `${lines}`);
            assert.doesNotMatch(headers.connection ?? '', /signet|authorization/i, 'nor by whoever comes next');
          }
        }
      for (const harmless of ['close', 'keep-alive', 'TE, close', 'X-Other']) assert.equal((await send([`Connection: ${harmless}`])).status, 200, harmless);
      assert.equal(service.seen.at(-1).headers['x-signet-user'], 'ann');
    });
  });
}

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
