// token_time.ts - when a token was issued, to the millisecond where it says so.

// RFC 9562 4.1, 4.2, 5.7: a UUID of version 7 begins with 48 bits of Unix milliseconds.
const kUuidV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

// The milliseconds of "jti" where they lie in the second that "iat" names (`issuedAt`,
// in milliseconds); else the beginning of that second.
export function tokenTime(tokenId: string, issuedAt: number): number {
  const second = Math.floor(issuedAt / 1000) * 1000;
  const id = kUuidV7.exec(tokenId);
  if (!id) return second;
  const time = Number.parseInt(`${id[1]}${id[2]}`, 16);
  return time >= second && time < second + 1000 ? time : second;
}
