// refused.ts - why something that came from outside is not believed, as one stable word.

// Spelled as the C++ library spells them.
export type Cause =
  | 'token_too_large'
  | 'malformed_token' // not three parts of canonical base64url
  | 'malformed_header'
  | 'unsupported_critical' // "crit" or "b64" is there: no extension is served
  | 'algorithm_not_allowed'
  | 'unknown_key' // no key has this kid; no other key is tried
  | 'algorithm_mismatch' // that key serves another algorithm
  | 'bad_signature'
  | 'malformed_claims'
  | 'type_mismatch'
  | 'missing_claim'
  | 'wrong_claim_type'
  | 'issuer_mismatch'
  | 'audience_mismatch'
  | 'expired'
  | 'not_yet_valid'
  | 'issued_in_the_future'
  // of a key set
  | 'malformed_key'
  | 'weak_key'
  | 'duplicate_kid'
  | 'key_not_for_this_use';

// Thrown within the package only: verify() gives a Refusal.
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: Cause;
  readonly detail: string; // for logs; never the token's own text

  constructor(code: Cause, detail = '') {
    super(detail ? `${code}: ${detail}` : code);
    this.code = code;
    this.detail = detail;
  }
}

export function refuse(code: Cause, detail?: string): never {
  throw new Refused(code, detail);
}
