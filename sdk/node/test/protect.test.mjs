// Express, Fastify, and node:http answer alike: CHECKS B45.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import makeExpress from 'express';
import makeFastify from 'fastify';
import * as signet from '../dist/index.js';
import { until, withIssuer } from './world.mjs';

const kNeeds = { '/notes': {}, '/admin': { roles: ['admin'], scopes: ['notes:read', 'notes:write'] }, '/money': { whenStale: 'fail_closed' } };

const servers = {
  express(verifier) {
    const app = makeExpress();
    for (const [path, needs] of Object.entries(kNeeds)) app.get(path, signet.express(verifier, needs), (req, res) => res.json({ user: req.principal.userId }));
    return new Promise((resolve) => {
      const server = app.listen(0, 'localhost', () => resolve({ port: server.address().port, close: () => server.close() }));
    });
  },
  async fastify(verifier) {
    const app = makeFastify();
    for (const [path, needs] of Object.entries(kNeeds)) app.get(path, { onRequest: signet.fastify(verifier, needs) }, async (request) => ({ user: request.principal.userId }));
    await app.listen({ port: 0, host: 'localhost' });
    return { port: app.server.address().port, close: () => app.close() };
  },
  'fastify, for all routes'(verifier) {
    const app = makeFastify();
    for (const [path, needs] of Object.entries(kNeeds))
      app.register(async (scope) => {
        scope.addHook('preHandler', signet.fastify(verifier, needs));
        scope.get(path, async (request) => ({ user: request.principal.userId }));
      });
    return app.listen({ port: 0, host: 'localhost' }).then(() => ({ port: app.server.address().port, close: () => app.close() }));
  },
  'node:http'(verifier) {
    const server = http.createServer(async (request, response) => {
      const verdict = await signet.authorize(verifier, request, kNeeds[request.url.split('?')[0]]);
      if (!verdict.ok) return signet.refuse(response, verdict.refusal);
      response.end(JSON.stringify({ user: verdict.principal.userId }));
    });
    return new Promise((resolve) => server.listen(0, 'localhost', () => resolve({ port: server.address().port, close: () => server.close() })));
  },
};

// `headers` as they go over the wire, name and value by turns.
function get(port, path, headers = []) {
  return new Promise((resolve, reject) => {
    http
      .get({ port, host: 'localhost', path, headers: ['Host', 'localhost', 'Connection', 'close', ...headers] }, (answer) => {
        let text = '';
        answer.on('data', (piece) => (text += piece));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, json: JSON.parse(text) }));
      })
      .on('error', reject);
  });
}

for (const [name, serve] of Object.entries(servers))
  test(`${name} serves who may, and answers the others itself`, () =>
    withIssuer(async (world) => {
      const { issuer, clock } = world;
      const verifier = await world.verifier({ realm: 'notes' });
      const { port, close } = await serve(verifier);
      const ask = (path, ...headers) => get(port, path, headers);
      const refused = async (answer, status, error) => {
        const { status: was, headers, json } = await answer;
        assert.deepEqual([was, json.error], [status, error]);
        assert.deepEqual(Object.keys(json), ['error', 'error_description']);
        assert.match(headers['content-type'], /^application\/json/);
        return headers;
      };
      try {
        const token = await issuer.bearer();
        for (const scheme of ['Bearer', 'bearer', 'BEARER']) assert.deepEqual((await ask('/notes', 'Authorization', token.replace('Bearer', scheme))).json, { user: 'ann' });

        let headers = await refused(ask('/notes'), 401, 'missing_token');
        assert.equal(headers['www-authenticate'], 'Bearer realm="notes"');
        headers = await refused(ask(`/notes?access_token=${token.slice(7)}`), 401, 'missing_token');
        assert.equal(headers['www-authenticate'], 'Bearer realm="notes"', 'a token in the query is none');
        await refused(ask('/notes', 'Authorization', 'Basic YTpi'), 401, 'missing_token');
        headers = await refused(ask('/notes', 'Authorization', 'Bearer x'), 401, 'invalid_token');
        assert.equal(headers['www-authenticate'], 'Bearer realm="notes", error="invalid_token", error_description="The token is malformed."');
        for (const second of [token, 'Bearer x', 'Basic YTpi', '']) {
          headers = await refused(ask('/notes', 'Authorization', token, 'authorization', second), 400, 'invalid_request');
          assert.match(headers['www-authenticate'], /error="invalid_request"/);
        }

        const path = '/admin';
        headers = await refused(ask(path, 'Authorization', token), 403, 'insufficient_scope');
        assert.match(headers['www-authenticate'], /error="insufficient_scope".* scope="notes:read notes:write"$/);
        const almost = [{ roles: ['admin'] }, { scope: 'notes:read notes:write' }, { roles: ['admin'], scope: 'notes:read' }, { roles: ['Admin'], scope: 'notes:read notes:write' }];
        for (const more of almost) await refused(ask(path, 'Authorization', await issuer.bearer(more)), 403, 'insufficient_scope');
        const admin = await issuer.bearer({ roles: ['user', 'admin'], scope: 'notes:write notes:read', sid: 's2' });
        assert.equal((await ask(path, 'Authorization', admin)).status, 200);

        issuer.carry = () => [];
        clock.pass(30_000);
        assert.equal((await ask('/notes', 'Authorization', token)).status, 200);
        headers = await refused(ask('/money', 'Authorization', token), 503, 'unavailable');
        assert.deepEqual([headers['retry-after'], headers['www-authenticate']], ['1', undefined]);
        issuer.carry = (events) => events;
        clock.pass(10_000);
        await until('it is live', () => verifier.state === 'live');

        await issuer.revoke('session', 's2');
        await until('it is heard of', () => verifier.status().sequence === 1);
        headers = await refused(ask(path, 'Authorization', admin), 401, 'invalid_token');
        assert.match(headers['www-authenticate'], /The session has ended/);
      } finally {
        await close();
      }
    }));

test('what goes wrong in a handler of Express goes where its errors go', async () => {
  const broken = { realm: '', verify: () => Promise.reject(new Error('a bug')) };
  const errors = [];
  await signet.express(broken)({ headers: {}, rawHeaders: [] }, {}, (error) => errors.push(error.message));
  assert.deepEqual(errors, ['a bug']);
});

test('where there are no raw headers, a list of them is two', async () => {
  const verdict = await signet.authorize({ realm: '', verify: () => assert.fail() }, { headers: { authorization: ['Bearer a', 'Bearer b'] } });
  assert.equal(verdict.refusal.status, 400);
});

// ---- a policy with a typo in it

const kTypos = [
  [{ whenStale: 'failClosed' }, /^whenStale is neither fail_closed nor until_expiry$/],
  [{ whenStale: '' }, /^whenStale/],
  [{ whenstale: 'fail_closed' }, /^there is no option "whenstale"; there are roles, scopes, whenStale$/],
  [{ role: ['admin'] }, /no option "role"/],
  [{ scope: 'notes:write' }, /no option "scope"/],
  [{ roles: 'admin' }, /^roles is not a list of texts$/],
  [{ roles: [''] }, /^roles/],
  [{ roles: [undefined] }, /^roles/],
  [{ roles: null }, /^roles/],
  [{ roles: new Array(1) }, /^roles/],
  [{ scopes: 'notes:write' }, /^scopes is not a list of texts$/],
  [{ scopes: [['notes:write']] }, /^scopes/],
  [null, /^the options are no object$/],
  ['fail_closed', /^the options are no object$/],
];

test('a policy with a typo in it is refused where it is said, and nobody is let in by it', async () => {
  const verifier = { realm: '', verify: () => assert.fail('a token was looked at') };
  for (const [needs, message] of kTypos) {
    const expected = { name: 'OptionsError', message };
    assert.throws(() => signet.express(verifier, needs), expected, JSON.stringify(needs));
    assert.throws(() => signet.fastify(verifier, needs), expected, JSON.stringify(needs));
    await assert.rejects(signet.authorize(verifier, { headers: {} }, needs), expected, JSON.stringify(needs));
  }
});

test('so is one of verify(), before the token is looked at', () =>
  withIssuer(async (world) => {
    const verifier = await world.verifier();
    const token = await world.issuer.bearer();
    for (const options of [{ whenStale: 'failClosed' }, { whenstale: 'fail_closed' }, { whenStale: null }, null, 'fail_closed'])
      for (const header of [token, undefined]) await assert.rejects(verifier.verify(header, options), signet.OptionsError, JSON.stringify(options));
    assert.equal((await verifier.verify(token, { whenStale: undefined })).ok, true);
    assert.equal((await signet.authorize(verifier, { headers: { authorization: token } }, { roles: undefined, scopes: [], whenStale: undefined })).ok, true);
  }));

test('what a route asks for is what it said when it was made', async () => {
  const needs = { roles: ['admin'] };
  const verifier = { realm: '', verify: async () => ({ ok: true, principal: { hasRole: () => false } }) };
  const handler = signet.express(verifier, needs);
  needs.roles.pop();
  let status;
  await handler({ headers: {}, rawHeaders: [] }, { writeHead: (code) => (status = code), end: () => {} }, () => assert.fail('let in'));
  assert.equal(status, 403);
});
