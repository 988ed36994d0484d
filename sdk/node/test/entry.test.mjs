// A line of the log, the chain of them, and the time of a token: docs/reference/revocation-feed.md.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLine, kNoLines, link, parseLine } from '../dist/entry.js';
import { tokenTime } from '../dist/token_time.js';
import { sha256 } from './issuer.mjs';

const line = '1042 session 0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3c 1764200000123 1764201260123';

test('a line says what is no longer accepted, and is written as it was read', () => {
  const entry = parseLine(line);
  assert.deepEqual(entry, {
    sequence: 1042,
    kind: 'session',
    subject: '0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3c',
    notBefore: 1764200000123,
    until: 1764201260123,
  });
  assert.equal(formatLine(entry), line);
  for (const other of ['1 everything * 0 1', '2 user ann 1 2', '3 client a!~ 1 2', '99999999999999 key k 0 99999999999999', `4 token ${'x'.repeat(128)} 1 2`])
    assert.equal(formatLine(parseLine(other)), other);
});

test('whatever the issuer does not write is no line', () => {
  const wrong = [
    '', ' ', line.slice(0, -1) + ' ', ` ${line}`, `${line}\n`, line.replace(' ', '  '), line.replace('1042', '01042'), line.replace('1042', '0'),
    line.replace('1042', '-1'), line.replace('1042', '1e3'), line.replace('1042', '100000000000000'), line.replace('session', 'sessions'),
    line.replace('session', 'Session'), `${line} 1`, line.split(' ').slice(0, 4).join(' '), '1 everything x 1 2', '1 user * 1 2',
    '1 user a"b 1 2', '1 user a\\b 1 2', '1 user ä 1 2', '1 user a\x7fb 1 2', `1 user ${'x'.repeat(129)} 1 2`, '1 user  1 2', '1 user a 1 01',
  ];
  for (const text of wrong) assert.equal(parseLine(text), undefined, JSON.stringify(text));
});

test('the hash at a line is SHA-256 of the hash before it and the line', () => {
  assert.equal(Buffer.from(kNoLines, 'base64url').compare(Buffer.alloc(32)), 0);
  const first = sha256(Buffer.alloc(32), line);
  assert.equal(link(kNoLines, line), first.toString('base64url'));
  assert.equal(link(first.toString('base64url'), 'x'), sha256(first, 'x').toString('base64url'));
});

test('the time of a token is the milliseconds of its jti where they lie in the second of its iat', () => {
  const id = (milliseconds, version = '7', variant = '9') => {
    const hex = milliseconds.toString(16).padStart(12, '0');
    return `${hex.slice(0, 8)}-${hex.slice(8)}-${version}d3f-${variant}c55-0a1f6f1d2b3c`;
  };
  const second = 1_764_200_000_000;
  assert.equal(tokenTime(id(second), second), second);
  assert.equal(tokenTime(id(second + 999), second), second + 999);
  assert.equal(tokenTime(id(second + 123).toUpperCase(), second), second + 123);
  assert.equal(tokenTime(id(second + 123), second + 500), second + 123, 'an iat with a fraction names its second');
  for (const elsewhere of [second + 1000, second - 1, 0]) assert.equal(tokenTime(id(elsewhere), second), second);
  for (const other of [id(second + 123, '4'), id(second + 123, '7', 'c'), 't1', '', `${id(second + 123)}x`])
    assert.equal(tokenTime(other, second + 700), second, other);
});
