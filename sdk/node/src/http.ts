// http.ts - what is asked of the issuer, and the bytes of its answer.
//
// Knows:  connections, TLS, time limits, sizes. Redirects are not followed.
// Knows nothing of:  what the answers mean.
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface Question {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly answerWithin: number; // milliseconds until its head is there
  readonly silence?: number; // milliseconds without a byte of its body; without it, no limit
  readonly signal: AbortSignal;
  readonly connection?: 'kept' | 'fresh'; // one that may have been used before, or another
  readonly leaves?: () => void; // called when the connection stands, and what is asked goes over it
}

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string; // empty when there is none
  readonly body: AsyncIterable<Buffer>; // decompressed; read it, or call close()
  close(): void;
}

export class Http {
  readonly #agents: Record<'http:' | 'https:', Record<'kept' | 'fresh', http.Agent>>;

  // `ca`: PEM; the system's without it.
  constructor(ca?: string) {
    const [kept, fresh] = [true, false].map((keepAlive) => ({ keepAlive, keepAliveMsecs: 10_000, autoSelectFamily: true }));
    const tls: https.AgentOptions = { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) };
    this.#agents = {
      'http:': { kept: new http.Agent(kept), fresh: new http.Agent(fresh) },
      'https:': { kept: new https.Agent({ ...kept, ...tls }), fresh: new https.Agent({ ...fresh, ...tls }) },
    };
  }

  // Rejects when no answer comes. A connection that turns out to be dead when it is used again is
  // no answer of the issuer's: then it is asked once more.
  async ask(question: Question): Promise<Answer> {
    try {
      return await this.#askOnce(question);
    } catch (error) {
      if (!(error instanceof DeadConnection)) throw error;
      return this.#askOnce({ ...question, connection: 'fresh' });
    }
  }

  #askOnce(question: Question): Promise<Answer> {
    const { url, method = 'GET', headers = {}, body, answerWithin, silence, signal, connection = 'kept', leaves = () => {} } = question;
    const protocol = url.startsWith('http:') ? 'http:' : 'https:';
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...headers, ...length }, signal, agent: this.#agents[protocol][connection] };
    return new Promise((resolve, reject) => {
      const request = protocol === 'http:' ? http.request(url, options) : https.request(url, options);
      const patience = setTimeout(() => request.destroy(new Error('no answer in time')), answerWithin).unref();
      request.once('close', () => clearTimeout(patience));
      request.once('socket', (socket) => {
        // Nothing here keeps a process alive that has nothing else to do.
        socket.unref();
        if (!socket.connecting) return leaves();
        socket.once('connect', () => socket.unref());
        socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', leaves);
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        reject(request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE') ? new DeadConnection() : error);
      });
      request.once('response', (response) => {
        clearTimeout(patience);
        if (silence !== undefined) request.setTimeout(silence, () => request.destroy(new Error('the answer stopped')));
        resolve(answerOf(response, request));
      });
      request.end(body);
    });
  }

  close(): void {
    for (const { kept, fresh } of Object.values(this.#agents)) [kept, fresh].forEach((agent) => agent.destroy());
  }
}

class DeadConnection extends Error {}

function answerOf(response: http.IncomingMessage, request: http.ClientRequest): Answer {
  const isZipped = /^(?:x-)?gzip$/i.test(response.headers['content-encoding'] ?? '');
  const body = isZipped ? pipeline(response, createGunzip(), () => {}) : response;
  return {
    status: response.statusCode ?? 0,
    header: (name) => String(response.headers[name] ?? ''),
    body,
    close: () => {
      request.destroy();
    },
  };
}

// All of it, as long as it is no larger. Throws Error.
export async function wholeBody(answer: Answer, largest: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.length;
    if (size > largest) {
      answer.close();
      throw new Error(`the answer is larger than ${largest} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

// Node's own words; where both families of addresses were tried, it has none but a code.
export function sentenceOf(error: unknown): string {
  const { message, code } = Object(error) as NodeJS.ErrnoException;
  return message || code || String(error);
}
