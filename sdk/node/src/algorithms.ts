// algorithms.ts - the one table that knows the algorithms; nothing else names one.

interface Row {
  kty: 'EC' | 'OKP' | 'RSA';
  crv?: string;
}

const kAlgorithms = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' }, // RFC 9864
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  PS384: { kty: 'RSA' },
  PS512: { kty: 'RSA' },
} as const satisfies Record<string, Row>;

export type Algorithm = keyof typeof kAlgorithms;

export const kUsualAlgorithms: readonly Algorithm[] = ['ES256', 'EdDSA', 'Ed25519', 'RS256'];
export const kFeedAlgorithm: Algorithm = 'EdDSA';

export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && Object.hasOwn(kAlgorithms, name);
}

export function isSymmetric(name: string): boolean {
  return name.startsWith('HS');
}

export function fits(algorithm: Algorithm, kty: unknown, crv: unknown): boolean {
  const row: Row = kAlgorithms[algorithm];
  return row.kty === kty && (row.crv === undefined || row.crv === crv);
}

// The algorithm of a key that names none: a curve says what it is for, RSA does not.
export function findByCurve(kty: unknown, crv: unknown): Algorithm | undefined {
  if (typeof crv !== 'string') return undefined;
  return (Object.keys(kAlgorithms) as Algorithm[]).find((algorithm) => fits(algorithm, kty, crv));
}
