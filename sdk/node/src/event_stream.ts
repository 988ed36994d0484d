// event_stream.ts - server-sent events out of the bytes of an answer.
//
// As the HTML standard has it (9.2.6), but for what the feed has no use for: "event",
// "id", and "retry" are not looked at, for a message says itself what it is and where it stands.

export class EventStream {
  readonly #largest: number;
  #line = ''; // the beginning of the one that is still to come
  #data: string[] = []; // of the event that has begun
  #size = 0;
  #afterCr = false; // a line feed now belongs to the carriage return before it

  // No event is longer, in characters.
  constructor(largest: number) {
    this.#largest = largest;
  }

  // The data of the events that these bytes end, in order. Throws RangeError for one that is too long.
  take(bytes: Buffer): string[] {
    const events: string[] = [];
    let text = bytes.toString('latin1'); // messages are ASCII; anything else is no message
    if (this.#afterCr && text.startsWith('\n')) text = text.slice(1);
    if (bytes.length > 0) this.#afterCr = text.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/);
    lines[0] = this.#line + (lines[0] as string);
    this.#line = lines.pop() as string;
    for (const line of lines) this.#takeLine(line, events);
    if (this.#size + this.#line.length > this.#largest + 'data: '.length) throw new RangeError('an event is too long');
    return events;
  }

  #takeLine(line: string, events: string[]): void {
    if (line === '') {
      if (this.#data.length > 0) events.push(this.#data.join('\n'));
      this.#data = [];
      this.#size = 0;
      return;
    }
    const data = /^data(?:: ?(.*))?$/s.exec(line);
    if (!data) return;
    this.#size += (data[1]?.length ?? 0) + (this.#data.length > 0 ? 1 : 0); // a line feed between two
    this.#data.push(data[1] ?? '');
    if (this.#size > this.#largest) throw new RangeError('an event is too long');
  }
}
