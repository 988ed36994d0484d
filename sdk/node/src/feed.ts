// feed.ts - follows what the issuer revokes: the snapshot, then one stream after another.
//
// Knows:  the order of asking, what an answer's status means, when a stream is given up.
// Knows nothing of:  the log and its chain (position.ts), what is how old (freshness.ts), tokens.
import { randomBytes } from 'node:crypto';
import type { Addresses } from './addresses.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { type Entry, kKeptLonger } from './entry.ts';
import type { Environment } from './environment.ts';
import { EventStream } from './event_stream.ts';
import { Freshness, type FreshnessLimits, type State } from './freshness.ts';
import type { Answer, Http } from './http.ts';
import { LeastTime } from './least_time.ts';
import { type Heartbeat, kLargestMessage, readMessage } from './message.ts';
import { FeedPosition, type Step } from './position.ts';
import type { PublishedKeys } from './published_keys.ts';
import type { RevocationSet } from './revocation_set.ts';
import { ReconnectSchedule } from './schedules.ts';
import { SnapshotReader } from './snapshot.ts';
import { requireOk, Stop, stopFor, stopped } from './stop.ts';

const kTick = 250; // milliseconds, as all here
const kAnswerWait = 10_000; // for the snapshot, and between two pieces of it
const kLongestDownload = 600_000;
// Two clocks that are one in ten thousand apart are a third of a second apart by then.
const kLongestStream = 3_600_000;
// All that comes on a stream looks older by as long as its first message took. Where that is more
// than kQuickAnswer, another nonce is soon asked with, but not by all at once.
const kQuickAnswer = 500;
const kSlowStream = { atLeast: 10_000, more: 50_000 };
// A wall clock that moves so far against the steady one was set, or this machine slept.
const kLongestStep = 2_000;
// A stream that lasts is one of an issuer that is well.
const kLasting = 5_000;
const kForgetRound = 60_000; // in which each entry is looked at once
const kSlice = 2_000; // entries that are added before others have a turn

export interface FeedNeeds {
  readonly env: Environment;
  readonly http: Http;
  readonly addresses: Addresses;
  readonly keys: PublishedKeys; // the feed's own
  readonly set: RevocationSet;
  readonly issuer: string;
  readonly credential: string;
  readonly limits: FreshnessLimits;
  readonly clockSkew: number;
  readonly changed: () => void; // something may be worth reporting
  readonly keyRevoked: () => void; // another signs from now on
}

interface Stream {
  sent: number; // when its nonce left here, by the steady clock
  readonly began: number;
  renewAt: number; // a new nonce is due
  readonly end: AbortController;
  quietSince: number; // when it last said something that brought us on
  isOverdue: boolean; // it was quiet for too long at the last look
  hasAnswered: boolean; // with its first heartbeat
  isCurrent: boolean; // with all that it began with
}

export class Feed {
  readonly #needs: FeedNeeds;
  readonly #position = new FeedPosition();
  readonly #freshness: Freshness;
  readonly #schedule = new ReconnectSchedule();
  readonly #least: LeastTime;
  readonly #acknowledgements: Acknowledgements;
  readonly #over = new AbortController();
  #stream: Stream | undefined;
  #takesSnapshot = true;
  #problem = '';
  #waitsForKeys = false;
  #clockOffset = 0;
  #serverTime = 0; // by the issuer's clock, as of the last heartbeat
  #streams = 0;
  #snapshots = 0;
  #wallAhead: number; // of the steady clock, at the last look
  #forgotten = 0; // when entries were looked at last, by the steady clock
  #callOffTick = () => {};
  #wakeFromPause = () => {};

  constructor(needs: FeedNeeds) {
    this.#needs = needs;
    this.#freshness = new Freshness(needs.limits);
    this.#least = new LeastTime(needs.env);
    this.#acknowledgements = new Acknowledgements(needs.env, (...what) => this.#acknowledge(...what));
    this.#forgotten = needs.env.steady();
    this.#wallAhead = needs.env.wall() - needs.env.steady();
  }

  start(): void {
    void this.#run();
    this.#tick();
  }

  close(): void {
    this.#over.abort();
    this.#acknowledgements.close();
    this.#stream?.end.abort();
    this.#callOffTick();
    this.#wakeFromPause();
  }

  get state(): State {
    return this.#freshness.state(this.#needs.env.steady());
  }

  get sequence(): number {
    return this.#position.held?.sequence ?? 0;
  }

  // How long ago all that was revoked was known; 0 while starting.
  get age(): number {
    const { currentAt } = this.#freshness;
    return currentAt === undefined ? 0 : this.#needs.env.steady() - currentAt;
  }

  // The issuer's clock less this machine's, as of the last heartbeat.
  get clockOffset(): number {
    return this.#clockOffset;
  }

  get reconnects(): number {
    return Math.max(this.#streams - 1, 0);
  }

  get resyncs(): number {
    return Math.max(this.#snapshots - 1, 0);
  }

  // Why nothing is heard now, or what the operator should know all the same; empty when all is well.
  get problem(): string {
    if (this.#waitsForKeys && this.#needs.keys.problem) return `the keys of the revocation feed: ${this.#needs.keys.problem}`;
    if (this.#problem) return this.#problem;
    // The issuer forgets by its own clock, tokens expire by this machine's.
    const tolerated = Math.max(kKeptLonger - this.#needs.clockSkew, 1_000);
    if (Math.abs(this.#clockOffset) <= tolerated) return '';
    const [where, so] =
      this.#clockOffset > 0 ? ['behind', 'a token may outlive the news that it is revoked'] : ['ahead of', 'tokens are refused before they expire'];
    return `this machine's clock is more than ${tolerated / 1000} s ${where} the issuer's: ${so}`;
  }

  // ---- asking

  async #run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        await this.#arriveKeys();
        if (this.#takesSnapshot) await this.#takeSnapshot();
        else await this.#follow();
      } catch (error) {
        if (this.#over.signal.aborted) return;
        await this.#fail(error instanceof Stop ? error : new Stop(String(error)));
      }
    }
  }

  async #fail({ message, takesSnapshot, needsKeys, retryAfter }: Stop): Promise<void> {
    this.#takesSnapshot ||= takesSnapshot;
    this.#problem = message;
    this.#needs.changed();
    if (needsKeys) await this.#needs.keys.lookAgain();
    await this.#pause(Math.max(this.#schedule.wait(this.#needs.env.random()), retryAfter));
  }

  async #arriveKeys(): Promise<void> {
    if (this.#needs.keys.current) return;
    this.#waitsForKeys = true;
    await this.#needs.keys.arrives();
    this.#waitsForKeys = false;
  }

  #pause(milliseconds: number): Promise<void> {
    if (this.#over.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const callOff = this.#needs.env.after(milliseconds, resolve);
      this.#wakeFromPause = () => {
        callOff();
        resolve();
      };
    });
  }

  #headers(accept: string): Record<string, string> {
    return { accept, authorization: `Bearer ${this.#needs.credential}` };
  }

  // A key that was revoked is gone, though the issuer's set, or a cache on the way, may have it still.
  #findKey = (kid: string) => (this.#needs.set.hasKey(kid) ? undefined : this.#needs.keys.current?.find(kid));

  // ---- the stream

  async #follow(): Promise<void> {
    const { env, http, addresses, limits } = this.#needs;
    const nonce = randomBytes(24).toString('base64url');
    this.#position.streamBegins(nonce);
    this.#streams++;
    const now = env.steady();
    const stream: Stream = {
      sent: now,
      began: now,
      renewAt: now + kLongestStream * (1 - 0.1 * env.random()),
      end: new AbortController(),
      quietSince: now,
      isOverdue: false,
      hasAnswered: false,
      isCurrent: false,
    };
    this.#stream = stream;
    try {
      const answer = await http.ask({
        url: `${addresses.stream}?after=${this.sequence}&nonce=${nonce}`,
        headers: this.#headers('text/event-stream'),
        answerWithin: limits.degradedAfter,
        signal: stream.end.signal,
        connection: 'fresh', // it is not given back
        leaves: () => {
          stream.sent = env.steady();
        },
      });
      requireOk(answer, 'the stream');
      await this.#read(answer, stream);
    } catch (error) {
      // What ended the stream here says why better than the broken connection does.
      throw stopped(stream.end.signal.reason instanceof Stop ? stream.end.signal.reason : error, 'the stream');
    } finally {
      stream.end.abort();
      this.#stream = undefined;
    }
  }

  // Returns when a new nonce is due.
  async #read(answer: Answer, stream: Stream): Promise<void> {
    const events = new EventStream(kLargestMessage);
    for await (const piece of answer.body) {
      const arrived = this.#needs.env.steady();
      for (const text of events.take(piece)) await this.#take(text, stream, arrived);
      if (arrived >= stream.renewAt) return;
    }
    throw new Stop('the stream has ended');
  }

  async #take(text: string, stream: Stream, arrived: number): Promise<void> {
    const message = await readMessage(text, { find: this.#findKey }, this.#needs.issuer);
    stream.end.signal.throwIfAborted(); // what it says of the time is not to be believed any more
    const [isGreeting, before] = [!stream.hasAnswered, this.sequence];
    if (message.type === 'heartbeat') this.#takeTime(message, stream, arrived);
    const step = this.#position.take(message);
    for (const entry of step.add ?? []) this.#needs.set.add(entry);
    if (step.add?.some(({ kind }) => kind === 'key')) this.#needs.keyRevoked();
    // Until it is current, all that brings us on counts; then only what says that it still is.
    if (!stream.isCurrent && this.sequence !== before) stream.quietSince = arrived;
    this.#takeStep(step, stream);
    if (isGreeting) {
      this.#least.hears(this.#serverTime);
      this.#acknowledgements.streamBegins(this.#position.stream, before);
    }
    if (step.add) this.#acknowledgements.applied(this.sequence);
  }

  #takeTime({ time, up }: Heartbeat, stream: Stream, arrived: number): void {
    this.#serverTime = time;
    this.#clockOffset = time - this.#needs.env.wall();
    if (stream.hasAnswered) {
      if (!this.#freshness.arrived(arrived, up)) throw new Stop('the issuer has run for longer than this machine knows of');
      return;
    }
    stream.hasAnswered = true;
    stream.quietSince = arrived;
    if (arrived - stream.sent > kQuickAnswer) stream.renewAt = arrived + kSlowStream.atLeast + kSlowStream.more * this.#needs.env.random();
    if (!this.#freshness.answered({ sent: stream.sent, arrived, made: up }))
      throw new Stop('the issuer takes too long to answer');
  }

  #takeStep(step: Step, stream: Stream): void {
    if (step.currentAt !== undefined) {
      this.#freshness.current(step.currentAt);
      stream.isCurrent = true;
      stream.quietSince = Math.max(stream.quietSince, this.#freshness.currentAt ?? 0);
      if (this.#needs.env.steady() >= stream.began + kLasting) this.#schedule.succeeded();
      this.#problem = '';
      this.#needs.changed();
    }
    if (step.next !== 'read_on') throw stopFor(step);
  }

  // ---- the snapshot

  async #takeSnapshot(): Promise<void> {
    const { env, http, addresses, issuer } = this.#needs;
    const giveUp = new AbortController();
    const stop = () => giveUp.abort(new Stop('the snapshot takes too long'));
    const callOff = env.after(kLongestDownload, stop);
    this.#over.signal.addEventListener('abort', stop);
    try {
      const answer = await http.ask({
        url: addresses.snapshot,
        headers: { ...this.#headers('text/plain'), 'accept-encoding': 'gzip' },
        answerWithin: kAnswerWait,
        silence: kAnswerWait,
        signal: giveUp.signal,
      });
      requireOk(answer, 'the snapshot');
      const reader = new SnapshotReader({ find: this.#findKey }, issuer);
      for await (const piece of answer.body) await reader.take(piece);
      const { head, entries } = reader.finish();
      this.#takesSnapshot = false; // should it be too old, a stream from what is held may do
      const { problem } = this.#position.judge(head);
      if (problem) throw new Stop(problem);
      const isKnown = this.#snapshots > 0;
      const isNewKey = isKnown && entries.some(({ kind, subject }) => kind === 'key' && !this.#needs.set.hasKey(subject));
      await this.#addAll(entries);
      this.#position.hold(head);
      this.#snapshots++;
      if (isNewKey) this.#needs.keyRevoked();
    } catch (error) {
      throw stopped(giveUp.signal.reason instanceof Stop ? giveUp.signal.reason : error, 'the snapshot');
    } finally {
      callOff();
      this.#over.signal.removeEventListener('abort', stop);
      giveUp.abort();
    }
  }

  async #addAll(entries: readonly Entry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += kSlice) {
      for (const entry of entries.slice(at, at + kSlice)) this.#needs.set.add(entry);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  // ---- what is confirmed

  async #acknowledge(stream: string, sequence: number, signal: AbortSignal): Promise<void> {
    const answer = await this.#needs.http.ask({
      url: this.#needs.addresses.acknowledgements,
      method: 'POST',
      headers: { ...this.#headers('application/json'), 'content-type': 'application/json' },
      body: JSON.stringify({ stream, seq: sequence }),
      answerWithin: kAnswerWait,
      signal,
    });
    for await (const piece of answer.body) void piece; // so that the connection can be used again
  }

  // ---- as time goes by

  #tick(): void {
    const { env, limits, changed } = this.#needs;
    const now = env.steady();
    const stream = this.#stream;
    if (stream) {
      // The second look: where this process was busy, the news may lie unread.
      const isQuiet = now >= stream.quietSince + limits.degradedAfter;
      if (isQuiet && stream.isOverdue) stream.end.abort(stopFor(this.#position.nothingCame()));
      stream.isOverdue = isQuiet;
    }
    this.#watchClocks(now);
    this.#forget(now);
    changed();
    this.#callOffTick = env.after(kTick, () => this.#tick());
  }

  // The steady clock may stand still while a machine sleeps, and would count none of it. A wall
  // clock that was set forward looks the same; another nonce puts that right.
  #watchClocks(now: number): void {
    const ahead = this.#needs.env.wall() - now;
    const moved = ahead - this.#wallAhead;
    this.#wallAhead = ahead;
    if (Math.abs(moved) <= kLongestStep) return;
    if (moved > 0) this.#freshness.stoodStill(moved);
    this.#stream?.end.abort(new Stop('this machine slept, or its clock was set'));
  }

  #forget(now: number): void {
    const share = (now - this.#forgotten) / kForgetRound;
    this.#forgotten = now;
    const { set, clockSkew } = this.#needs;
    // This machine's clock may have been ahead from the start: the issuer's last word on the time bounds it too.
    set.forgetSome(Math.min(this.#least.now(), this.#serverTime) - clockSkew, Math.ceil(set.size * Math.min(share, 1)) + 1);
  }
}
