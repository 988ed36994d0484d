// man_pages.mjs - the manual, from what the program says of itself.
//
//     node tools/man_pages.mjs SIGNET OUT      writes OUT/man1/signet*.1.gz and OUT/man5/signet.toml.5.gz
//
// A page for each verb from its --help, one for signet.toml from `signet config reference`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const kColumn = 34;  // where --help describes: command_line.cpp

const [binary, out] = process.argv.slice(2).map((path) => resolve(path));
if (!binary || !out) throw new Error('usage: node tools/man_pages.mjs SIGNET OUT');

const ask = (...args) => execFileSync(binary, args, { encoding: 'utf8', env: { PATH: process.env.PATH } });
const version = ask('--version').trim();

rmSync(out, { recursive: true, force: true });
writeVerb([]);
write('signet.toml', 5, configurationPage(ask('config', 'reference')));

function write(name, section, body) {
  const folder = join(out, `man${section}`);
  mkdirSync(folder, { recursive: true });
  const title = `.TH ${name.toUpperCase()} ${section} "" "${version}" "${section === 5 ? 'Signet configuration' : 'Signet manual'}"`;
  writeFileSync(join(folder, `${name}.${section}.gz`), gzipSync(`${title}\n.nh\n.ad l\n${body}`, { level: 9 }));
}

function writeVerb(words) {
  const help = parseHelp(ask(...words, '--help'));
  const below = [...(help.parts.get('Subcommands') ?? []).map(({ name }) => [...words, name])];
  write(['signet', ...words].join('-'), 1, verbPage(words, help, below));
  below.forEach(writeVerb);
}

// ---- --help ----

// The lists above the first text without a heading, and the text after them.
function parseHelp(text) {
  const lines = text.trimEnd().split('\n');
  const usage = lines.findIndex((line) => line.startsWith('Usage: '));
  const help = { what: lines.slice(0, usage).join(' '), usage: lines[usage].slice('Usage: '.length), parts: new Map(), text: [] };
  let part = null;
  for (const line of lines.slice(usage + 1)) {
    const heading = line.match(/^ *(Positionals|Options|Subcommands):$/)?.[1];
    const group = line.match(/^\[Option Group: .*\]$/);
    if (help.text.length === 0 && (heading || group)) {
      part = heading ?? 'Options';
      if (!help.parts.has(part)) help.parts.set(part, []);
    } else if (part && /^ +\[.* required\]\s*$/.test(line)) {
      // of a group, which says in words what it is
    } else if (part && line.startsWith('  ')) {
      addEntry(help.parts.get(part), line);
    } else if (line.trim() || help.text.length > 0) {
      part = null;
      help.text.push(line);
    }
  }
  return help;
}

function addEntry(entries, line) {
  const indent = line.search(/\S/);
  if (indent >= kColumn) {
    entries.at(-1).what = [entries.at(-1).what, line.trim()].filter(Boolean).join(' ');
    return;
  }
  const column = kColumn + indent - 2;
  const split = line.length > column && line[column - 1] === ' ';
  const [left, what] = split ? [line.slice(0, column), line.slice(column)] : [line, ''];
  entries.push(describeEntry(left.trim(), what.trim(), line));
}

// "--leeway SECONDS:INT in [0 - 600] Excludes: --jws" and the like.
function describeEntry(left, what, line) {
  const isSentence = /^ {2}[A-Z]\w+ .*:\s*$/.test(line) && !left.startsWith('-');
  if (isSentence) return { name: '', what: line.trim() };
  const [, needs] = left.match(/ Needs: (\S+)/) ?? [];
  const [, excludes] = left.match(/ Excludes: (.*)$/) ?? [];
  const bare = left.replace(/ (Needs|Excludes): .*$/, '').replace(/ REQUIRED$/, '');
  const [name, value = ''] = bare.match(/^(\S+)(?: ([^: ]+))?/).slice(1);
  const remarks = [needs && `With ${needs} only.`, excludes && `Not with ${excludes.split(' ').join(', ')}.`].filter(Boolean);
  return { name, value, what, remarks };
}

// ---- pages ----

function verbPage(words, help, below) {
  const name = ['signet', ...words].join('-');
  const { prose, sections } = sectionsOf(help.text);
  const list = (part, render) => (help.parts.get(part) ?? []).map(render).join('');
  const option = ({ name: spelled, value, what, remarks = [] }) =>
    spelled
      ? `.TP\n${spelled.split(',').map(bold).join(', ')}${value ? ` ${italic(value)}` : ''}\n${plain([remarks.length ? `${what}.` : what, ...remarks].join(' '))}\n`
      : `.PP\n${plain(what)}\n`;
  const related = [...new Set([words.length > 0 ? 'signet' : '', words.length > 1 ? `signet-${words[0]}` : ''].filter(Boolean))];
  return [
    `.SH NAME\n${plain(name)} \\- ${plain(words.length ? help.what : help.what.replace(/^Signet: /, '').replace(/\.$/, ''))}\n`,
    `.SH SYNOPSIS\n${help.usage.split(' ').map((word) => (/^[a-z]/.test(word) && ['signet', ...words].includes(word) ? bold(word) : italic(word))).join(' ')}\n`,
    prose && `.SH DESCRIPTION\n${prose}`,
    help.parts.has('Subcommands') && `.SH COMMANDS\n${list('Subcommands', (verb) => `.TP\n${bold([name, verb.name].join('-'))}(1)\n${plain(verb.what)}\n`)}`,
    help.parts.has('Positionals') && `.SH ARGUMENTS\n${list('Positionals', option)}`,
    `.SH OPTIONS\n${list('Options', option)}`,
    ...sections,
    `.SH SEE ALSO\n${[...related.map((page) => `${bold(page)}(1)`), ...below.map((verb) => `${bold(['signet', ...verb].join('-'))}(1)`), `${bold('signet.toml')}(5)`].join(',\n')}\n`,
  ].filter(Boolean).join('');
}

// The text under --help: prose first, then "Examples:", "Exit status:", …
function sectionsOf(lines) {
  const sections = [];
  let current = [];
  const prose = current;
  for (const line of lines) {
    const heading = line.match(/^(Examples|Exit status|Environment):$/)?.[1];
    if (heading) sections.push({ heading, lines: (current = []) });
    else if (!line.startsWith(' ') && line.trim() && current !== prose && current.at(-1) === '') (current = prose).push('', line);
    else current.push(line);
  }
  return {
    prose: text(prose),
    sections: sections.map(({ heading, lines: own }) => `.SH ${heading.toUpperCase()}\n${heading === 'Examples' ? verbatim(own) : table(own)}`),
  };
}

// Sentences flow, what is indented stays as it is.
function text(lines) {
  let written = '';
  for (const [at, line] of lines.entries()) {
    const indented = line.startsWith('  ');
    const before = lines[at - 1]?.startsWith('  ') ?? false;
    if (indented && !before) written += '.RS 2\n.nf\n';
    if (!indented && before) written += '.fi\n.RE\n';
    if (line.trim()) written += `${plain(indented ? line.slice(2) : line)}\n`;
    else if (written && !written.endsWith('.PP\n') && lines.slice(at).some((rest) => rest.trim())) written += '.PP\n';
  }
  return lines.at(-1)?.startsWith('  ') ? `${written}.fi\n.RE\n` : written;
}

function verbatim(lines) {
  return `.nf\n${lines.filter((line) => line.trim()).map((line) => `${plain(line.slice(2))}\n`).join('')}.fi\n`;
}

// "  0  done", and what goes on below it, further in
function table(lines) {
  let written = '';
  for (const line of lines) {
    const [, name, what] = line.match(/^ {1,4}(\S+) {2,}(\S.*)$/) ?? [];
    if (name) written += `.TP\n${bold(name)}\n${plain(what)}\n`;
    else if (line.trim()) written += `${plain(line.trim())}\n`;
  }
  return written;
}

function configurationPage(markdown) {
  const lines = markdown.split('\n').filter((line) => !line.startsWith('<!--'));
  const written = [];
  for (const line of lines.slice(1)) {
    const [, section] = line.match(/^## (.*)$/) ?? [];
    const [, key] = line.match(/^### (.*)$/) ?? [];
    const [, item] = line.match(/^- (.*)$/) ?? [];
    const [, number, step] = line.match(/^(\d+)\. (.*)$/) ?? [];
    if (section) written.push(`.SH ${plain(section)}`);
    else if (key) written.push('.TP', bold(key));
    else if (item) written.push('.br', marked(item));
    else if (number) written.push(`.IP ${number}. 4`, marked(step));
    else if (line.trim()) written.push(marked(line.trim()));
    else if (!/^\.(SH|TP|PP)|^\\fB/.test(written.at(-1) ?? '.SH')) written.push(written.some((own) => own.startsWith('.TP')) ? '' : '.PP');
  }
  const body = written.filter((line, at) => line !== '' && !(line === '.PP' && /^\.(SH|IP|TP)/.test(written[at + 1] ?? '.SH'))).join('\n');
  return [
    '.SH NAME\nsignet.toml \\- what the authentication server Signet can be told\n',
    '.SH SYNOPSIS\n.I /etc/signet/signet.toml\n',
    `.SH DESCRIPTION\n${body}\n`,
    `.SH SEE ALSO\n${bold('signet-serve')}(1),\n${bold('signet-config-check')}(1)\n`,
  ].join('');
}

// ---- roff ----

function plain(raw) {
  return raw.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^([.'])/, '\\&$1').replaceAll("'", '\\(aq').replaceAll('^', '\\(ha').replaceAll('~', '\\(ti').replaceAll('`', '\\(ga');
}
function bold(raw) { return `\\fB${plain(raw)}\\fR`; }
function italic(raw) { return `\\fI${plain(raw)}\\fR`; }
function marked(raw) {
  const pieces = raw.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').split('`');
  return pieces.map((piece, at) => (at % 2 ? bold(piece) : plain(piece))).join('').replace(/^\\\(aq/, '\\&\\(aq');
}
