// addresses.ts - where an issuer is asked: fixed places under its name.

export interface Addresses {
  readonly keys: string;
  readonly revocationKeys: string;
  readonly snapshot: string;
  readonly stream: string;
  readonly acknowledgements: string;
}

// Throws Error, with a sentence, for an issuer that may not be asked.
export function addressesUnder(issuer: string, allowPlainHttpOnLoopback: boolean): Addresses {
  if (/[?#@]/.test(issuer)) throw new Error('the issuer has a user, a query, or a fragment');
  const { protocol, hostname } = urlOf(issuer);
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPlainHttpOnLoopback))
    throw new Error('the issuer is not an https URL');
  if (protocol === 'http:' && !isLoopback(hostname)) throw new Error('plain http is for a loopback host only');
  const base = issuer.replace(/\/+$/, '');
  return {
    keys: `${base}/.well-known/jwks.json`,
    revocationKeys: `${base}/revocations/keys`,
    snapshot: `${base}/revocations`,
    stream: `${base}/revocations/stream`,
    acknowledgements: `${base}/revocations/ack`,
  };
}

// A URL of other characters, or with a backslash, is read as another one than it says.
function urlOf(text: string): URL {
  try {
    if (/^[!-[\]-~]+$/.test(text)) return new URL(text);
  } catch {
    // as below
  }
  throw new Error('the issuer is not a URL');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
