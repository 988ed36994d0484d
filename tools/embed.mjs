// embed.mjs - turns the build of web/ into C++: every file, and its gzip where that is smaller.
//
//     node tools/embed.mjs DIST OUT      writes OUT/assets.cpp, OUT/assets.S, and OUT/gzip/
//
// NAME.html at the top becomes "/NAME", a template: web/README.md lists the
// {{placeholders}} that the server fills in. Other files keep their path; those
// below /assets/ have a hash of their content in the name.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, posix, resolve } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

const kContentTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

const [dist, out] = process.argv.slice(2).map((path) => resolve(path));
if (!dist || !out) throw new Error('usage: node tools/embed.mjs DIST OUT');

const compressed = join(out, 'gzip');
rmSync(compressed, { recursive: true, force: true });
mkdirSync(compressed, { recursive: true });

const assets = filesBelow(dist, '')
  .map(describe)
  .sort((a, b) => (a.path < b.path ? -1 : 1));

writeFileSync(join(out, 'assets.S'), assembly(assets));
writeFileSync(join(out, 'assets.cpp'), source(assets));

function filesBelow(folder, prefix) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name), posix.join(prefix, entry.name)) : [posix.join(prefix, entry.name)],
  );
}

function describe(name, index) {
  const type = kContentTypes[extname(name)];
  if (!type) throw new Error(`embed: no content type for ${name}`);
  const file = join(dist, name);
  const body = readFileSync(file);
  const isPage = extname(name) === '.html';
  return {
    symbol: `signet_web_asset_${index}`,
    path: isPage ? `/${name.slice(0, -'.html'.length)}` : `/${name}`,
    type,
    file,
    gzip: isPage ? null : gzipped(body, index),
    immutable: name.startsWith('assets/'),
    hash: createHash('sha256').update(body).digest('hex').slice(0, 32),
  };
}

// The file with the compressed body, or null where that is not smaller.
function gzipped(body, index) {
  const small = gzipSync(body, { level: constants.Z_BEST_COMPRESSION });
  if (small.length >= body.length) return null;
  const file = join(compressed, `${index}.gz`);
  writeFileSync(file, small);
  return file;
}

function assembly(all) {
  const blob = (symbol, file) => `
    .global ${symbol}, ${symbol}_end
${symbol}:
    .incbin "${file}"
${symbol}_end:
    .byte 0`;
  // The hashes make this text change with the files, for tools that look no further.
  const blobs = all.map(
    ({ symbol, file, gzip, path, hash }) =>
      `\n// ${path} ${hash}${blob(symbol, file)}${gzip ? blob(`${symbol}_gzip`, gzip) : ''}`,
  );
  return `// Made by tools/embed.mjs.
#if defined(__CET__)
#include <cet.h>
#endif
    .section .rodata
${blobs.join('\n')}

    .section .note.GNU-stack, "", %progbits
`;
}

function source(all) {
  const text = (symbol) => `text(${symbol}, ${symbol}_end)`;
  const symbols = all.flatMap(({ symbol, gzip }) => (gzip ? [symbol, `${symbol}_gzip`] : [symbol]));
  const declared = symbols.map((symbol) => `extern char const ${symbol}[];\nextern char const ${symbol}_end[];`);
  const rows = all.map(
    ({ symbol, path, type, gzip, immutable, hash }) =>
      `        Asset{"${path}", "${type}", "\\"${hash}\\"", ${text(symbol)}, ${gzip ? text(`${symbol}_gzip`) : '{}'}, ${immutable}},`,
  );
  return `// Made by tools/embed.mjs.
#include "web/assets.hpp"

#include <array>
#include <cstddef>

extern "C" {
${declared.join('\n')}
}

namespace signet::web {
namespace {

std::string_view text(char const* begin, char const* end)
{
    return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::span<Asset const> assets()
{
    static std::array const all{
${rows.join('\n')}
    };
    return all;
}

}  // namespace signet::web
`;
}
