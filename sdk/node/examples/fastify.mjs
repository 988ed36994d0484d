import fastify from 'fastify';
import * as signet from '@signet/node';

const verifier = await signet.createVerifier({
  issuer: process.env.SIGNET_ISSUER,
  audience: process.env.SIGNET_ISSUER,
  credential: process.env.SIGNET_CREDENTIAL,
});

const app = fastify();
app.get('/notes', { onRequest: signet.fastify(verifier) }, async (request) => {
  return { owner: request.principal.userId, notes: [] };
});
app.delete('/notes', { onRequest: signet.fastify(verifier, { roles: ['admin'], whenStale: 'fail_closed' }) }, async (request, reply) => {
  return reply.code(204).send();
});

await app.listen({ port: process.env.PORT ?? 3000 });
console.log(app.server.address().port);
