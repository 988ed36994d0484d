// bench/revocation_chart.mjs - turns a run of the bench into docs/benchmarks/revocation.md and revocation.svg.
//
//     ./dev bench revocation --json run.json && node bench/revocation_chart.mjs run.json      or several parts of a run
//
// As server_chart.mjs does.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { escape, keep, paper, table } from './page.mjs';

const crowds = [1, 100, 1000, 5000];
const parts = ['p50', 'p99', 'worst'];
const longest = 100;  // milliseconds, p99 at a thousand verifiers

// name, what is measured, against what, and what is wanted: {atLeast} or {atMost} of the ratio, {below} of the value, or {orValue} of it at least.
const others = [
  ['propagation/flood/p50', 'Ten thousand revocations a second for 60 s, at each of 20 verifiers, p50', ''],
  ['propagation/flood/p99', 'Ten thousand a second, p99 at 20 verifiers (wanted at 100)', '', { below: 100 }],
  ['propagation/flood/worst', 'The same, worst', ''],
  ['returning/5000/p50', '5,000 verifiers that start at once, until half of them follow', ''],
  ['returning/5000/worst', 'The same, until the last does', ''],
  ['returning/5000/memory', 'The server’s memory meanwhile, at its peak', 'before they came'],
  ['revocation/find/1M', 'A look-up in 1,000,000 entries, of a token never seen before', 'in an empty set', { below: 100 }],
  ['revocation/memory/1M', 'Memory of 1,000,000 entries', 'as the set itself says', { below: 32 }],
  ['verify/seen-before/1M-revoked', 'verify() of a token seen before, no news since its last look, 1,000,000 revoked', 'none revoked', { atMost: 1.05 }],
  ['verify/after-news/0', 'verify() with news since the last look, of 8,192 tokens in turn, none revoked', 'no news since'],
  ['verify/after-news/1k', 'verify() with news since the last look, 1,000 revoked', 'news, none revoked'],
  ['verify/after-news/1M', 'verify() with news since the last look, 1,000,000 revoked', 'news, none revoked', { atMost: 1.05 }],
  ['gateway/nginx', 'Pages by nginx that asks `signet gateway`', 'nginx that asks itself, `return 204`', { atLeast: 0.5, orValue: 20_000 }],
  ['gateway/decision', 'Decisions of `signet gateway`', 'the page by nginx that asks itself'],
];

export const names = [...crowds.flatMap((count) => parts.map((part) => `propagation/${count}/${part}`)), ...others.map(([name]) => name)];

const figure = (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const many = (count) => count.toLocaleString('en');
const times = (ratio) => `${ratio.toFixed(2)} ×`;

function propagationTable(byName) {
  return table(['verifiers', 'after the answer: p50', 'p99', 'worst', 'after the request: p50', 'p99', 'worst', 'answers *n/n*', 'accepted after *n/n*'], crowds.map((count) => {
    const of = (part) => byName.get(`propagation/${count}/${part}`);
    return [`${many(count)}${of('p50').processes ? `, ${of('p50').processes} of them processes` : ''}`, ...parts.map((part) => `**${figure(of(part).value)} ms**`),
      ...parts.map((part) => `${figure(of(part).baseline)} ms`), `${many(of('p50').confirmed)} of ${many(of('p50').sign_outs)}`, of('p50').confirmed === 0 ? '–' : `**${of('p50').accepted}**`];
  }));
}

const wish = ({ below, atLeast, atMost, orValue } = {}, unit) => (below ? `< ${below} ${unit}` : atLeast ? `≥ ${atLeast}, or ${many(orValue)} ${unit}` : atMost ? `≤ ${atMost}` : '');

function othersTable(byName) {
  return table(['', 'measured', 'against', '', 'ratio', 'wanted'], others.map(([name, what, against, wanted]) => {
    const row = byName.get(name);
    return [what, `**${figure(row.value)} ${row.unit}**`, against, row.baseline == null ? '' : `${figure(row.baseline)} ${row.unit}`, row.ratio == null ? '' : `**${times(row.ratio)}**`, wish(wanted, row.unit)];
  }));
}

const isShort = (row, { below, atLeast, atMost, orValue }) => row.value >= below || (row.ratio < atLeast && !(row.value >= orValue)) || row.ratio > atMost;

// What was set out to be reached, and was not.
function shortParagraph(byName) {
  const late = byName.get('propagation/1000/p99');
  const short = [
    ...(late.value >= longest ? [`p99 at 1,000 verifiers: ${figure(late.value)} of < ${longest} ms`] : []),
    ...others.filter(([name, , , wanted]) => wanted && isShort(byName.get(name), wanted)).map(([name, what, , wanted]) => {
      const row = byName.get(name);
      return `${what}: ${wanted.below ? `${figure(row.value)} ${row.unit}` : times(row.ratio)} of ${wish(wanted, row.unit)}`;
    }),
  ];
  return short.length === 0 ? 'All of it was reached in this run.' : `Not reached in this run: ${short.join('; ')}.`;
}

function runParagraph({ value: cores, machine }) {
  return `Measured ${machine.date} at commit ${machine.commit} ${machine.parts > 1 ? `in ${machine.parts} parts, one after the other, ` : ''}on ${cores} cores of ${machine.cpu}, ${machine.system}, Node ${machine.node}; load average `
    + `over five minutes before it ${machine.load}. The server and all its verifiers share those cores, and each sign-out is preceded by a sign-in there.`;
}

// ---- the picture: from the request to the last refusal ----------------------------

const layout = { width: 900, label: 190, bars: 600, row: 26, gap: 22, top: 96 };

function chart(byName) {
  const worst = Math.max(longest, ...crowds.map((count) => byName.get(`propagation/${count}/worst`).baseline));
  const x = (milliseconds) => layout.label + (milliseconds / worst) * layout.bars;
  const group = parts.length * layout.row + layout.gap;
  const end = layout.top + crowds.length * group - layout.gap;
  const lines = crowds.flatMap((count, i) => {
    const top = layout.top + i * group;
    return [`<text x="24" y="${top + 18}" class="head">${many(count)} ${count === 1 ? 'verifier' : 'verifiers'}</text>`,
      ...parts.flatMap((part, k) => {
        const { value, baseline } = byName.get(`propagation/${count}/${part}`);
        const at = top + k * layout.row;
        return [`<text x="${layout.label - 12}" y="${at + 18}" text-anchor="end" class="note">${part}</text>`,
          `<rect x="${layout.label}" y="${at + 4}" width="${Math.max(1.5, x(baseline) - layout.label).toFixed(1)}" height="18" rx="2" class="bar"/>`,
          `<rect x="${layout.label}" y="${at + 9}" width="${Math.max(1.5, x(value) - layout.label).toFixed(1)}" height="8" rx="2" class="ours"/>`,
          `<text x="${(x(Math.max(baseline, value)) + 8).toFixed(1)}" y="${at + 18}" class="figure">${figure(value)} ms after the answer, ${figure(baseline)} ms after the request</text>`];
      })];
  });
  return paper({ width: layout.width + 240, height: end + 24, title: 'From a sign-out to its refusal at the last verifier', description: 'The figures are in the table of revocation.md.',
    note: `Milliseconds. Broad: from the request. Narrow: from its answer; 0 where all refused before it. Dashed: ${longest} ms.`,
    body: [`<line x1="${x(longest).toFixed(1)}" y1="${layout.top - 6}" x2="${x(longest).toFixed(1)}" y2="${end}" class="floor"/>`, ...lines.map(String)].join('\n') });
}

// The picture and the parts of the page that `rows` lead to.
export function render(rows) {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const missing = ['server/machine', ...names].filter((name) => !byName.has(name));
  if (missing.length > 0) throw new Error(`the run has no ${missing.join(', ')}`);
  return { svg: chart(byName), parts: { run: runParagraph(byName.get('server/machine')), propagation: propagationTable(byName), others: othersTable(byName), short: shortParagraph(byName) } };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const runs = process.argv.slice(2);
  if (runs.length === 0) throw new Error('usage: node bench/revocation_chart.mjs RUN.json [RUN.json…]');
  const rows = runs.flatMap((run) => JSON.parse(readFileSync(run, 'utf8'))).map((row) => (row.machine ? { ...row, machine: { ...row.machine, parts: runs.length } } : row)).filter(({ name }) => names.includes(name) || name === 'server/machine');
  keep('revocation', rows, render(rows));
}
