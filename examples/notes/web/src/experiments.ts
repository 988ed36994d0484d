// experiments.ts - two things to try with a token, both for real.
import type { Session } from '@signet/browser';
import { pretty, type Log } from './log.svelte.ts';
import type { Exchange } from './steps.ts';

const kAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

// Sends the card to this page's own server with one letter of its claims changed.
export async function changeOneLetter(session: Session, log: Log): Promise<void> {
  const token = session.token?.value;
  if (!token) return;
  const from = token.indexOf('.') + 1;
  const at = from + Math.floor(Math.random() * (token.lastIndexOf('.') - from - 1));
  const before = token.charAt(at);
  const after = kAlphabet.charAt((kAlphabet.indexOf(before) + 1 + Math.floor(Math.random() * 63)) % 64);
  const changed = token.slice(0, at) + after + token.slice(at + 1);
  const note = `Letter ${at + 1} of ${token.length}: “${before}” became “${after}”. Everything else is as Signet made it.`;
  await send(log, 'one-letter', note, new Request('/profile', carrying(changed)));
}

// Sends the card as it is to another instance of the notes server.
export async function askSecondServer(session: Session, log: Log, peer: string): Promise<void> {
  const token = session.token?.value;
  if (!token) return;
  const note = `${new URL(peer).host} is another process. The card is all that this page sends it.`;
  await send(log, 'second-server', note, new Request(`${peer}/notes`, carrying(token)));
}

function carrying(token: string): RequestInit {
  return { headers: { authorization: `Bearer ${token}` }, credentials: 'omit', cache: 'no-store', redirect: 'error' };
}

async function send(log: Log, purpose: Exchange['purpose'], note: string, request: Request): Promise<void> {
  const step = log.experiment(purpose, note, request);
  const began = performance.now();
  try {
    const response = await fetch(request);
    const body = await response.text();
    const ms = performance.now() - began;
    log.answered(step, { status: response.status, headers: Object.fromEntries(response.headers), ms }, pretty(body));
  } catch (error) {
    log.failed(step, performance.now() - began, String(error));
  }
}
