// entry.ts - one thing that is no longer accepted, as a line of the issuer's log.
//
// docs/reference/revocation-feed.md says what the fields mean.
import { createHash } from 'node:crypto';

export const kKinds = ['session', 'token', 'user', 'client', 'key', 'everything'] as const;
export type Kind = (typeof kKinds)[number];

// The issuer keeps an entry this much longer than the tokens it concerns. Milliseconds.
export const kKeptLonger = 10 * 60_000;

export interface Entry {
  readonly sequence: number;
  readonly kind: Kind;
  readonly subject: string;
  readonly notBefore: number; // milliseconds since 1970, as the next
  readonly until: number; // no token that it concerns is accepted anywhere later
}

// Fourteen digits reach the year 5138: no two texts are the same number, and none is inexact.
const kNumber = '(0|[1-9][0-9]{0,13})';
const kLine = new RegExp(`^${kNumber} (${kKinds.join('|')}) ([!#-\\[\\]-~]{1,128}) ${kNumber} ${kNumber}$`);
const kSubject = /^[!#-[\]-~]{1,128}$/;

export function isSubject(text: string): boolean {
  return kSubject.test(text);
}

// undefined for whatever the issuer does not write: no two texts are the same entry.
export function parseLine(line: string): Entry | undefined {
  const fields = kLine.exec(line);
  if (!fields) return undefined;
  const [, sequence, kind, subject, notBefore, until] = fields as unknown as [string, string, Kind, string, string, string];
  if (sequence === '0' || (kind === 'everything') !== (subject === '*')) return undefined;
  return { sequence: Number(sequence), kind, subject, notBefore: Number(notBefore), until: Number(until) };
}

export function formatLine({ sequence, kind, subject, notBefore, until }: Entry): string {
  return `${sequence} ${kind} ${subject} ${notBefore} ${until}`;
}

// Hashes are 32 bytes as base64url, as in the messages. Who agrees on one agrees on every line up to it.
export const kNoLines = 'A'.repeat(43); // before the first line: zeros

// The hash at a line, from the one before it.
export function link(before: string, line: string): string {
  return createHash('sha256').update(before, 'base64url').update(line).digest('base64url');
}

// Where a log stands: whoever agrees on this agrees on all of it.
export interface Position {
  readonly log: number; // milliseconds since 1970 of its beginning; a restored backup begins another
  readonly sequence: number;
  readonly hash: string;
}
