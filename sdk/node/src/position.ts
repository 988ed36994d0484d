// position.ts - how far the issuer's log is held, and what of what it says goes on from there.
//
// Whoever carries the messages may drop, repeat, and reorder them. All that can come
// of it is that another stream is asked for, or the snapshot: entries are added, and
// nothing takes one back.
//
// Knows:  the log, the chain, the order in which a stream says things.
// Knows nothing of:  signatures, connections, clocks.
import type { Entry, Position } from './entry.ts';
import type { Delta, Heartbeat, Message, SnapshotHead } from './message.ts';

// What a message means for what comes next.
export interface Step {
  readonly next: 'read_on' | 'new_stream' | 'snapshot'; // the same stream; another from what is held; both
  readonly problem?: string; // why not this stream any longer
  readonly add?: readonly Entry[]; // to what is revoked, at once
  readonly currentAt?: number; // what is held was all that there was when the issuer had run for that long
}

const kReadOn: Step = { next: 'read_on' };
const kNoAnswer: Step = { next: 'new_stream', problem: 'the stream does not begin with the answer to this request' };
const kOtherRun: Step = { next: 'new_stream', problem: 'the stream holds a heartbeat of another run of the issuer' };
const kNewLog: Step = { next: 'snapshot', problem: 'the issuer has begun a new log' };
const kOldLog: Step = { next: 'new_stream', problem: "the issuer's log is older than the one held" };
const kMissing = 'entries are missing in the stream';
const kOther = "the issuer's log is not the one held";

export class FeedPosition {
  #held: Position | undefined;
  #nonce = '';
  #stream = '';
  #run = ''; // of the issuer that has begun it
  #target: Heartbeat | undefined; // where the entries of a new stream must lead
  #isDoubted = false; // what came did not follow, and a new stream is to show it

  // Nothing before the first snapshot.
  get held(): Position | undefined {
    return this.#held;
  }

  // The name of the stream, as it says itself; empty until it has.
  get stream(): string {
    return this.#stream;
  }

  // A stream was asked for, from what is held: it must begin with this nonce.
  streamBegins(nonce: string): void {
    this.#nonce = nonce;
    this.#stream = '';
    this.#target = undefined;
  }

  // The next message of the stream, in the order in which they come.
  take(message: Message): Step {
    if (message.type === 'heartbeat') return this.#takeHeartbeat(message);
    if (message.type === 'delta') return this.#takeDelta(message);
    return { next: 'new_stream', problem: 'the stream holds a message that belongs elsewhere' };
  }

  // The stream has been quiet for too long.
  nothingCame(): Step {
    return this.#target ? this.#doesNotFollow(kMissing) : { next: 'new_stream', problem: 'the issuer is not heard of' };
  }

  // Whether this snapshot may be added to what is held: `problem` says why not.
  judge({ at }: SnapshotHead): Step {
    const isOlder = this.#held && (at.log < this.#held.log || (at.log === this.#held.log && at.sequence < this.#held.sequence));
    return isOlder ? { next: 'new_stream', problem: 'the snapshot is older than what is held' } : { next: 'new_stream' };
  }

  // All entries of a snapshot that was judged have been added.
  hold({ at }: SnapshotHead): void {
    this.#held = at;
    this.#isDoubted = false;
  }

  #takeHeartbeat(heartbeat: Heartbeat): Step {
    const isFirst = this.#stream === '';
    if (isFirst && (heartbeat.nonce !== this.#nonce || heartbeat.stream === '')) return kNoAnswer;
    if (isFirst) [this.#stream, this.#run] = [heartbeat.stream, heartbeat.run];
    if (heartbeat.run !== this.#run) return kOtherRun;
    if (!this.#held) return { next: 'snapshot', problem: 'nothing is held yet' };
    return this.#compare(heartbeat, this.#held, isFirst);
  }

  #compare(heartbeat: Heartbeat, held: Position, isFirst: boolean): Step {
    const { at } = heartbeat;
    if (at.log > held.log) return kNewLog;
    if (at.log < held.log) return kOldLog;
    if (this.#target && at.sequence < this.#target.at.sequence) return kReadOn; // said before what is awaited
    if (at.sequence === held.sequence)
      return at.hash === held.hash ? this.#reached(heartbeat.up) : this.#doesNotFollow(kOther);
    if (at.sequence < held.sequence && isFirst)
      return { next: 'new_stream', problem: "the issuer's log ends before what is held" };
    if (at.sequence < held.sequence) return kReadOn; // one that came late says nothing new
    if (isFirst) this.#target = heartbeat;
    return this.#target ? kReadOn : this.#doesNotFollow(kMissing);
  }

  #takeDelta(delta: Delta): Step {
    const held = this.#held;
    if (this.#stream === '' || !held) return kNoAnswer;
    if (delta.after.log > held.log) return kNewLog;
    if (delta.after.log < held.log) return kOldLog;
    if (delta.after.sequence <= held.sequence) return kReadOn;

    const here = hashAt(delta, held.sequence);
    if (here === undefined) return this.#doesNotFollow(kMissing);
    if (here !== held.hash || this.#leadsElsewhere(delta)) return this.#doesNotFollow(kOther);

    const add = delta.entries.filter(({ sequence }) => sequence > held.sequence);
    this.#held = delta.after;
    if (!this.#target || delta.after.sequence < this.#target.at.sequence) return { next: 'read_on', add };
    return { ...this.#reached(this.#target.up), add };
  }

  #leadsElsewhere(delta: Delta): boolean {
    if (!this.#target) return false;
    const hash = hashAt(delta, this.#target.at.sequence);
    return hash !== undefined && hash !== this.#target.at.hash;
  }

  // What is held is all that there was.
  #reached(currentAt: number): Step {
    this.#target = undefined;
    this.#isDoubted = false;
    return { next: 'read_on', currentAt };
  }

  // Perhaps a message was lost on its way; the second time it was not.
  #doesNotFollow(problem: string): Step {
    const next = this.#isDoubted ? 'snapshot' : 'new_stream';
    this.#isDoubted = true;
    return { next, problem };
  }
}

// The hash at `sequence` on the delta's way from its beginning to its end; undefined where it does not lead by there.
function hashAt({ before, entries, hashes }: Delta, sequence: number): string | undefined {
  const first = (entries[0] as Entry).sequence;
  return sequence === first - 1 ? before : hashes[sequence - first];
}
