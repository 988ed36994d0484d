// What a server tells about itself: metrics, the dashboard and alerts over them, and log lines that name their request.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ann, refresh, request, root, run, signIn, startWithAnn, until } from './harness.mjs';

let signet;
before(async () => {
  signet = await startWithAnn({ env: { SIGNET_LOG_LEVEL: 'debug', SIGNET_LOG_FORMAT: 'json' } });
  await run(['receiver', 'add', 'notes', '--url', 'http://127.0.0.1:9/', '--audience', 'notes', '--data', signet.dataDir]);
  await until('its metrics', async () => (await series()).some(({ labels }) => labels.receiver === 'notes'));
  const { refresh_token: token, access_token: bearer } = await signIn(signet);
  await refresh(signet, token);
  await request(signet, 'POST', '/api/v1/login', { json: { email: ann.email, password: 'not the words of ann' } });
  await request(signet, 'GET', '/api/v1/me', { bearer });
  await request(signet, 'POST', '/login', { body: 'email=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
});
after(() => signet.stop());

// Every series of /metrics: {name, labels}.
async function series() {
  const { text } = await request({ url: signet.adminUrl }, 'GET', '/metrics');
  return text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const [, name, labels] = line.match(/^([a-z_]+)(?:\{(.*)\})? /);
    return { name, labels: Object.fromEntries([...(labels ?? '').matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])) };
  });
}

const dashboard = () => JSON.parse(readFileSync(path.join(root, 'deploy/grafana/signet.json'), 'utf8'));
const alerts = () => JSON.parse(execFileSync('/usr/bin/python3', ['-c', 'import json,sys,yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))',
  path.join(root, 'deploy/prometheus/alerts.yml')]));
const expressions = () => [
  ...dashboard().panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: `panel ${title}`, expr }))),
  ...alerts().groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ where: `alert ${alert}`, expr }))),
];

test('The dashboard and the alert rules name what /metrics has, and no other metric or label', async () => {
  const there = await series();
  const all = expressions();
  assert.ok(all.length > 30);
  for (const { where, expr } of all) {
    const uses = [...expr.matchAll(/\b((?:signet|process)_[a-z_]+)(?:\{([^}]*)\})?/g)];
    assert.notEqual(uses.length, 0, where);
    for (const [, name, matchers] of uses) {
      const mine = there.filter((one) => one.name === name);
      assert.notEqual(mine.length, 0, `${where}: ${name}`);
      const has = (label, holds) => mine.some(({ labels }) => label in labels && holds(labels[label]));
      for (const [, label, operator, value] of (matchers ?? '').matchAll(/([a-z_]+)(=~|=)"([^"]*)"/g)) {
        assert.ok(has(label, () => true), `${where}: ${name} has no label ${label}`);
        // What status codes there were is not known before; every other label has all its values from the start.
        if (label === 'status') continue;
        for (const each of operator === '=' ? [value] : value.split('|')) assert.ok(has(label, (found) => found === each), `${where}: ${label}="${each}"`);
      }
      for (const label of (expr.match(/ by \(([^)]*)\)/)?.[1] ?? '').split(',').map((text) => text.trim()).filter(Boolean))
        assert.ok(has(label, () => true), `${where}: ${name} has no label ${label}`);
    }
  }
});

test('Every metric is on the dashboard', async () => {
  const shown = new Set(dashboard().panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\b(?:signet|process)_[a-z_]+/g))).map((name) => name.replace(/_bucket$/, '')));
  const names = new Set((await series()).map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
  assert.deepEqual([...names].filter((name) => !shown.has(name)), []);
});

// CHECKS E35
test('What strangers send makes no new series', async () => {
  const count = async () => (await series()).length;
  for (const target of ['/nothing/here', '/api/v1/sessions/0']) await request(signet, 'GET', target);
  const before = await count();
  for (let i = 0; i < 40; i++) {
    await request(signet, 'GET', `/nothing/${i}`);
    await request(signet, 'GET', `/api/v1/sessions/${i}`, { headers: { 'user-agent': `robot ${i}`, traceparent: `00-${'0'.repeat(30)}${10 + i}-b7ad6b7169203331-01` } });
  }
  assert.equal(await count(), before);
});

test('Queues, pools, commits, keys, the certificate, and the process are measured', async () => {
  const value = (name) => signet.metric(name);
  assert.ok(await value('signet_pool_run_seconds_count{pool="hashing"}') >= 2);
  assert.ok(await value('signet_pool_wait_seconds_count{pool="storage"}') >= 1);
  assert.ok(await value('signet_storage_commit_seconds_count') >= 3);
  const age = await value('signet_signing_key_age_seconds');
  assert.ok(age > 0 && age < 600, `${age}`);
  assert.ok(await value('signet_certificate_expires_seconds') > Date.now() / 1000 + 300 * 86_400);
  assert.ok(await value('process_resident_memory_bytes') > 10_000_000);
  assert.ok(await value('process_open_fds') > 5);
  for (const name of ['signet_shed_total{pool="hashing",reason="queue_full"}', 'signet_shed_total{pool="storage",reason="waited_too_long"}']) assert.equal(await value(name), 0);
  assert.ok(await value('signet_maintenance_total{result="done",task="publishing revocations"}') >= 0);
});

// The last of them is written before the answer, and read after it.
async function linesOf({ headers: { 'x-request-id': id } }) {
  const lines = () => signet.errors.split('\n').slice(0, -1).map((line) => JSON.parse(line)).filter(({ request: of }) => of === id);
  await until('the lines of a request', () => lines().some(({ message }) => message === 'request'));
  return lines();
}

test('Every line that a request causes names it, and the trace that it came with', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const traceparent = `00-${trace}-b7ad6b7169203331-01`;
  const answer = await request(signet, 'GET', '/api/v1/me', { bearer: 'no.good.token', headers: { traceparent } });
  assert.equal(answer.status, 401);
  const lines = await linesOf(answer);
  assert.ok(lines.some(({ message }) => message === 'bearer token refused'), 'from the guard');
  assert.ok(lines.some(({ message }) => message === 'request'));
  for (const line of lines) assert.equal(line.trace, trace, JSON.stringify(line));
  assert.match(answer.headers.traceresponse, new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`));

  // From a thread of a pool, and without a trace.
  const refused = await refresh(signet, 'srt_nothing');
  const after = await linesOf(refused);
  assert.ok(after.some(({ message }) => message === 'refused') && after.some(({ message }) => message === 'request'));
  assert.ok(after.every(({ trace: none }) => none === undefined));
  assert.equal(refused.headers.traceresponse, undefined);
});

test('A traceparent that is not to the letter is as none', async () => {
  const id = '0af7651916cd43dd8448eb211c80319c';
  for (const traceparent of [`ff-${id}-b7ad6b7169203331-01`, `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `00-${id}-${'0'.repeat(16)}-01`,
    `00-${id.toUpperCase()}-b7ad6b7169203331-01`, `00-${id}-b7ad6b7169203331-01-x`, `00-${id}-b7ad6b7169203331`, 'x']) {
    const answer = await request(signet, 'GET', '/healthz', { headers: { traceparent } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.traceresponse, undefined, traceparent);
    assert.ok((await linesOf(answer)).every(({ trace }) => trace === undefined));
  }
});
