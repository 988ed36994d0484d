// refusal.ts - why a request is refused, in RFC 6750's terms.
import type { Cause } from './refused.ts';
import type { Kind } from './entry.ts';

// What was revoked that a token belongs to.
export type Revoked = Kind;

export interface Refusal {
  // 400 two tokens, 401, 403, or 503 while there is nothing to check with: no keys, no news of what is revoked
  readonly status: 400 | 401 | 403 | 503;
  readonly error: string; // 'invalid_token', …; empty when no token was sent (RFC 6750 3.1)
  readonly description: string; // one sentence, safe to show
  readonly wwwAuthenticate: string; // the value of that header; empty when status is 503
  readonly retryAfter?: number; // seconds, for that header; when status is 503
  readonly revoked?: Revoked; // what of the token was, when that is why
  readonly cause?: Cause; // for logs; when error is 'invalid_token' and nothing is revoked
}

// A forger learns nothing of the claims: they are looked at once the signature held.
const kSentences: Partial<Record<Cause, string>> = {
  token_too_large: 'The token is too long.',
  malformed_token: 'The token is malformed.',
  malformed_header: 'The token is malformed.',
  malformed_claims: 'The token is malformed.',
  unsupported_critical: 'The token asks for an extension that is not served here.',
  algorithm_not_allowed: 'The token names an algorithm that is not accepted.',
  algorithm_mismatch: 'The token names an algorithm that is not accepted.',
  unknown_key: 'The token is signed with a key that the issuer does not publish.',
  bad_signature: 'The signature does not match the token.',
  type_mismatch: 'The token is of another type than an access token.',
  issuer_mismatch: 'The token was issued by somebody else.',
  audience_mismatch: 'The token is meant for another service.',
  expired: 'The token has expired.',
  not_yet_valid: 'The token is not valid yet.',
  issued_in_the_future: 'The token is not valid yet.',
  missing_claim: 'The token lacks a claim, or has it in another type.',
  wrong_claim_type: 'The token lacks a claim, or has it in another type.',
};

const kRevokedSentences: Record<Revoked, string> = {
  session: 'The session has ended.',
  token: 'The token has been revoked.',
  user: "The account's tokens have been revoked.",
  client: "The client's tokens have been revoked.",
  key: 'The key that signed the token has been revoked.',
  everything: 'All tokens of that time have been revoked.',
};

// RFC 6750 3.1: who sent no token is told no error.
export function noToken(realm: string): Refusal {
  const description = 'A bearer token is needed.';
  return { status: 401, error: '', description, wwwAuthenticate: challenge({ realm }) };
}

export function invalidToken(cause: Cause, realm: string): Refusal {
  const description = kSentences[cause] ?? 'The token is not accepted.';
  return { ...challenged(401, 'invalid_token', description, { realm }), cause };
}

export function isRevoked(revoked: Revoked, realm: string): Refusal {
  return { ...challenged(401, 'invalid_token', kRevokedSentences[revoked], { realm }), revoked };
}

export function twoTokens(realm: string): Refusal {
  return challenged(400, 'invalid_request', 'There is more than one Authorization header.', { realm });
}

export function unavailable(description: string): Refusal {
  return { status: 503, error: 'unavailable', description, wwwAuthenticate: '', retryAfter: 1 };
}

// 403: the token is good, and its owner may not do this.
export function insufficientScope(needs: { roles?: readonly string[]; scopes?: readonly string[] }, realm = ''): Refusal {
  const { roles = [], scopes = [] } = needs;
  const named = [roles.length ? `roles: ${roles.join(' ')}` : '', scopes.length ? `scopes: ${scopes.join(' ')}` : ''];
  const description = `Needs ${named.filter(Boolean).join('; ')}.`;
  return challenged(403, 'insufficient_scope', description, { realm, scope: scopes.join(' ') });
}

function challenged(status: Refusal['status'], error: string, description: string, more: { realm: string; scope?: string }): Refusal {
  const { realm, scope = '' } = more;
  return { status, error, description, wwwAuthenticate: challenge({ realm, error, error_description: description, scope }) };
}

// RFC 6750 3: the characters allowed in a value; they need no escaping.
function challenge(attributes: Record<string, string>): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}="${value.replace(/[^ -~]|["\\]/gu, '?')}"`);
  return written.length ? `Bearer ${written.join(', ')}` : 'Bearer';
}
