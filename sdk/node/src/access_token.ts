// access_token.ts - what an access token must say to be taken. RFC 9068 4, RFC 8725.
//
// Knows:  the claims, which types they have, how they stand to the policy and the time.
// Knows nothing of:  keys, signatures, what is revoked.
import { isOfType, type SignedText } from './jws.ts';
import { Principal } from './principal.ts';
import { refuse } from './refused.ts';
import { type Json, type JsonObject, member } from './strict_json.ts';
import { tokenTime } from './token_time.ts';

export const kLargestToken = 8 * 1024; // characters

export interface Policy {
  readonly issuer: string;
  readonly audience: string;
  readonly clockSkew: number; // milliseconds
}

// A token whose signature, type, issuer, and audience held. All times in milliseconds since 1970.
export interface AccessToken {
  readonly principal: Principal;
  readonly notBefore: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly time: number; // what is held against "all until some time"
}

// Times are for checkTimes() to look at, each time that the token comes. Throws Refused.
export function readAccessToken(signed: SignedText, claims: JsonObject, { issuer, audience }: Policy): AccessToken {
  if (!isOfType(signed, 'at+jwt')) refuse('type_mismatch');
  const times = readTimes(claims);
  const facts = {
    userId: requiredText(claims, 'sub'),
    clientId: requiredText(claims, 'client_id'),
    tokenId: requiredText(claims, 'jti'),
    sessionId: optionalText(claims, 'sid'),
    email: optionalText(claims, 'email'),
    name: optionalText(claims, 'name'),
    roles: optionalList(claims, 'roles'),
    scopes: optionalText(claims, 'scope').split(' ').filter(Boolean), // RFC 6749 3.3
    keyId: signed.kid,
  };
  // RFC 9068 2.2: where no user is involved, "sub" names the client. Such a token
  // must not pass for a user of that name. (CHECKS A36)
  if (facts.userId === facts.clientId) refuse('missing_claim', 'sub');
  if (requiredText(claims, 'iss') !== issuer) refuse('issuer_mismatch');
  if (!audiences(claims).includes(audience)) refuse('audience_mismatch');
  return { principal: new Principal({ ...facts, ...times }), ...times, time: tokenTime(facts.tokenId, times.issuedAt) };
}

// RFC 7519 4.1.4: expired from the moment that "exp" names. Throws Refused.
export function checkTimes(token: AccessToken, now: number, clockSkew: number): void {
  if (now >= token.expiresAt + clockSkew) refuse('expired');
  if (now < token.notBefore - clockSkew) refuse('not_yet_valid');
  if (now < token.issuedAt - clockSkew) refuse('issued_in_the_future');
}

function readTimes(claims: JsonObject): { notBefore: number; issuedAt: number; expiresAt: number } {
  return {
    expiresAt: findDate(claims, 'exp') ?? refuse('missing_claim', 'exp'),
    issuedAt: findDate(claims, 'iat') ?? refuse('missing_claim', 'iat'),
    notBefore: findDate(claims, 'nbf') ?? 0,
  };
}

// RFC 7519 2, NumericDate: seconds, perhaps with a fraction. In milliseconds.
function findDate(claims: JsonObject, name: string): number | undefined {
  const seconds = member(claims, name);
  if (seconds === undefined) return undefined;
  if (typeof seconds !== 'number') refuse('wrong_claim_type', name);
  if (!(seconds >= 0 && seconds <= Number.MAX_SAFE_INTEGER)) refuse('malformed_claims', name);
  return seconds * 1000;
}

function audiences(claims: JsonObject): string[] {
  const audience = member(claims, 'aud');
  if (audience === undefined) refuse('missing_claim', 'aud');
  if (typeof audience === 'string') return [audience];
  return isListOfTexts(audience) ? audience : refuse('wrong_claim_type', 'aud');
}

function requiredText(claims: JsonObject, name: string): string {
  return optionalText(claims, name) || refuse('missing_claim', name);
}

function optionalText(claims: JsonObject, name: string): string {
  const text = member(claims, name) ?? (Object.hasOwn(claims, name) ? null : '');
  return typeof text === 'string' ? text : refuse('wrong_claim_type', name);
}

function optionalList(claims: JsonObject, name: string): string[] {
  const list = Object.hasOwn(claims, name) ? claims[name] : [];
  return isListOfTexts(list) ? list : refuse('wrong_claim_type', name);
}

function isListOfTexts(list: Json | undefined): list is string[] {
  return Array.isArray(list) && list.every((item) => typeof item === 'string');
}
