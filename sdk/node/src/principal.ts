// principal.ts - who a verified request speaks for.

export interface Facts {
  userId: string;
  sessionId: string;
  email: string;
  name: string;
  roles: readonly string[];
  scopes: readonly string[];
  clientId: string;
  tokenId: string;
  keyId: string;
  issuedAt: number; // milliseconds since 1970
  expiresAt: number;
}

// Made by verify() alone. Holds no secret: safe to log. One object serves all
// requests that come with the same token, so nothing in it can be changed.
export class Principal {
  readonly userId: string; // "sub", never the client's own id
  readonly sessionId: string; // "sid"; empty when the token has none, like the next two
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[]; // "scope", split at spaces
  readonly clientId: string;
  readonly tokenId: string; // "jti"
  readonly keyId: string; // "kid" of the key that signed the token
  readonly #issuedAt: number;
  readonly #expiresAt: number;

  constructor(facts: Facts) {
    this.userId = facts.userId;
    this.sessionId = facts.sessionId;
    this.email = facts.email;
    this.name = facts.name;
    this.roles = Object.freeze([...facts.roles]);
    this.scopes = Object.freeze([...facts.scopes]);
    this.clientId = facts.clientId;
    this.tokenId = facts.tokenId;
    this.keyId = facts.keyId;
    this.#issuedAt = facts.issuedAt;
    this.#expiresAt = facts.expiresAt;
    Object.freeze(this);
  }

  get issuedAt(): Date {
    return new Date(this.#issuedAt);
  }

  get expiresAt(): Date {
    return new Date(this.#expiresAt);
  }

  // Exact match, case included.
  hasRole(role: string): boolean {
    return this.roles.includes(role);
  }

  hasScope(scope: string): boolean {
    return this.scopes.includes(scope);
  }

  // One line for a log. Nothing of what a token says can end it, or look like another part of it.
  toString(): string {
    const parts = { user: this.userId, session: this.sessionId, client: this.clientId, token: this.tokenId };
    return Object.entries(parts)
      .filter(([, value]) => value)
      .map(([name, value]) => `${name}=${quoted(value)}`)
      .join(' ');
  }

  toJSON(): object {
    return { ...this, issuedAt: this.issuedAt, expiresAt: this.expiresAt };
  }

  [Symbol.for('nodejs.util.inspect.custom')](depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    return depth < 0 ? '[Principal]' : `Principal ${inspect(this.toJSON(), options)}`;
  }
}

// Visible ASCII as it stands, and everything else so that it is.
function quoted(text: string): string {
  const safe = text.replace(/[^ -~]|["\\]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return `"${safe}"`;
}
