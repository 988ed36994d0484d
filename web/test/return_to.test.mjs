// CHECKS D16: where a person may be sent after signing in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeReturn } from '../dist/tested/return_to.js';

const here = 'https://id.example';
const origins = ['https://notes.example', 'http://localhost:9001'];
const go = (wanted) => safeReturn(wanted, origins, here);

test('a path of this origin is taken as it is', () => {
  for (const path of ['/', '/account', '/a/b?x=1&y=%2F#z', '/a//b', '/a:b@c', '/%C3%A4', '/?next=https://evil.example/'])
    assert.equal(go(path), path);
});

test('an address of a named origin is taken as it is', () => {
  for (const address of ['https://notes.example', 'https://notes.example/a?b#c', 'http://localhost:9001/'])
    assert.equal(go(address), address);
});

test('an address that leads elsewhere is ignored', () => {
  const elsewhere = [
    '', ' ', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '\t//evil.example', ' /a', '/a b', '/\n', '/\r\nSet-Cookie: a=b',
    '/%0d%0aSet-Cookie:a=b', '/%0D%0A', '/%00', '/%09', '/%5cevil.example', '/%7f', '/a\u0000', '/\x7f',
    'https:evil.example', 'https:/evil.example', 'https:///evil.example', 'https:\\\\evil.example', 'HTTPS://notes.example', 'h\ttps://notes.example',
    'https://evil.example', 'https://notes.example.evil.example', 'https://notes.example@evil.example', 'https://ann:pw@notes.example', 'https://notes.example:444',
    'http://notes.example', 'https://localhost:9001', 'http://localhost:90011', 'http://localhost:9001@evil.example', 'https://notes.example%2eevil.example',
    'https://', 'https://[', 'javascript:alert(1)', 'data:text/html,x', 'account', './account', '?a', '#a', 'ftp://notes.example', 'blob:https://notes.example/x', 'null',
  ];
  for (const wanted of elsewhere) assert.equal(go(wanted), '', JSON.stringify(wanted));
});

test('without named origins only paths are left', () => {
  assert.equal(safeReturn('https://notes.example', [], here), '');
  assert.equal(safeReturn(here + '/account', [], here), '');
});
