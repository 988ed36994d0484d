// subject_map.ts - a map in many small ones: a map that grows moves all that it holds, while everybody waits.

const kParts = 64;

export class SubjectMap<Value> {
  readonly #parts = Array.from({ length: kParts }, () => new Map<string, Value>());

  get size(): number {
    return this.#parts.reduce((sum, part) => sum + part.size, 0);
  }

  has(subject: string): boolean {
    return this.#partOf(subject).has(subject);
  }

  get(subject: string): Value | undefined {
    return this.#partOf(subject).get(subject);
  }

  set(subject: string, value: Value): void {
    this.#partOf(subject).set(subject, value);
  }

  delete(subject: string): void {
    this.#partOf(subject).delete(subject);
  }

  // Goes on while others add and delete, as that of a Map does.
  *[Symbol.iterator](): Generator<[string, Value]> {
    for (const part of this.#parts) yield* part;
  }

  // The last characters of a UUID are random; of other subjects some are.
  #partOf(subject: string): Map<string, Value> {
    const { length } = subject;
    const mixed = subject.charCodeAt(length - 1) ^ (subject.charCodeAt(length - 2) << 2);
    return this.#parts[mixed & (kParts - 1)] as Map<string, Value>;
  }
}
