// answer.ts - the server's token answer, read with care.
import { SignetError } from './error.ts';
import type { User } from './events.ts';

export interface TokenAnswer {
  access_token: string;
  expires_in: number; // seconds
  session_id: string;
  user: User;
}

// Throws SignetError `bad_answer` for anything else.
export function tokenAnswer(body: unknown): TokenAnswer {
  const answer = Object(body) as Partial<TokenAnswer>;
  if (
    typeof answer.access_token !== 'string' ||
    typeof answer.expires_in !== 'number' ||
    !(answer.expires_in > 0) ||
    typeof answer.session_id !== 'string' ||
    typeof answer.user?.id !== 'string'
  )
    throw new SignetError('bad_answer', 'The answer is not a token answer of Signet.', 200);
  const { id, email, name, roles } = answer.user;
  return {
    access_token: answer.access_token,
    expires_in: answer.expires_in,
    session_id: answer.session_id,
    user: { id, email, name: name || null, roles: roles ?? [] },
  };
}
