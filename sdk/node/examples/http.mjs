import { createServer } from 'node:http';
import * as signet from '@signet/node';

const verifier = await signet.createVerifier({
  issuer: process.env.SIGNET_ISSUER,
  audience: process.env.SIGNET_ISSUER,
  credential: process.env.SIGNET_CREDENTIAL,
});

const server = createServer(async (request, response) => {
  const needs = request.method === 'DELETE' ? { roles: ['admin'], whenStale: 'fail_closed' } : {};
  const verdict = await signet.authorize(verifier, request, needs);
  if (!verdict.ok) return signet.refuse(response, verdict.refusal);
  if (request.method === 'DELETE') return response.writeHead(204).end();
  response.end(JSON.stringify({ owner: verdict.principal.userId, notes: [] }));
});

server.listen(process.env.PORT ?? 3000, () => console.log(server.address().port));
