// bench/jose_chart.mjs - turns a run of the bench into docs/benchmarks/jose.md and jose.svg.
//
//     ./dev bench peer/ --json run.json && node bench/jose_chart.mjs run.json
//
// Keeps the run's rows as docs/benchmarks/jose.json, draws jose.svg, and writes the
// parts of jose.md that lie between <!-- NAME --> and <!-- /NAME -->.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { groupNames } from './peers/bad_tokens.mjs';
import { escape, keep, paper, table } from './page.mjs';
import { algorithms } from './peers/craft.mjs';

const origins = { libjwt: 'Debian', cjose: 'Debian', rhonabwy: 'Debian', 'cpp-jwt': 'Debian', 'fast-jwt': 'npm', jsonwebtoken: 'npm', jose: 'npm',
  pyjwt: 'Debian' };
const titles = { signet: 'Signet', pyjwt: 'PyJWT', 'jose-64': 'jose, 64 at once' };
const title = (name) => titles[name] ?? name;

// The rows by what they say: figures.share('libjwt', 'ES256') and so on; undefined where there is none.
function readRows(rows) {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const names = [...new Set(rows.map(({ name }) => name.split('/')[1]))].filter((name) => name !== 'machine' && name !== 'openssl');
  return {
    names,
    judged: names.filter((name) => byName.has(`peer/${name}/bad-tokens`)),
    machine: byName.get('peer/machine'),
    share: (name, alg) => byName.get(`peer/${name}/${alg}/share`),
    against: (name, alg) => byName.get(`peer/${name}/${alg}`),
    allocations: (name, alg) => byName.get(`peer/${name}/${alg}/allocations`),
    bad: (name) => byName.get(`peer/${name}/bad-tokens`),
    good: (name) => byName.get(`peer/${name}/good-tokens`),
    version: (name) => rows.find((row) => row.name.startsWith(`peer/${name}/`)).version,
  };
}

const number = (value) => (value >= 99.95 ? value.toFixed(0) : value.toPrecision(3));
const rate = (perSecond) => (perSecond >= 999_500 ? `${number(perSecond / 1e6)} M` : `${number(perSecond / 1e3)} k`);
const share = (ratio) => (ratio >= 0.0995 ? ratio.toFixed(2) : ratio >= 0.00995 ? ratio.toFixed(3) : ratio.toFixed(4));
const library = (figures, name) =>
  `${name === 'signet' ? '**Signet**' : title(name)} ${name === 'jose-64' ? '' : figures.version(name)}${origins[name] ? ` (${origins[name]})` : ''}`.trim();

function figuresTable(figures) {
  const floorAllocations = (alg) => figures.allocations('openssl', alg)?.value ?? '';
  const floor = ['bare OpenSSL, the floor', ...algorithms.map((alg) => `${rate(figures.share('signet', alg).baseline)}`),
    `${floorAllocations('HS256')} / ${floorAllocations('ES256')}`, '', ''];
  const lines = figures.names.map((name) => {
    const cell = (alg) => { const row = figures.share(name, alg); return row ? `${rate(row.value)} (${share(row.ratio)})` : '–'; };
    const allocations = ['HS256', 'ES256'].map((alg) => figures.allocations(name, alg)?.value);
    const bad = figures.bad(name), good = figures.good(name);
    const crashes = Object.values(bad?.crashes ?? {}).reduce((a, b) => a + b, 0);
    return [library(figures, name), ...algorithms.map(cell), allocations[0] === undefined ? '' : allocations.join(' / '),
      bad ? `${bad.value} of ${bad.baseline}${crashes ? `, ${crashes} ${crashes === 1 ? 'crash' : 'crashes'}` : ''}` : '', good ? `${good.value} of ${good.baseline}` : ''];
  });
  return table(['', ...algorithms, 'allocations HS256 / ES256', 'bad tokens accepted', 'good tokens refused'], [floor, ...lines]);
}

function ratiosTable(figures) {
  const cell = (row) => (row ? `${number(row.ratio)} ×` : '–');
  return table(['Signet against', ...algorithms],
    figures.names.filter((name) => name !== 'signet').map((name) => [title(name), ...algorithms.map((alg) => cell(figures.against(name, alg)))]));
}

function groupsTable(figures) {
  const given = figures.bad('signet').given;
  const cell = (name, group) => {
    const { given: mine, groups, crashes } = figures.bad(name);
    if (!mine[group]) return '–';
    return [groups[group], crashes[group] && `${crashes[group]} crash`].filter(Boolean).join(', ') || '·';
  };
  return table(['group', 'what it tries', 'tokens', ...figures.judged.map(title)],
    Object.keys(given).map((group) => [group, groupNames[group], given[group], ...figures.judged.map((name) => cell(name, group))]));
}

function runParagraph({ machine: { value: cores, machine } }) {
  return `Measured ${machine.date} on ${cores} cores of ${machine.cpu}, ${machine.system}, OpenSSL ${machine.openssl}, Node ${machine.node}; `
    + `load average over five minutes ${machine.load}. Trust the ratios, which come from one run, and not the absolute figures.`;
}

// ---- the picture ------------------------------------------------------------

const panel = { width: 440, label: 122, bar: 236, row: 21, top: 46 };

function drawPanel(figures, alg, x, y) {
  const bars = figures.names.map((name) => [name, figures.share(name, alg)]).sort(([, a], [, b]) => (b?.ratio ?? -1) - (a?.ratio ?? -1));
  const scale = panel.bar / Math.max(1, ...bars.map(([, row]) => row?.ratio ?? 0));
  const end = panel.top + bars.length * panel.row;
  const lines = bars.map(([name, row], i) => {
    const at = panel.top + i * panel.row;
    const kind = name === 'signet' ? ' class="ours"' : '';
    const width = row ? Math.max(1.5, row.ratio * scale) : 0;
    return [`<text x="${panel.label - 8}" y="${at + 13}" text-anchor="end"${kind}>${escape(title(name))}</text>`,
      row && `<rect x="${panel.label}" y="${at + 2}" width="${width.toFixed(1)}" height="14" rx="2"${kind || ' class="bar"'}/>`,
      `<text x="${(panel.label + width + 6).toFixed(1)}" y="${at + 13}" class="figure${name === 'signet' ? ' ours' : ''}">${row ? share(row.ratio) : 'not served'}</text>`];
  });
  const one = (panel.label + scale).toFixed(1);
  return [`<g transform="translate(${x} ${y})">`, `<text x="0" y="20" class="head">${alg}</text>`,
    `<line x1="${one}" y1="${panel.top - 4}" x2="${one}" y2="${end}" class="floor"/>`,
    `<text x="${one}" y="${panel.top - 10}" text-anchor="middle" class="note">bare OpenSSL</text>`, ...lines.flat().filter(Boolean), '</g>'].join('\n');
}

function chart(figures) {
  const height = panel.top + figures.names.length * panel.row + 30;
  const [width, top] = [2 * panel.width + 60, 84];
  const total = top + 2 * height - 8;
  const versions = figures.names.map((name) => `${title(name)} ${figures.version(name)}`).join(', ');
  return paper({ width, height: total, title: 'Verifying one JWT: share of what bare OpenSSL does', description: `${versions}. The figures are in the table of jose.md.`,
    note: 'One token of nine claims, key loaded; signature, exp, iss, aud checked. Longer is faster; each panel has its own scale.',
    body: algorithms.map((alg, i) => drawPanel(figures, alg, 24 + (i % 2) * (panel.width + 12), top + Math.floor(i / 2) * height)).join('\n') });
}

// The picture and the parts of the page that `rows` lead to.
export function render(rows) {
  const figures = readRows(rows);
  return { svg: chart(figures),
    parts: { run: runParagraph(figures), figures: figuresTable(figures), ratios: ratiosTable(figures), groups: groupsTable(figures) } };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.length !== 3) throw new Error('usage: node bench/jose_chart.mjs RUN.json');
  const rows = JSON.parse(readFileSync(process.argv[2], 'utf8')).filter(({ name }) => name.startsWith('peer/'));
  const { svg, parts } = render(rows);
  keep('jose', rows, render(rows));
}
