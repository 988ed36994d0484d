import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceName } from '../dist/tested/device.js';

const kChrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

const agents = {
  'Firefox on Linux': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Firefox on Windows': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Firefox on iPhone': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/128.0 Mobile/15E148 Safari/605.1.15',
  'Chrome on Mac': `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${kChrome}`,
  'Chrome on Android': `Mozilla/5.0 (Linux; Android 10; K) ${kChrome.replace('Safari', 'Mobile Safari')}`,
  'Chrome on ChromeOS': `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${kChrome}`,
  'Chrome (headless) on Linux': `Mozilla/5.0 (X11; Linux x86_64) ${kChrome.replace('Chrome', 'HeadlessChrome')}`,
  'Edge on Windows': `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${kChrome} Edg/126.0.0.0`,
  'Opera on Windows': `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${kChrome} OPR/112.0.0.0`,
  'Samsung Internet on Android': `Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`,
  'Safari on Mac': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'Safari on iPhone': 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Safari on iPad': 'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
  curl: 'curl/7.88.1',
  'python-requests': 'python-requests/2.31.0',
  'My Notes App': 'My Notes App/3.1 (build 7)',
  Android: 'Mozilla/5.0 (Linux; Android 14)',
};

for (const [name, agent] of Object.entries(agents)) test(name, () => assert.equal(deviceName(agent), name));

test('what is nothing known is called that', () => {
  for (const agent of ['', ' ', '/', '<script>alert(1)</script>', 'x'.repeat(5000), 'Mozilla/5.0', '\u202e/1'])
    assert.equal(deviceName(agent), 'Unknown device', agent.slice(0, 40));
});
