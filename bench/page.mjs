// bench/page.mjs - what the pages of docs/benchmarks have in common: tables, pictures on one kind of paper, and parts
// that a run replaces.
import { readFileSync, writeFileSync } from 'node:fs';

export const table = (head, lines) => [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
export const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

// An SVG that reads in light and in dark: `body` on a sheet with a title and a note below it.
export function paper({ width, height, title, description, note, body }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">
<title id="t">${escape(title)}</title>
<desc id="d">${escape(description)}</desc>
<style>
svg { color-scheme: light dark }
text { font: 13px system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; fill: #24292f }
.paper { fill: #ffffff; stroke: #d0d7de }
.title { font-size: 19px; font-weight: 600 }
.head { font-size: 15px; font-weight: 600 }
.note { font-size: 12px; fill: #57606a }
.figure { font-variant-numeric: tabular-nums; fill: #57606a; stroke: #ffffff; stroke-width: 5px; paint-order: stroke }
rect.bar { fill: #8c959f }
rect.ours { fill: #0969da }
text.ours { font-weight: 600; fill: #0969da }
.floor { stroke: #57606a; stroke-dasharray: 3 3 }
.wanted { stroke: #1f2328; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.paper { fill: #0d1117; stroke: #30363d }
.note, .figure { fill: #9198a1 }
.figure { stroke: #0d1117 }
rect.bar { fill: #6e7681 }
rect.ours { fill: #4493f8 }
text.ours { fill: #4493f8 }
.floor { stroke: #9198a1 }
.wanted { stroke: #f0f6fc }
}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" class="paper"/>
<text x="24" y="36" class="title">${escape(title)}</text>
<text x="24" y="58" class="note">${escape(note)}</text>
${body}
</svg>
`;
}

const between = (name) => new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- /${name} -->)`);
export const partOf = (page, name) => between(name).exec(page)?.[0];
export const withPart = (page, name, text) => page.replace(between(name), (_, open, close) => open + text + close);

// Writes docs/benchmarks/NAME.json, .svg, and the parts of .md.
export function keep(name, rows, { svg, parts }) {
  const place = (ending) => new URL(`../docs/benchmarks/${name}.${ending}`, import.meta.url);
  const page = Object.entries(parts).reduce((text, [part, content]) => withPart(text, part, content), readFileSync(place('md'), 'utf8'));
  writeFileSync(place('json'), `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
  writeFileSync(place('svg'), svg);
  writeFileSync(place('md'), page);
}
