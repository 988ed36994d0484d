import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, countdown, spoken } from '../dist/tested/duration.js';
import { messageOf } from '../dist/tested/messages.js';
import { lengthHint, strengthLine, tooShort } from '../dist/tested/strength.js';

test('a wait counts down in minutes and seconds', () => {
  assert.deepEqual([23, 60, 0.2, 0, -5, 899.5].map(countdown), ['0:23', '1:00', '0:01', '0:00', '0:00', '15:00']);
  assert.deepEqual([1, 23, 89, 90, 899].map(spoken), ['1 second', '23 seconds', '89 seconds', '2 minutes', '15 minutes']);
});

test('a time is as long ago as the server’s clock says', () => {
  const now = Date.parse('2026-06-01T12:00:00Z');
  const words = (before) => ago(new Date(now - before * 1000).toISOString(), now);
  assert.deepEqual([5, -30, 60, 200, 3600, 86400, 86400 * 3, 86400 * 40].map(words), [
    'just now', 'just now', '1 minute ago', '3 minutes ago', '1 hour ago', 'yesterday', '3 days ago', 'last month',
  ]);
  assert.equal(ago('not a time', now), 'at an unknown time');
});

test('a password is told about in one line', () => {
  const line = (password) => strengthLine(password, 8, ['Ann Example', 'ann.lee@example.com']);
  assert.equal(line(''), '');
  assert.equal(line('abc'), '5 more characters.');
  assert.equal(line('abcdefg'), '1 more character.');
  for (const weak of ['aaaaaaaa', '12345678', 'abcdefgh', 'aaaabbbb', '11112222']) assert.equal(line(weak), 'Easy to guess.', weak);
  assert.equal(line('kT8#wq2m'), 'Fair. Another word makes it strong.');
  for (const strong of ['purple giraffe sings', 'Tr4&kd92mPq!xz']) assert.equal(line(strong), 'Strong.', strong);
});

test('a password with the name or the address in it is told so', () => {
  for (const password of ['myexample1', 'EXAMPLE2026!', 'xx-example-xx'])
    assert.match(strengthLine(password, 8, ['Ann Example', 'ann.lee@example.com']), /your name or address/);
});

test('length counts characters, not bytes', () => {
  assert.equal(strengthLine('🦒🦒🦒🦒🦒🦒🦒', 8, []), '1 more character.');
});

test('how short a password may be is the server’s to say', () => {
  assert.equal(strengthLine('elevenchars', 12, []), '1 more character.');
  assert.equal(tooShort('elevenchars', 12), 'This is too short: at least 12 characters.');
  assert.equal(tooShort('twelve chars', 12), '');
  assert.match(lengthHint(12), /^At least 12 characters\./);
});

test('every code has a sentence and a place; the server’s own words are not shown', () => {
  assert.deepEqual(messageOf('bad_credentials'), { code: 'bad_credentials', place: 'password', text: "That e-mail and password don't match." });
  assert.deepEqual(messageOf('<b>'), { code: '<b>', place: 'form', text: 'Something went wrong. Try again.' });
});
