// words.ts - each step in plain words. Nothing is said that was not observed here,
// or told by the server that is named.
import type { Card, Checked, Exchange, Remark, Step } from './steps.ts';

export interface Telling {
  title: string;
  lines: string[];
  small: string; // the jargon, for those who want to look it up
}

export function tell(step: Step): Telling {
  if (step.kind === 'card') return tellCard(step);
  if (step.kind === 'remark') return tellRemark(step);
  if (step.state === 'failed') return tellFailure(step);
  const path = new URL(step.url).pathname;
  const telling = kOfSignet[path];
  return telling ? telling(step) : tellCall(step, path);
}

// ---- what Signet was asked

const kOfSignet: Record<string, (step: Exchange) => Telling> = {
  '/api/v1/login': tellLogin,
  '/api/v1/refresh': tellRefresh,
  '/api/v1/logout': tellLogout,
  '/api/v1/logout-all': tellLogout,
};

function tellLogin(step: Exchange): Telling {
  const small = 'POST over TLS · the answer’s Set-Cookie is HttpOnly: not visible here';
  if (step.state === 'under-way') return { title: 'You are sending your password', lines: [], small };
  if (step.status === 200) {
    return {
      title: 'You sent your password',
      lines: ['To Signet, and to nobody else: not to this site’s own server. It is not sent again.'],
      small,
    };
  }
  const title = kNoSignIn[codeOf(step)] ?? `You sent your password, and Signet answered ${step.status}`;
  return { title, lines: refusalLines(step), small };
}

const kNoSignIn: Record<string, string> = {
  bad_credentials: 'You sent your password, and Signet said no',
  slow_down: 'You sent your password, and Signet said: not so fast',
  busy: 'You sent your password, and Signet was too busy to look at it',
};

const kWhys: Record<Exchange['why'], string> = {
  'nobody-known': 'This page held no card and knew nobody. It asked Signet whether you are signed in.',
  due: 'The card was about to run out, so this page asked Signet for a new one.',
  refused: 'The card was refused before its time, so this page asked Signet for another.',
};

function tellRefresh(step: Exchange): Telling {
  const small = 'refresh token, RFC 6749 section 6 · in an HttpOnly, SameSite=Strict cookie';
  const asked = kWhys[step.why];
  const nobodyKnown = step.why === 'nobody-known';
  if (step.state === 'under-way') return { title: 'This page asks Signet for a card', lines: [asked], small };
  if (step.status === 200) {
    return {
      title: nobodyKnown ? 'You were still signed in' : 'The card was renewed',
      lines: [
        asked,
        'The request that this page wrote holds no name, no password, and no card. Your browser adds a cookie that scripts cannot see, and Signet knew you.',
        `The answer holds a new card${'refresh_token' in bodyOf(step) ? ' and a refresh token' : ' and no refresh token'}. Whether it also changed the cookie, this page cannot see.`,
      ],
      small,
    };
  }
  const over = codeOf(step) === 'invalid_grant';
  const title = !over ? `Signet gave no card: it answered ${step.status}` : nobodyKnown ? 'Nobody was signed in' : 'Signet no longer knows this session';
  return { title, lines: [asked, ...refusalLines(step)], small };
}

function tellLogout(step: Exchange): Telling {
  const small = 'a self-contained token is good until its exp, RFC 7519 section 4.1.4';
  if (step.state === 'under-way') return { title: 'You are signing out', lines: [], small };
  if (step.status === 401) return { title: 'You were signed out already', lines: [...refusalLines(step), 'This page threw its card away, and told your other tabs.'], small };
  if (step.status !== 204) return { title: 'Signing out did not work', lines: refusalLines(step), small };
  const everywhere = step.url.endsWith('/logout-all');
  return {
    title: everywhere ? 'You signed out everywhere' : 'You signed out',
    lines: [
      `Signet ended ${everywhere ? 'all your sessions, on every device' : 'this session'}: no new card will come of it. This page threw its card away, and told your other tabs.`,
      propagationLine(step.responseHeaders['signet-propagated']),
    ],
    small: 'Signet-Propagated; without such news a self-contained token is good until its exp, RFC 7519 section 4.1.4',
  };
}

// "2/2", or nothing where no news was needed.
function propagationLine(propagated: string | undefined): string {
  const [confirmed, followers] = (propagated ?? '').split('/').map(Number);
  if (!followers) return 'No other server hears of it: a copy of the card, had anyone made one, would open those until the time written on it.';
  const copy = 'A copy of the card, had anyone made one, is worth nothing there.';
  if (confirmed === followers) return `Before it answered, ${followers === 1 ? 'the one server that hears of sign-outs' : `all ${followers} servers that hear of sign-outs`} had confirmed that they refuse this card. ${copy}`;
  return `Of ${followers} servers that hear of sign-outs, ${confirmed} had confirmed that they refuse this card when it answered; the others follow.`;
}

// ---- what a notes server was asked

function tellCall(step: Exchange, path: string): Telling {
  const carries = step.requestHeaders['authorization'] !== undefined;
  const telling = {
    title: `${step.method} ${path} ${carries ? 'carried the card' : 'went without a card'}`,
    lines: [] as string[],
    small: 'bearer token, RFC 6750',
  };
  if (step.purpose === 'one-letter') telling.title = 'A card with one letter changed';
  if (step.purpose === 'second-server') telling.title = 'The second server was shown the same card';
  if (step.note) telling.lines.push(step.note);
  if (step.state === 'under-way') return telling;

  if (codeOf(step) === 'insufficient_scope') {
    telling.title = `${step.method} ${path} is not for you`;
    telling.lines.push(`Your card is good: the server knows you. Your roles: ${step.roles.join(', ') || 'none'}. ${descriptionOf(step)}`);
    telling.small = 'insufficient_scope, RFC 6750 section 3.1';
  } else if (step.status >= 400) {
    telling.lines.push(...refusalLines(step));
  }
  telling.lines.push(...checkedLines(step.checked));
  if (step.purpose === 'second-server' && step.status === 200) telling.lines.push(ownList(step));
  return telling;
}

function ownList(step: Exchange): string {
  const { notes } = bodyOf(step);
  const count = Array.isArray(notes) ? notes.length : 0;
  return `It keeps a list of its own, with ${count === 0 ? 'no note' : count === 1 ? 'one note' : `${count} notes`} of yours. What it has in common with the first server is the key that Signet publishes.`;
}

function checkedLines(checked: Checked | undefined): string[] {
  if (!checked) return [];
  const time = `in ${(checked.microseconds / 1000).toFixed(2)} ms`;
  if (checked.refused) return [`The server says: refused ${time} (${checked.refused}). It asked ${checked.asked}.`];
  const about: Record<string, string> = {
    signature: ` (key ${short(checked.key ?? '')}, ${checked.algorithm})`,
    time: ` (${span(checked.seconds_left ?? 0)} left)`,
  };
  const list = (checked.checked ?? []).map((what) => what + (about[what] ?? ''));
  const before = checked.seen_before ? 'it had checked the signature of this very card before; now ' : '';
  return [`The server says: ${before}it checked ${kList.format(list)}, ${time}. It asked ${checked.asked}.`];
}

function tellFailure(step: Exchange): Telling {
  const { origin, pathname } = new URL(step.url);
  return {
    title: `${step.method} ${pathname} got no answer`,
    lines: [`From ${origin}. The browser tells scripts no more than “${step.reason}”.`],
    small: 'a server that is down, a certificate that is not accepted, or an origin that is not allowed look alike',
  };
}

// ---- what arrived, what was heard

const kCards: Record<Card['how'], Omit<Telling, 'small'>> = {
  'signed-in': { title: 'Signet signed an ID card', lines: ['It says who you are and until when. Anyone can read it; nobody can change it without breaking the signature.'] },
  'signed-in-elsewhere': { title: 'You signed in in another tab', lines: ['That tab handed the card to this one. This tab sent nothing for it.'] },
  loaded: { title: 'Signet signed an ID card', lines: ['No password was needed. This page keeps the card in its memory, not in storage: after a reload it asks again.'] },
  renewed: { title: 'The new ID card', lines: ['The same person and session; a later time.'] },
  'handed-over': { title: 'Another tab renewed the card', lines: ['That tab asked Signet, and handed the card to this one. This tab sent nothing for it.'] },
};

function tellCard(card: Card): Telling {
  return { ...kCards[card.how], small: 'access token, a JSON Web Token: RFC 7519, RFC 9068' };
}

function tellRemark(remark: Remark): Telling {
  if (remark.what === 'busy') return tellBusy(remark);
  if (remark.what === 'refused-at-once') return tellRefusedAtOnce(remark);
  return kRemarks[remark.what];
}

function tellBusy({ seconds }: Remark): Telling {
  return { title: 'Signet is busy', lines: [`It answered 503. This page asks again in ${span(Math.ceil(seconds ?? 0))}.`], small: '503 and Retry-After, RFC 9110' };
}

function tellRefusedAtOnce({ milliseconds }: Remark): Telling {
  const when = milliseconds === null ? 'The news came' : `The news was here ${milliseconds} ms later`;
  return {
    title: 'The notes server refuses your card',
    lines: [`You were signed out somewhere else. ${when}: the server that sent this page tells every request with this card no, though the time written on it is not over.`],
    small: 'the revocation feed: security event tokens, RFC 8417',
  };
}

const kRemarks: Record<Exclude<Remark['what'], 'busy' | 'refused-at-once'>, Telling> = {
  'signed-out-elsewhere': {
    title: 'You signed out in another tab',
    lines: ['That tab told this one, which threw its card away at once. This tab sent nothing for it.'],
    small: 'BroadcastChannel',
  },
  ended: { title: 'You are signed out', lines: ['Signet ended the session, so this page threw its card away.'], small: '' },
  offline: { title: 'You are offline', lines: ['This goes on by itself when the network is back.'], small: '' },
  unreachable: { title: 'No answer from Signet yet', lines: ['Trying again.'], small: '' },
};

// ---- bits

const kList = new Intl.ListFormat('en', { type: 'conjunction' });

function bodyOf(step: Exchange): Record<string, unknown> {
  try {
    return Object(JSON.parse(step.responseBody)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function codeOf(step: Exchange): string {
  return refusalPart(step, 'error');
}

function descriptionOf(step: Exchange): string {
  return refusalPart(step, 'error_description');
}

function refusalPart(step: Exchange, name: 'error' | 'error_description'): string {
  const said = bodyOf(step)[name];
  if (typeof said === 'string') return said;
  // The body may not have been read yet; the header says the same (RFC 6750 3).
  return new RegExp(`\\b${name}="([^"]*)"`).exec(step.responseHeaders['www-authenticate'] ?? '')?.[1] ?? '';
}

function refusalLines(step: Exchange): string[] {
  const why = descriptionOf(step);
  return why ? [`The answer says: “${why}”`] : [];
}

function short(text: string): string {
  return text.length > 12 ? `${text.slice(0, 8)}…` : text;
}

// "9:12"
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
