// return_to.ts - where a person may be sent after signing in. (CHECKS D16)

export const kAccount = '/account';

// Control characters, blanks, backslashes, DEL; and the same percent-encoded.
const kNeverInAnAddress = /[\x00-\x20\\\x7f]|%(?:[01][0-9a-f]|5c|7f)/i;

// `wanted` itself if it is a path of this origin ("/notes?x=1") or an address of
// one of `origins`, matched exactly; otherwise an empty string.
export function safeReturn(wanted: string, origins: readonly string[], here: string): string {
  if (wanted === '' || kNeverInAnAddress.test(wanted)) return '';
  const isPath = wanted.startsWith('/') && !wanted.startsWith('//');
  if (!isPath && !/^https?:\/\//.test(wanted)) return '';

  const url = parsed(wanted, here);
  if (!url || url.username || url.password) return '';
  const allowed = isPath ? url.origin === here : origins.includes(url.origin);
  return allowed ? wanted : '';
}

function parsed(wanted: string, here: string): URL | null {
  try {
    return new URL(wanted, here);
  } catch {
    return null;
  }
}
