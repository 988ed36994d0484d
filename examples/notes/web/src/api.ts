// api.ts - the notes server's own interface, called with the card.
import { SignetError } from '@signet/browser';
import { session } from './app.svelte.ts';

export interface Note {
  id: string;
  text: string;
  created_at: number; // milliseconds since 1970
}

export interface Profile {
  id: string;
  email: string;
  name: string;
  roles: string[];
}

export class Refused extends Error {
  readonly status: number;
  readonly description: string;
  constructor(status: number, description: string) {
    super(description);
    this.status = status;
    this.description = description;
  }
}

// The JSON of a good answer. Throws Refused; SignetError when a new card was
// needed and Signet gave none; TypeError when the notes server did not answer.
export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await session.fetch(path, {
    method,
    cache: 'no-store',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (answer.status === 204) return undefined as Answer;
  const json = (await answer.json().catch(() => ({}))) as Answer & { error_description?: string };
  if (!answer.ok) throw new Refused(answer.status, json.error_description ?? `The notes server answered ${answer.status}.`);
  return json;
}

// What is known of it, in a sentence; nothing is guessed.
export function sentenceOf(error: unknown): string {
  if (error instanceof Refused) return error.description;
  if (!(error instanceof SignetError)) return 'The notes server did not answer. Try again.';
  if (error.code === 'unreachable') return 'Signet did not answer.';
  return `Signet answered: “${error.description}”`;
}
