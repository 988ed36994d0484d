// protect.ts - a verifier in front of a server's routes: Express, Fastify, and anything else.
//
// The frameworks' types are told by their shape, so that neither need be installed.
import { checkNames, checkTexts, checkWhenStale, type WhenStale } from './options.ts';
import type { Principal } from './principal.ts';
import { insufficientScope, type Refusal, twoTokens } from './refusal.ts';
import type { Verdict, Verifier } from './verifier.ts';

// What a route asks for besides a good token: all of these.
export interface Needs {
  roles?: readonly string[];
  scopes?: readonly string[];
  whenStale?: WhenStale; // the verifier's own without it
}

// As node:http, Express, and Fastify's `request.raw` have it. A token anywhere else is not looked for.
export interface IncomingRequest {
  readonly headers: { readonly authorization?: string | string[] | undefined };
  readonly rawHeaders?: readonly string[];
}

// For any server: whether this request may be served. Throws OptionsError, as express() and
// fastify() do when they are called: `needs` with a typo must not be a route without them.
export async function authorize(verifier: Verifier, request: IncomingRequest, needs: Needs = {}): Promise<Verdict> {
  return judge(verifier, request, checkNeeds(needs));
}

interface CheckedNeeds {
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly whenStale: WhenStale | undefined;
}

function checkNeeds(needs: Needs): CheckedNeeds {
  checkNames(needs, ['roles', 'scopes', 'whenStale']);
  const { roles = [], scopes = [], whenStale } = needs;
  return { roles: checkTexts('roles', roles), scopes: checkTexts('scopes', scopes), whenStale: checkWhenStale(whenStale) };
}

async function judge(verifier: Verifier, request: IncomingRequest, { roles, scopes, whenStale }: CheckedNeeds): Promise<Verdict> {
  if (authorizations(request) > 1) return { ok: false, refusal: twoTokens(verifier.realm) };
  const verdict = await verifier.verify(String(request.headers.authorization ?? ''), whenStale && { whenStale });
  if (!verdict.ok) return verdict;
  const { principal } = verdict;
  const has = roles.every((role) => principal.hasRole(role)) && scopes.every((scope) => principal.hasScope(scope));
  return has ? verdict : { ok: false, refusal: insufficientScope({ roles, scopes }, verifier.realm) };
}

// Node keeps the first of two Authorization headers and drops the other, so they are counted as they came.
function authorizations({ headers, rawHeaders }: IncomingRequest): number {
  if (!rawHeaders) return [headers.authorization ?? []].flat().length;
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization').length;
}

// What a refused request is answered with.
export function answerTo({ status, error, description, wwwAuthenticate, retryAfter }: Refusal): {
  status: number;
  headers: Record<string, string>;
  body: string;
} {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(wwwAuthenticate && { 'www-authenticate': wwwAuthenticate }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify({ error: error || 'missing_token', error_description: description }),
  };
}

// ---- node:http

export interface OutgoingResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

export function refuse(response: OutgoingResponse, refusal: Refusal): void {
  const { status, headers, body } = answerTo(refusal);
  response.writeHead(status, headers);
  response.end(body);
}

// ---- Express

export type ExpressHandler = (
  request: IncomingRequest & { principal?: Principal },
  response: OutgoingResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

// Sets req.principal, or answers the request itself.
export function express(verifier: Verifier, needs: Needs = {}): ExpressHandler {
  const checked = checkNeeds(needs);
  return async (request, response, next) => {
    let verdict: Verdict;
    try {
      verdict = await judge(verifier, request, checked);
      if (!verdict.ok) return refuse(response, verdict.refusal);
    } catch (error) {
      return next(error);
    }
    request.principal = verdict.principal;
    next();
  };
}

// ---- Fastify

export interface FastifyReply {
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
}

export type FastifyHook = (
  request: { readonly raw: IncomingRequest; principal?: Principal },
  reply: FastifyReply,
) => Promise<unknown>;

// For onRequest, before the body is read, or preHandler; for a route, or by addHook() for all of
// them. Sets request.principal, or answers the request itself.
export function fastify(verifier: Verifier, needs: Needs = {}): FastifyHook {
  const checked = checkNeeds(needs);
  return async (request, reply) => {
    const verdict = await judge(verifier, request.raw, checked);
    if (verdict.ok) {
      request.principal = verdict.principal;
      return undefined;
    }
    const { status, headers, body } = answerTo(verdict.refusal);
    reply.code(status);
    reply.headers(headers);
    reply.send(body);
    return reply; // Fastify: the request is answered
  };
}

declare global {
  namespace Express {
    interface Request {
      principal?: Principal;
    }
  }
}
