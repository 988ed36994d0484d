// @signet/node - checks Signet's access tokens in a Node server.
//
//     import * as signet from '@signet/node';
//
//     const verifier = await signet.createVerifier({
//       issuer: 'https://id.example.com',
//       audience: 'https://id.example.com',
//       credential: process.env.SIGNET_CREDENTIAL, // of `signet verifier add NAME`
//     });
//
//     app.use('/notes', signet.express(verifier));
//     app.use('/admin', signet.express(verifier, { roles: ['admin'], whenStale: 'fail_closed' }));
//
// Keys are fetched and refreshed in the background, and what is revoked is heard of as it
// happens; checking a request asks nobody.
export { createVerifier, type Verdict, type Verifier } from './verifier.ts';
export { OptionsError, type StateReport, type VerifierOptions, type WhenStale } from './options.ts';
export type { Principal } from './principal.ts';
export { insufficientScope, type Refusal, type Revoked } from './refusal.ts';
export type { Cause } from './refused.ts';
export type { State } from './freshness.ts';
export type { VerifierStatus } from './status.ts';
export type { Algorithm } from './algorithms.ts';
export type { Environment } from './environment.ts';
export {
  answerTo,
  authorize,
  express,
  fastify,
  refuse,
  type ExpressHandler,
  type FastifyHook,
  type FastifyReply,
  type IncomingRequest,
  type Needs,
  type OutgoingResponse,
} from './protect.ts';
