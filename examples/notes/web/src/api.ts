// api.ts - the notes server's own interface, called with the card.
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

// The JSON of a good answer. Throws Refused, or SignetError when there is none.
export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await session.fetch(path, {
    method,
    cache: 'no-store',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (answer.status === 204) return undefined as Answer;
  const json = (await answer.json()) as Answer & { error_description?: string };
  if (!answer.ok) throw new Refused(answer.status, json.error_description ?? `The server answered ${answer.status}.`);
  return json;
}

export function sentenceOf(error: unknown): string {
  return error instanceof Refused ? error.description : 'The server can’t be reached. Try again.';
}
