// steps.ts - what a step of the log is.
import type { Verdict } from './token.ts';

// What the notes server says it checked: its header Notes-Checked.
export interface Checked {
  microseconds: number;
  asked: string;
  checked?: string[]; // "signature", "issuer", …
  seen_before?: boolean; // the signature was checked when this token came first
  algorithm?: string;
  key?: string;
  seconds_left?: number;
  refused?: string;
}

export interface Told {
  number: number;
  at: Date;
}

// A request, and what came of it.
export interface Exchange extends Told {
  kind: 'exchange';
  purpose: 'app' | 'one-letter' | 'second-server';
  method: string;
  url: string;
  requestHeaders: Record<string, string>;
  requestBody: string;
  state: 'under-way' | 'answered' | 'failed';
  ms: number;
  status: number;
  responseHeaders: Record<string, string>;
  responseBody: string; // as far as it was read
  reason: string; // why there was no answer
  checked: Checked | undefined;
  roles: string[]; // of the person, when it was sent
  why: 'nobody-known' | 'due' | 'refused'; // of a refresh: what this page knew when it asked
  note: string; // what an experiment did
}

// A token arrived.
export interface Card extends Told {
  kind: 'card';
  how: 'signed-in' | 'signed-in-elsewhere' | 'loaded' | 'renewed' | 'handed-over';
  token: string;
  verdict: Verdict | undefined; // undefined: being checked
}

export interface Remark extends Told {
  kind: 'remark';
  what: 'signed-out-elsewhere' | 'refused-at-once' | 'ended' | 'offline' | 'busy' | 'unreachable';
  seconds: number | null; // until the next try
  milliseconds: number | null; // from the sign-out to its refusal here
}

export type Step = Exchange | Card | Remark;
