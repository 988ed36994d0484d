// error.ts - the one kind of refusal this package throws.

// `code` is stable, meant for programs: the server's `error` member, or one of
// ours: `unreachable` (no answer came), `bad_answer` (an answer that is not
// Signet's), `origin_not_allowed` (see SessionOptions.resources).
export class SignetError extends Error {
  override readonly name = 'SignetError';
  readonly code: string;
  readonly description: string;
  readonly status: number; // 0 when no answer came
  readonly retryAfter: number | undefined; // seconds

  constructor(code: string, description: string, status = 0, retryAfter?: number) {
    super(`${code}: ${description}`);
    this.code = code;
    this.description = description;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export function refusalOf(response: Response, body: unknown): SignetError {
  const { error, error_description: description } = Object(body) as Record<string, unknown>;
  return new SignetError(
    typeof error === 'string' ? error : 'bad_answer',
    typeof description === 'string' ? description : `The server answered ${response.status}.`,
    response.status,
    secondsOf(response.headers.get('retry-after')),
  );
}

// RFC 9110 10.2.3 also allows a date; Signet sends seconds.
function secondsOf(header: string | null): number | undefined {
  const seconds = Number.parseInt(header ?? '', 10);
  return seconds >= 0 ? seconds : undefined;
}
