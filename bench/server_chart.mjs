// bench/server_chart.mjs - turns runs of the bench into docs/benchmarks/server.md and server.svg.
//
//     ./dev bench server --json run.json && node bench/server_chart.mjs run.json      or several parts of a run
//
// Keeps the rows as docs/benchmarks/server.json, draws server.svg, and writes the parts of server.md that lie
// between <!-- NAME --> and <!-- /NAME -->.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { escape, keep, paper, table } from './page.mjs';

// name, what is measured, against what, and the ratio that DESIGN wants at least.
const throughput = [
  ['refresh/storage/1', 'Refreshes, storage alone, one at a time', 'bare SQLite commits, one each, synchronous=FULL'],
  ['refresh/storage/64', 'Refreshes, storage alone, 64 at once', 'bare SQLite commits, one each, synchronous=FULL', 6],
  ['refresh/storage/64-by-1', 'Refreshes, storage alone, 64 at once', 'the same one at a time: one commit each', 6],
  ['refresh/storage/normal', 'Refreshes, storage alone, 64 at once', 'SQLite commits, synchronous=NORMAL: not durable'],
  ['refresh/sqlite-full', 'Refreshes over TLS', 'bare SQLite commits, one each, synchronous=FULL'],
  ['refresh/tutorial', 'Refreshes over TLS', 'the tutorials’ server', 10],
  ['refresh/tutorial-keys', 'Refreshes over TLS', 'the same, its secrets prepared once'],
  ['bearer/tutorial', 'Bearer requests over TLS', 'the tutorials’ server'],
  ['bearer/tutorial-keys', 'Bearer requests over TLS', 'the same, its secrets prepared once'],
  ['bearer/tls', 'Bearer requests over TLS', 'nginx `return 200`, same certificate', 0.8],
  ['signin/argon2id', 'Sign-ins', 'the bare hash on all cores, in kept huge pages too', 0.95],
  ['signin/two-writes', 'Sign-ins', 'the same hash and two durable writes each'],
  ['signin/plain-pages', 'Sign-ins', 'the bare hash on all cores, as libsodium comes'],
  ['refresh/storage/1M', 'Refreshes, storage alone, 1,000,000 sessions', '10,000 sessions', 0.9],
  ['refresh/storage/10M', 'Refreshes, storage alone, 10,000,000 sessions', '10,000 sessions', 0.9],
  ['refresh/10M-sessions', 'Refreshes over TLS, 10,000,000 sessions', '10,000 sessions', 0.9],
];
// name, what is measured, and what it should stay below.
const limits = [
  ['refresh/sqlite-full/p99', 'Refresh, 64 devices as fast as they are answered, p99'],
  ['refresh/under-sign-ins/p99', 'Refresh while sign-ins saturate the cores, p99', 50],
  ['jwks/under-sign-ins/p99', 'Key set while sign-ins saturate the cores, p99', 50],
  ['slow/5000/refresh/p99', 'Refresh while 5,000 slow connections hold on, p99', 50],
  ['slow/5000/keys/p99', 'Key set while 5,000 slow connections hold on, p99', 50],
  ['slow/5000/sign-ins/refresh/p99', 'Refresh while both go on, p99', 50],
  ['slow/5000/sign-ins/keys/p99', 'Key set while both go on, p99', 50],
  ['start/first-sign-in', 'From exec to the answer to the first sign-in', 150],
  ['memory/idle', 'Resident memory, idle after one sign-in', 20],
  ['memory/10000-connections', 'Resident memory, 10,000 idle TLS connections', 400],
];

export const names = [...throughput, ...limits].map(([name]) => name);

const figure = (value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const times = (ratio) => `${ratio >= 9.95 ? ratio.toFixed(0) : ratio >= 1 ? ratio.toFixed(1) : ratio.toFixed(2)} ×`;
const plain = (text) => text.replaceAll('`', '');

function throughputTable(byName) {
  return table(['', 'a second', 'against', 'a second', 'ratio', 'wanted'], throughput.map(([name, what, against, wanted]) => {
    const row = byName.get(name);
    return [what, figure(row.value), against, figure(row.baseline), `**${times(row.ratio)}**`, wanted ? `≥ ${wanted}` : ''];
  }));
}

function limitsTable(byName) {
  return table(['', 'measured', 'wanted', 'without that load'], limits.map(([name, what, below]) => {
    const row = byName.get(name);
    return [what, `**${figure(row.value)} ${row.unit}**`, below ? `< ${below} ${row.unit}` : '', row.baseline == null ? '' : `${figure(row.baseline)} ${row.unit}`];
  }));
}

// What was set out to be reached, and was not.
function shortParagraph(byName) {
  const short = [
    ...throughput.filter(([name, , , wanted]) => byName.get(name).ratio < wanted).map(([name, what, , wanted]) => `${what}: ${times(byName.get(name).ratio)} of ≥ ${wanted}`),
    ...limits.filter(([name, , below]) => byName.get(name).value >= below).map(([name, what, below]) => `${what}: ${figure(byName.get(name).value)} of < ${below} ${byName.get(name).unit}`),
  ];
  return short.length === 0 ? 'All of it was reached in this run.' : `Not reached in this run: ${short.join('; ')}.`;
}

function runParagraph({ value: cores, machine }) {
  return `Measured ${machine.date} at commit ${machine.commit} ${machine.parts > 1 ? `in ${machine.parts} parts, one after the other, ` : ''}on ${cores} cores of ${machine.cpu}, ${machine.system}, Node ${machine.node}; load average `
    + `over five minutes before it ${machine.load}. Server, load, and baseline share those cores. Trust the ratios, whose two sides took turns, and not the absolute figures.`;
}

// ---- the picture: ratios on a logarithmic scale ---------------------------------

const layout = { width: 900, label: 370, bars: 400, row: 38, top: 96 };

function chart(byName) {
  const rows = throughput;
  const ratios = rows.map(([name]) => byName.get(name).ratio);
  const [low, high] = [Math.log10(Math.min(0.25, ...ratios)), Math.log10(Math.max(10, ...ratios) * 1.2)];
  const x = (ratio) => layout.label + ((Math.log10(ratio) - low) / (high - low)) * layout.bars;
  const end = layout.top + rows.length * layout.row;
  const lines = rows.map(([name, what, against, wanted], i) => {
    const { ratio } = byName.get(name);
    const at = layout.top + i * layout.row;
    const [from, to] = [Math.min(x(1), x(ratio)), Math.max(x(1), x(ratio))];
    return [`<text x="${layout.label - 12}" y="${at + 14}" text-anchor="end">${escape(what)}</text>`,
      `<text x="${layout.label - 12}" y="${at + 28}" text-anchor="end" class="note">against ${escape(plain(against))}</text>`,
      `<rect x="${from.toFixed(1)}" y="${at + 6}" width="${Math.max(1.5, to - from).toFixed(1)}" height="18" rx="2" class="ours"/>`,
      wanted && `<line x1="${x(wanted).toFixed(1)}" y1="${at + 2}" x2="${x(wanted).toFixed(1)}" y2="${at + 28}" class="wanted"/>`,
      `<text x="${(to + 8).toFixed(1)}" y="${at + 20}" class="figure ours">${times(ratio)}</text>`];
  });
  return paper({ width: layout.width, height: end + 20, title: 'Signet, and what it is measured against', description: 'The figures are in the tables of server.md.',
    note: 'How many times as much in the same time; a logarithmic scale. The short line is what was set out to be reached.',
    body: [`<line x1="${x(1).toFixed(1)}" y1="${layout.top - 6}" x2="${x(1).toFixed(1)}" y2="${end}" class="floor"/>`,
      `<text x="${x(1).toFixed(1)}" y="${layout.top - 12}" text-anchor="middle" class="note">as much</text>`, ...lines.flat().filter(Boolean)].join('\n') });
}

// The picture and the parts of the page that `rows` lead to.
export function render(rows) {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const missing = ['server/machine', ...names].filter((name) => !byName.has(name));
  if (missing.length > 0) throw new Error(`the run has no ${missing.join(', ')}`);
  return { svg: chart(byName), parts: { run: runParagraph(byName.get('server/machine')), throughput: throughputTable(byName), limits: limitsTable(byName), short: shortParagraph(byName) } };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const parts = process.argv.slice(2);
  if (parts.length === 0) throw new Error('usage: node bench/server_chart.mjs RUN.json [RUN.json…]');
  const rows = parts.flatMap((part) => JSON.parse(readFileSync(part, 'utf8'))).map((row) => (row.machine ? { ...row, machine: { ...row.machine, parts: parts.length } } : row)).filter(({ name }) => names.includes(name) || name === 'server/machine');
  keep('server', rows, render(rows));
}
