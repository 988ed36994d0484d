// events.ts - what a session tells those who listen.
//
// Each event is something that happened, told when it happened. Passwords are
// never in one; tokens are cut to their first letters.

export interface User {
  id: string;
  email: string;
  name: string | null;
  roles: string[];
}

// `starting`: whether somebody is signed in is not known yet.
export type SessionState = 'starting' | 'signed-in' | 'signed-out';

export interface Change {
  state: SessionState;
  user: User | null;
}

interface Happened {
  at: number; // milliseconds on the page's monotonic clock
}

interface Exchanged extends Happened {
  exchange: number; // the same number on a request and on what came of it
  method: string;
  url: string;
  requestHeaders: Record<string, string>;
  requestBody: unknown; // parsed where it is JSON, undefined where it was not looked at
}

export type SessionEvent =
  | (Exchanged & { type: 'request' })
  | (Exchanged & {
      type: 'answer';
      status: number;
      ms: number;
      responseHeaders: Record<string, string>; // those that the browser lets a script read
      responseBody: unknown; // only of Signet's own answers
      // Only with SessionOptions.readable: a copy of the answer's text, for showing it.
      read?: () => Promise<string>;
    })
  | (Exchanged & { type: 'failure'; ms: number; reason: string }) // no answer came
  | (Happened & { type: 'waiting'; reason: 'offline' | 'busy' | 'unreachable'; seconds: number | null })
  | (Happened & { type: 'signed-in'; user: User; sessionId: string; expiresIn: number })
  // `handed-over`: another tab of this origin renewed, and shared what it got.
  | (Happened & { type: 'refresh'; by: 'this-tab' | 'handed-over'; sessionId: string; expiresIn: number })
  | (Happened & { type: 'signed-out'; reason: 'asked' | 'elsewhere' | 'ended' });

const kSecretMembers = new Set(['password', 'current_password', 'new_password', 'access_token', 'refresh_token']);

export function masked(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, kSecretMembers.has(name) ? maskedSecret(name, value) : value]),
  );
}

export function maskedHeaders(headers: Headers): Record<string, string> {
  const shown: Record<string, string> = {};
  headers.forEach((value, name) => {
    const [scheme, token] = value.split(' ', 2);
    shown[name] = name === 'authorization' && token ? `${scheme} ${cut(token)}` : value;
  });
  return shown;
}

function maskedSecret(name: string, value: unknown): string {
  return name.endsWith('_token') && typeof value === 'string' ? cut(value) : '••••••••';
}

function cut(token: string): string {
  return `${token.slice(0, 10)}… (${token.length} characters)`;
}
