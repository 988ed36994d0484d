// The pages of docs/benchmarks and their pictures say what the runs beside them say, and those what holds of us.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { render as renderJose } from '../../bench/jose_chart.mjs';
import { partOf, withPart } from '../../bench/page.mjs';
import { render as renderRevocation } from '../../bench/revocation_chart.mjs';
import { render as renderServer } from '../../bench/server_chart.mjs';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../docs/benchmarks');
const read = (name) => readFileSync(path.join(folder, name), 'utf8');

const pages = [['jose', renderJose, 'peer/libjwt/ES256/share'], ['server', renderServer, 'bearer/tls'], ['revocation', renderRevocation, 'propagation/1000/p99']];
for (const [name, render, altered] of pages) {
  const rows = JSON.parse(read(`${name}.json`));

  test(`the tables of ${name}.md are those of ${name}.json`, () => {
    const page = read(`${name}.md`);
    for (const [part, text] of Object.entries(render(rows).parts)) {
      assert.ok(partOf(page, part), `${name}.md has no part '${part}'`);
      assert.equal(partOf(page, part), partOf(withPart(page, part, text), part));
    }
  });

  test(`the picture is that of ${name}.json`, () => {
    assert.equal(read(`${name}.svg`), render(rows).svg);
  });

  test(`another figure is another page and another picture of ${name}`, () => {
    const other = rows.map((row) => (row.name === altered ? { ...row, value: row.value * 2 + 1, ratio: row.ratio && row.ratio * 2 } : row));
    assert.notDeepEqual(render(other).parts, render(rows).parts);
    assert.notEqual(render(other).svg, render(rows).svg);
  });

  test(`every row of ${name}.json has its figure`, () => {
    for (const { name: row, value } of rows) assert.equal(typeof value, 'number', row);
  });
}

test('no token was accepted after all verifiers had confirmed that they refuse it', () => {
  for (const row of JSON.parse(read('revocation.json')).filter(({ accepted }) => accepted !== undefined)) assert.equal(row.accepted, 0, row.name);
});

test('Signet took no bad token and refused no good one', () => {
  const rows = JSON.parse(read('jose.json'));
  for (const kind of ['bad', 'good']) assert.equal(rows.find(({ name }) => name === `peer/signet/${kind}-tokens`)?.value, 0, kind);
});
