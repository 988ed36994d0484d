// bearer.ts - the token in an Authorization header. RFC 6750 2.1.

const kLongestAuthorization = 16 * 1024; // characters

// undefined where there is none; the rest as it came, though it may be no token.
export function findBearer(authorization: unknown): string | undefined {
  if (typeof authorization !== 'string') return undefined;
  const scheme = authorization.slice(0, 7);
  // RFC 9110 11.1: the scheme is matched without regard to case.
  if (!/^bearer(?:[ \t]|$)/i.test(scheme)) return undefined;
  if (authorization.length > kLongestAuthorization) return '-'; // no token, whatever it is
  return authorization.slice(7).replace(/^[ \t]+|[ \t]+$/g, '') || undefined;
}
