// docs/benchmarks/jose.md and jose.svg say what jose.json says, and that says what holds of us.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { partOf, render, withPart } from '../../bench/chart.mjs';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/benchmarks');
const read = (name) => readFileSync(path.join(folder, name), 'utf8');
const rows = JSON.parse(read('jose.json'));

test('the tables of jose.md are those of jose.json', () => {
  const page = read('jose.md');
  for (const [name, text] of Object.entries(render(rows).parts)) {
    assert.ok(partOf(page, name), `jose.md has no part '${name}'`);
    assert.equal(partOf(page, name), partOf(withPart(page, name, text), name));
  }
});

test('the picture is that of jose.json', () => {
  assert.equal(read('jose.svg'), render(rows).svg);
});

test('another figure is another page and another picture', () => {
  const other = rows.map((row) => (row.name === 'peer/libjwt/ES256/share' ? { ...row, ratio: row.ratio * 2 } : row));
  assert.notEqual(render(other).parts.figures, render(rows).parts.figures);
  assert.notEqual(render(other).svg, render(rows).svg);
});

test('the run is whole: every row has its figures, and Signet took no bad token and refused no good one', () => {
  for (const { name, value } of rows) assert.equal(typeof value, 'number', name);
  for (const kind of ['bad', 'good']) assert.equal(rows.find(({ name }) => name === `peer/signet/${kind}-tokens`)?.value, 0, kind);
});
