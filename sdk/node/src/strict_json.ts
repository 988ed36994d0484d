// strict_json.ts - one JSON object that every parser reads alike, or none. (CHECKS A6 to A9)
//
// JSON.parse() sees to the grammar. It takes the last of two members of one name,
// half a surrogate pair, and any depth; and a lenient decoder takes bytes that are
// no UTF-8. Two who read such a text differently can be played against each other.

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

export interface Limits {
  depth: number;
  members: number; // of all objects together
}

const kDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// undefined for whatever is no such object.
export function parseObject(bytes: Uint8Array, limits: Limits): JsonObject | undefined {
  try {
    const text = kDecoder.decode(bytes);
    const value = JSON.parse(text) as Json;
    return isObject(value) && isStrict(text, limits) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// What the text itself says, never what an object inherits.
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

const kMarks = /"(?:[^"\\]|\\.)*"|[{}[\],]/g; // in a text that is valid JSON
const kEscapedSurrogate = /\\u[dD][89a-fA-F]/;
const kLoneSurrogate = /\p{Surrogate}/u;

function isStrict(text: string, limits: Limits): boolean {
  const open: (Set<string> | null)[] = []; // the names so far of each open object; null for an array
  let expectsName = false;
  let members = 0;
  for (const [mark] of text.matchAll(kMarks)) {
    if (mark === '{' || mark === '[') {
      if (open.push(mark === '{' ? new Set() : null) > limits.depth) return false;
      expectsName = mark === '{';
    } else if (mark === '}' || mark === ']') {
      open.pop();
      expectsName = false;
    } else if (mark === ',') {
      expectsName = open.at(-1) !== null;
    } else {
      const names = expectsName ? open.at(-1) : undefined;
      if (!isStrictString(mark, names) || (names && ++members > limits.members)) return false;
      expectsName = false;
    }
  }
  return true;
}

// `names`: where the string is a member's name, those before it.
function isStrictString(quoted: string, names: Set<string> | null | undefined): boolean {
  if (!names && !kEscapedSurrogate.test(quoted)) return true;
  const text = JSON.parse(quoted) as string;
  if (kLoneSurrogate.test(text)) return false;
  if (!names) return true;
  if (names.has(text) || text.includes('\0')) return false;
  names.add(text);
  return true;
}
