// node_service.mjs - examples/verify_requests once more, by @signet/node:  node node_service.mjs ISSUER CA.pem PORT < credential
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { authorize, createVerifier, refuse } from '../../sdk/node/dist/index.js';

const [issuer, ca, port] = process.argv.slice(2);
const credential = readFileSync(0, 'utf8').trim();
const verifier = await createVerifier({ issuer, audience: issuer, credential, ca: readFileSync(ca, 'utf8'), degradedAfter: 2_000, staleAfter: 10_000 });
const policies = { 'GET /profile': 'until_expiry', 'POST /transfers': 'fail_closed' };

const server = http.createServer(async (request, response) => {
  if (request.url === '/metrics') return response.end(verifier.metrics());
  const verdict = await authorize(verifier, request, { whenStale: policies[`${request.method} ${request.url}`] });
  return verdict.ok ? response.end(`${verdict.principal.userId}\n`) : refuse(response, verdict.refusal);
});
server.listen(Number(port), '127.0.0.1');
