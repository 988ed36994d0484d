// log.svelte.ts - what this browser did, in the order it did it.
//
// Knows:  which events of the session belong to one step.
// Knows nothing of:  how a step is told (words.ts), how it looks (Step.svelte).
import type { Session, SessionEvent } from '@signet/browser';
import type { Card, Checked, Exchange, Remark, Step, Told } from './steps.ts';
import { checkSignature } from './token.ts';

const kMostSteps = 60;
const kLongestBody = 4_000; // characters kept of an answer

export class Log {
  steps = $state<Step[]>([]);
  dropped = $state(0);
  #number = 0;
  #session: Session;
  #issuer: string;
  #underWay = new Map<number, Exchange>(); // by the session's own number
  #why: Exchange['why'] = 'nobody-known'; // of the last refresh
  #signingIn = false; // this tab's own sign-in has been answered

  constructor(session: Session, issuer: string) {
    this.#session = session;
    this.#issuer = issuer;
    session.on('event', (event) => this.#heard(event));
  }

  // A request that the page makes by itself, for an experiment.
  experiment(purpose: Exchange['purpose'], note: string, request: Request): Exchange {
    const headers = Object.fromEntries(request.headers);
    const token = headers['authorization'];
    if (token) headers['authorization'] = `${token.slice(0, 17)}… (${token.length - 7} characters)`;
    return this.#begin({ purpose, note, method: request.method, url: request.url, requestHeaders: headers });
  }

  answered(step: Exchange, response: { status: number; headers: Record<string, string>; ms: number }, body: string): void {
    step.state = 'answered';
    step.status = response.status;
    step.ms = response.ms;
    step.responseHeaders = response.headers;
    step.responseBody = body.slice(0, kLongestBody);
    step.checked = checkedOf(response.headers);
  }

  // The notes server refuses the card from now on, so many milliseconds after the sign-out.
  refusedAtOnce(milliseconds: number | null): void {
    this.#add<Remark>({ kind: 'remark', ...this.#next(), what: 'refused-at-once', seconds: null, milliseconds });
  }

  failed(step: Exchange, ms: number, reason: string): void {
    step.state = 'failed';
    step.ms = ms;
    step.reason = reason;
  }

  #heard(event: SessionEvent): void {
    switch (event.type) {
      case 'request':
        return this.#asked(event);
      case 'answer':
        return this.#answer(event);
      case 'failure': {
        const step = this.#underWay.get(event.exchange);
        return step && this.failed(step, event.ms, event.reason);
      }
      case 'waiting':
        return this.#remark(event.reason, event.seconds);
      case 'signed-in':
        this.#card(this.#signingIn ? 'signed-in' : 'signed-in-elsewhere');
        this.#signingIn = false;
        return;
      case 'refresh':
        return this.#card(event.by === 'handed-over' ? 'handed-over' : this.#why === 'nobody-known' ? 'loaded' : 'renewed');
      case 'signed-out':
        if (event.reason === 'elsewhere') this.#remark('signed-out-elsewhere');
        if (event.reason === 'ended') this.#remark('ended');
    }
  }

  #asked(event: SessionEvent & { type: 'request' }): void {
    if (event.url.endsWith('/api/v1/refresh')) {
      const card = this.#session.token;
      this.#why = !card ? 'nobody-known' : card.untilDue() === 0 ? 'due' : 'refused';
    }
    const { method, url, requestHeaders } = event;
    const requestBody = event.requestBody === undefined ? '' : JSON.stringify(event.requestBody, null, 2);
    this.#underWay.set(event.exchange, this.#begin({ method, url, requestHeaders, requestBody, why: this.#why }));
  }

  #answer(event: SessionEvent & { type: 'answer' }): void {
    const step = this.#underWay.get(event.exchange);
    if (!step) return;
    this.#underWay.delete(event.exchange);
    if (event.url.endsWith('/api/v1/login') && event.status === 200) this.#signingIn = true;
    const body = event.responseBody === undefined ? '' : JSON.stringify(event.responseBody, null, 2);
    this.answered(step, { status: event.status, headers: event.responseHeaders, ms: event.ms }, body);
    event.read?.().then((text) => (step.responseBody = pretty(text).slice(0, kLongestBody)), () => {});
  }

  #begin(known: Pick<Exchange, 'method' | 'url' | 'requestHeaders'> & Partial<Exchange>): Exchange {
    const step: Exchange = {
      kind: 'exchange',
      ...this.#next(),
      purpose: 'app',
      requestBody: '',
      state: 'under-way',
      ms: 0,
      status: 0,
      responseHeaders: {},
      responseBody: '',
      reason: '',
      checked: undefined,
      roles: this.#session.user?.roles ?? [],
      why: 'nobody-known',
      note: '',
      ...known,
    };
    return this.#add(step);
  }

  #card(how: Card['how']): void {
    const token = this.#session.token?.value;
    if (!token) return;
    const card = this.#add<Card>({ kind: 'card', ...this.#next(), how, token, verdict: undefined });
    void checkSignature(token, this.#issuer).then((verdict) => (card.verdict = verdict));
  }

  #remark(what: Remark['what'], seconds: number | null = null): void {
    const last = this.steps.at(-1);
    if (last?.kind === 'remark' && last.what === what) return;
    this.#add<Remark>({ kind: 'remark', ...this.#next(), what, seconds, milliseconds: null });
  }

  #next(): Told {
    return { number: ++this.#number, at: new Date() };
  }

  // The step as the page sees it: what is set on it later is seen too.
  #add<Kind extends Step>(step: Kind): Kind {
    this.steps.push(step);
    if (this.steps.length > kMostSteps) {
      this.steps.shift();
      this.dropped++;
    }
    return this.steps.at(-1) as Kind;
  }
}

function checkedOf(headers: Record<string, string>): Checked | undefined {
  try {
    return JSON.parse(headers['notes-checked'] ?? '') as Checked;
  } catch {
    return undefined;
  }
}

export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
