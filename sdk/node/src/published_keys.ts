// published_keys.ts - one key set of the issuer, kept fresh.
//
// Fetched again after as long as Cache-Control says, a minute to an hour, and when
// somebody names a kid that it lacks; one fetch at a time. (CHECKS A20, A40)
import type { Environment } from './environment.ts';
import { type Answer, type Http, sentenceOf, wholeBody } from './http.ts';
import { KeySet, kLargestKeySet, parseKeySet } from './key_set.ts';
import { findMaxAge, RefetchSchedule } from './schedules.ts';

const kAnswerWait = 10_000; // milliseconds
const kLongestStale = 24 * 3_600_000; // a set that cannot be renewed is used no longer

export class PublishedKeys {
  readonly #env: Environment;
  readonly #http: Http;
  readonly #url: string;
  readonly #fetched: () => void;
  readonly #schedule: RefetchSchedule;
  readonly #over = new AbortController();
  readonly #waiting = new Set<() => void>();
  #set: KeySet | undefined;
  #usableUntil = 0; // by the steady clock
  #generation = 0;
  #etag = '';
  #problem = '';
  #fetching: Promise<void> | undefined;
  #callOff = () => {};

  // Calls `fetched` after each fetch, whatever came of it.
  constructor(env: Environment, http: Http, url: string, fetched: () => void) {
    this.#env = env;
    this.#http = http;
    this.#url = url;
    this.#fetched = fetched;
    this.#schedule = new RefetchSchedule(env.steady());
  }

  start(): void {
    void this.#fetch();
  }

  close(): void {
    this.#over.abort();
    this.#callOff();
    this.#wake();
  }

  // undefined while there is none that may be used.
  get current(): KeySet | undefined {
    return this.#env.steady() < this.#usableUntil ? this.#set : undefined;
  }

  // Another number for another set.
  get generation(): number {
    return this.#generation;
  }

  // Why the last fetch brought no set; empty when it did, and before.
  get problem(): string {
    return this.#problem;
  }

  // Resolves when a set has come, or with close().
  arrives(): Promise<void> {
    if (this.current || this.#over.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  // Somebody named a kid that the set lacks: this one, where he says which. Resolves when the set is as fresh as it can be now.
  async lookAgain(kid?: string): Promise<void> {
    const underWay = this.#fetching;
    if (underWay) {
      await underWay;
      if (kid === undefined || this.current?.find(kid) || this.#over.signal.aborted) return;
      // It may have been answered before the key was published; one that began since then was not.
      if (this.#fetching) return this.#fetching;
    }
    if (this.#schedule.asked(this.#env.steady())) await this.#fetch();
  }

  // The issuer has said that its keys are others now: asked at once, however often strangers have had it asked.
  // What is under way may have been answered before that.
  async fetchAnew(): Promise<void> {
    await this.#fetching;
    if (!this.#over.signal.aborted) await this.#fetch();
  }

  #fetch(): Promise<void> {
    this.#callOff();
    this.#fetching ??= this.#fetchAlone().finally(() => {
      this.#fetching = undefined;
      if (this.#over.signal.aborted) return;
      this.#fetched();
      this.#callOff = this.#env.after(this.#schedule.due - this.#env.steady(), () => void this.#fetch());
    });
    return this.#fetching;
  }

  async #fetchAlone(): Promise<void> {
    const giveUp = new AbortController();
    const stop = () => giveUp.abort();
    const callOff = this.#env.after(kAnswerWait, () => giveUp.abort(new Error('no answer in time')));
    this.#over.signal.addEventListener('abort', stop);
    try {
      const headers = { accept: 'application/jwk-set+json, application/json', ...(this.#etag && { 'if-none-match': this.#etag }) };
      const answer = await this.#http.ask({ url: this.#url, headers, answerWithin: kAnswerWait, signal: giveUp.signal });
      await this.#take(answer);
      this.#problem = '';
      this.#schedule.succeeded(this.#env.steady(), findMaxAge(answer.header('cache-control')), this.#env.random());
      this.#wake();
    } catch (error) {
      // What ended the fetch here says why better than the broken connection does.
      this.#problem = sentenceOf(giveUp.signal.reason ?? error);
      this.#schedule.failed(this.#env.steady(), this.#env.random());
    } finally {
      callOff();
      this.#over.signal.removeEventListener('abort', stop);
    }
  }

  async #take(answer: Answer): Promise<void> {
    const body = await wholeBody(answer, kLargestKeySet);
    if (answer.status === 304 && this.#set && this.#etag) return this.#keep(this.#set);
    if (answer.status !== 200) throw new Error(`the answer has status ${answer.status}`);
    // Keys that are gone from the set are gone from here.
    this.#keep(await parseKeySet(body));
    this.#etag = answer.header('etag'); // last: a set that could not be kept must be sent again
  }

  #keep(set: KeySet): void {
    if (!this.#set?.equals(set)) this.#generation++;
    this.#set = set;
    this.#usableUntil = this.#env.steady() + kLongestStale;
  }

  #wake(): void {
    this.#waiting.forEach((resolve) => resolve());
    this.#waiting.clear();
  }
}
