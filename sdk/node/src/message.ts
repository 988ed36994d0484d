// message.ts - what the feed says, as the issuer signed it: docs/reference/revocation-feed.md.
//
// What comes out of readMessage() holds in itself: whoever follows has only to ask
// whether it goes on from where he stands.
//
// Knows:  the claims, which of them hang together how, the signature.
// Knows nothing of:  what was said before, freshness, HTTP.
import { type Algorithm, kFeedAlgorithm } from './algorithms.ts';
import { type Entry, isSubject, kNoLines, link, parseLine, type Position } from './entry.ts';
import { bytesOf, findKey, isOfType, parseSigned, verifiedClaims } from './jws.ts';
import type { KeyFinder } from './key_set.ts';
import { Refused, refuse } from './refused.ts';
import { isObject, type Json, type JsonObject, member } from './strict_json.ts';

export const kLargestMessage = 64 * 1024; // characters of the signed text
const kMostEntries = 256;
const kLatest = 99_999_999_999_999; // as in a line

// The entries behind a place in the log.
export interface Delta {
  readonly type: 'delta';
  readonly before: string; // the hash before the first of them
  readonly after: Position; // where the last of them leads
  readonly entries: readonly Entry[]; // at least one, without a gap
  readonly hashes: readonly string[]; // at each of them
}

// Where the log stands now.
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly at: Position;
  readonly time: number; // the issuer's clock
  readonly run: string; // which run of the issuer says so
  readonly up: number; // and for how long it has run, in milliseconds
  readonly stream: string; // the name of the stream that it comes on, empty where it has said so already
  readonly nonce: string; // what the subscriber sent, likewise
}

// The first line of a snapshot, about the others.
export interface SnapshotHead {
  readonly type: 'snapshot';
  readonly at: Position;
  readonly time: number;
  readonly count: number;
  readonly digest: string; // SHA-256 of all that follows the first line feed
}

export type Message = Delta | Heartbeat | SnapshotHead;

const kAlgorithms: ReadonlySet<Algorithm> = new Set([kFeedAlgorithm]);
const kUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const kNonce = /^[A-Za-z0-9_-]{16,64}$/;

// The message, if a key of `keys` signed it, `issuer` is its "iss", and it says what one
// of them says and nothing else. Looks at no clock. Throws Refused.
export async function readMessage(text: string, keys: KeyFinder, issuer: string): Promise<Message> {
  const signed = parseSigned(text, kLargestMessage);
  const claims = await verifiedClaims(signed, findKey(signed, keys, kAlgorithms));
  if (!isOfType(signed, 'secevent+jwt')) refuse('type_mismatch');
  const members = membersOf(claims, ['iss', 'iat', 'jti', 'events']);
  if (textOf(members, 'iss') !== issuer) refuse('issuer_mismatch');
  numberOf(members, 'iat');
  if (!kUuid.test(textOf(members, 'jti'))) refuse('malformed_claims', 'jti');
  return readEvent(members.events);
}

function readEvent(events: Json | undefined): Message {
  if (!isObject(events)) refuse('wrong_claim_type', 'events');
  const [[name, event] = ['', null], another] = Object.entries(events);
  if (another) refuse('malformed_claims', 'events');
  if (name === 'urn:signet:revocations') return readDelta(event);
  if (name === 'urn:signet:heartbeat') return readHeartbeat(event);
  if (name === 'urn:signet:snapshot') return readSnapshotHead(event);
  return refuse('malformed_claims', 'events');
}

function readDelta(event: Json): Delta {
  const members = membersOf(event, ['log', 'seq', 'prev', 'hash', 'entries']);
  const [after, before, entries] = [positionOf(members), hashOf(members, 'prev'), entriesOf(members.entries)];
  const hashes: string[] = [];
  for (const { line } of entries) hashes.push(link(hashes.at(-1) ?? before, line));
  const isFirst = entries[0]?.entry.sequence === 1;
  const leads = entries.at(-1)?.entry.sequence === after.sequence && hashes.at(-1) === after.hash;
  if (!leads || isFirst !== (before === kNoLines)) refuse('malformed_claims', 'entries');
  return { type: 'delta', before, after, entries: entries.map(({ entry }) => entry), hashes };
}

function readHeartbeat(event: Json): Heartbeat {
  const members = membersOf(event, ['log', 'seq', 'hash', 'time', 'run', 'up'], ['stream', 'nonce']);
  const run = textOf(members, 'run');
  if (!kNonce.test(run)) refuse('malformed_claims', 'run');
  const [stream, nonce] = ['stream', 'nonce'].map((name) => (name in members ? textOf(members, name) : undefined));
  if (stream !== undefined && !isSubject(stream)) refuse('malformed_claims', 'stream');
  if (nonce !== undefined && !kNonce.test(nonce)) refuse('malformed_claims', 'nonce');
  const [time, up] = [numberOf(members, 'time'), numberOf(members, 'up')];
  return { type: 'heartbeat', at: positionOf(members), time, run, up, stream: stream ?? '', nonce: nonce ?? '' };
}

function readSnapshotHead(event: Json): SnapshotHead {
  const members = membersOf(event, ['log', 'seq', 'hash', 'time', 'count', 'digest']);
  return {
    type: 'snapshot',
    at: positionOf(members),
    time: numberOf(members, 'time'),
    count: numberOf(members, 'count'),
    digest: hashOf(members, 'digest'),
  };
}

// An object with these members, perhaps those, and no others.
function membersOf(value: Json | undefined, needed: string[], optional: string[] = []): JsonObject {
  if (!isObject(value)) refuse('wrong_claim_type', 'not an object');
  const names = Object.keys(value);
  const missing = needed.find((name) => !names.includes(name));
  if (missing) refuse('missing_claim', missing);
  if (!names.every((name) => needed.includes(name) || optional.includes(name)))
    refuse('malformed_claims', 'a member that nobody knows');
  return value;
}

function textOf(members: JsonObject, name: string): string {
  const text = member(members, name);
  return typeof text === 'string' ? text : refuse('wrong_claim_type', name);
}

function numberOf(members: JsonObject, name: string): number {
  const number = member(members, name);
  if (typeof number !== 'number' || !Number.isInteger(number)) refuse('wrong_claim_type', name);
  return number >= 0 && number <= kLatest ? number : refuse('malformed_claims', name);
}

function hashOf(members: JsonObject, name: string): string {
  const hash = textOf(members, name);
  try {
    if (bytesOf(hash).length === 32) return hash;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  return refuse('malformed_claims', name);
}

// "log", "seq", and "hash", which is zeros where the log begins, and only there.
function positionOf(members: JsonObject): Position {
  const at = { log: numberOf(members, 'log'), sequence: numberOf(members, 'seq'), hash: hashOf(members, 'hash') };
  if ((at.sequence === 0) !== (at.hash === kNoLines)) refuse('malformed_claims', 'hash');
  return at;
}

function entriesOf(list: Json | undefined): { entry: Entry; line: string }[] {
  if (!Array.isArray(list)) refuse('wrong_claim_type', 'entries');
  if (list.length === 0 || list.length > kMostEntries) refuse('malformed_claims', 'entries');
  const entries: { entry: Entry; line: string }[] = [];
  for (const line of list) {
    const entry = typeof line === 'string' ? parseLine(line) : undefined;
    const before = entries.at(-1)?.entry.sequence;
    if (!entry || (before !== undefined && entry.sequence !== before + 1)) refuse('malformed_claims', 'entries');
    entries.push({ entry, line: line as string });
  }
  return entries;
}
