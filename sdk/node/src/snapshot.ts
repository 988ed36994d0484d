// snapshot.ts - all that is revoked, as one text, read in whatever pieces it comes.
import { createHash } from 'node:crypto';
import { type Entry, parseLine } from './entry.ts';
import type { KeyFinder } from './key_set.ts';
import { kLargestMessage, readMessage, type SnapshotHead } from './message.ts';
import { refuse } from './refused.ts';

export const kLargestSnapshot = 256 * 1024 * 1024; // bytes

export interface Snapshot {
  readonly head: SnapshotHead;
  readonly entries: readonly Entry[]; // their sequences ascend, with gaps where entries were forgotten
}

export class SnapshotReader {
  readonly #keys: KeyFinder;
  readonly #issuer: string;
  readonly #largest: number;
  readonly #digest = createHash('sha256');
  readonly #entries: Entry[] = [];
  #head: SnapshotHead | undefined;
  #rest = ''; // the beginning of the line that is still to come
  #bytes = 0;

  constructor(keys: KeyFinder, issuer: string, largest = kLargestSnapshot) {
    this.#keys = keys;
    this.#issuer = issuer;
    this.#largest = largest;
  }

  // Throws Refused as soon as it is plain that there will be no snapshot. One piece at a time.
  async take(piece: Buffer): Promise<void> {
    this.#bytes += piece.length;
    if (this.#bytes > this.#largest) refuse('token_too_large', 'the snapshot');
    const lines = this.#head ? piece : await this.#takeHead(piece);
    this.#digest.update(lines);
    this.#takeLines(lines.toString('latin1'));
  }

  // At the end of the text: whether it is all there, every byte as the head says. Throws Refused.
  finish(): Snapshot {
    if (!this.#head) refuse('malformed_token', 'the snapshot has no head');
    const { at, count, digest } = this.#head;
    if (this.#rest !== '' || this.#entries.length !== count || this.#digest.digest('base64url') !== digest)
      refuse('malformed_claims', 'the snapshot is not what its head says');
    if ((this.#entries.at(-1)?.sequence ?? 0) > at.sequence) refuse('malformed_claims', 'an entry behind the end');
    return { head: this.#head, entries: this.#entries };
  }

  // What is behind the first line feed.
  async #takeHead(piece: Buffer): Promise<Buffer> {
    const end = piece.indexOf('\n');
    this.#rest += piece.toString('latin1', 0, end < 0 ? piece.length : end);
    if (this.#rest.length > kLargestMessage) refuse('token_too_large', 'the head of the snapshot');
    if (end < 0) return Buffer.alloc(0);
    const head = await readMessage(this.#rest, this.#keys, this.#issuer);
    if (head.type !== 'snapshot') refuse('malformed_claims', 'the snapshot begins with another message');
    this.#head = head;
    this.#rest = '';
    return piece.subarray(end + 1);
  }

  #takeLines(text: string): void {
    if (!this.#head) return;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) {
      const entry = parseLine(line);
      if (!entry || entry.sequence <= (this.#entries.at(-1)?.sequence ?? 0)) refuse('malformed_claims', 'a line of the snapshot');
      this.#entries.push(entry);
    }
    if (this.#entries.length > this.#head.count) refuse('malformed_claims', 'more lines than the head says');
    if (this.#rest.length > kLargestMessage) refuse('malformed_claims', 'a line of the snapshot');
  }
}
