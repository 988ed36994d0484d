// consumer.ts - what an application writes, held against the types of Express, Fastify, and Node. Never run.
import { createServer } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import * as signet from '@signet/node';

declare module 'fastify' {
  interface FastifyRequest {
    principal?: signet.Principal;
  }
}

const verifier: signet.Verifier = await signet.createVerifier({ issuer: 'https://id.example.com', audience: 'x', credential: 'y', onState: ({ state }) => console.log(state) });

const app = express();
app.use(signet.express(verifier));
app.get('/', signet.express(verifier, { roles: ['admin'] }), (req, res) => {
  const user: string | undefined = req.principal?.userId;
  res.json({ user });
});

const other = fastify();
other.addHook('onRequest', signet.fastify(verifier));
other.get('/', { preHandler: signet.fastify(verifier, { scopes: ['read'], whenStale: 'fail_closed' }) }, async (request) => request.principal?.roles);

createServer(async (request, response) => {
  const verdict = await signet.authorize(verifier, request);
  if (!verdict.ok) return signet.refuse(response, verdict.refusal);
  response.end(verdict.principal.expiresAt.toISOString());
});

const verdict: signet.Verdict = await verifier.verify(undefined, { whenStale: 'until_expiry' });
if (!verdict.ok && verdict.refusal.revoked === 'session') console.log(verdict.refusal.retryAfter ?? 0);

// @ts-expect-error: a Principal is made by verify() alone
new signet.Principal();
// @ts-expect-error: and nobody changes one
if (verdict.ok) verdict.principal.userId = 'root';
// @ts-expect-error: there is no such policy
void verifier.verify('', { whenStale: 'open' });
// @ts-expect-error: nor such an algorithm
void signet.createVerifier({ issuer: 'x', audience: 'y', algorithms: ['HS256'] });
