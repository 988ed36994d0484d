// stop.ts - why the feed does not go on, and with what instead.
import { type Answer, sentenceOf } from './http.ts';
import type { Step } from './position.ts';
import { Refused } from './refused.ts';

// Its message is for the operator.
export class Stop extends Error {
  readonly takesSnapshot: boolean;
  readonly needsKeys: boolean;
  readonly retryAfter: number;

  constructor(problem: string, { takesSnapshot = false, needsKeys = false, retryAfter = 0 } = {}) {
    super(problem);
    this.takesSnapshot = takesSnapshot;
    this.needsKeys = needsKeys;
    this.retryAfter = retryAfter;
  }
}

export function stopFor({ next, problem }: Step): Stop {
  return new Stop(problem ?? '', { takesSnapshot: next === 'snapshot' });
}

// Whatever went wrong with `what` as a Stop.
export function stopped(error: unknown, what: string): Stop {
  if (error instanceof Stop) return error;
  if (error instanceof Refused)
    return new Stop(`${what} is not believed: ${error.message}`, { needsKeys: error.code === 'unknown_key' });
  return new Stop(`${what}: ${sentenceOf(error)}`);
}

// Throws Stop.
export function requireOk(answer: Answer, what: string): void {
  const { status } = answer;
  if (status === 200) return;
  answer.close();
  if (status === 401 || status === 403) throw new Stop(`the issuer does not accept the credential: status ${status}`);
  const seconds = Number.parseInt(answer.header('retry-after'), 10);
  const retryAfter = Math.min(seconds > 0 ? seconds : 0, 10) * 1000;
  throw new Stop(`${what} is answered with status ${status}`, { takesSnapshot: status === 410, retryAfter });
}
