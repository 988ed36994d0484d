// wire.ts - one request and what came of it, told as events.
import type { Environment } from './environment.ts';
import { masked, maskedHeaders, type SessionEvent } from './events.ts';

export type Tell = (event: SessionEvent) => void;

export class Wire {
  readonly #env: Environment;
  readonly #tell: Tell;
  readonly #readable: boolean;
  #exchanges = 0;

  // `readable`: the answers of resource servers can be read from the events too.
  constructor(env: Environment, tell: Tell, readable: boolean) {
    this.#env = env;
    this.#tell = tell;
    this.#readable = readable;
  }

  // A request to a resource server: its body is its own business.
  async send(request: Request): Promise<Response> {
    const { response } = await this.#exchange(request, undefined);
    return response;
  }

  // A request to Signet: JSON both ways. `body` is what `request` carries.
  async sendJson(request: Request, body: unknown): Promise<{ response: Response; body: unknown }> {
    return this.#exchange(request, { body });
  }

  async #exchange(request: Request, own: { body: unknown } | undefined) {
    const asked = {
      exchange: ++this.#exchanges,
      method: request.method,
      url: request.url,
      requestHeaders: maskedHeaders(request.headers),
      requestBody: masked(own?.body),
    };
    const began = this.#env.monotonic();
    this.#tell({ type: 'request', at: began, ...asked });
    try {
      const response = await this.#env.fetch(request);
      const body = own ? await jsonOf(response) : undefined;
      this.#answered(asked, began, response, body, !own);
      return { response, body };
    } catch (error) {
      const at = this.#env.monotonic();
      this.#tell({ type: 'failure', at, ms: at - began, reason: String(error), ...asked });
      throw error;
    }
  }

  #answered(asked: Asked, began: number, response: Response, body: unknown, foreign: boolean): void {
    const at = this.#env.monotonic();
    const copy = foreign && this.#readable ? response.clone() : undefined;
    this.#tell({
      type: 'answer',
      at,
      ms: at - began,
      status: response.status,
      responseHeaders: maskedHeaders(response.headers),
      responseBody: masked(body),
      ...(copy && { read: once(() => copy.text()) }),
      ...asked,
    });
  }
}

type Asked = Pick<SessionEvent & { type: 'request' }, 'exchange' | 'method' | 'url' | 'requestHeaders' | 'requestBody'>;

// An answer without a JSON body (204, or not Signet's) is undefined; the body
// that breaks off is a failure like any other.
async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
