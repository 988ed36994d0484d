// embed.mjs - writes a folder of files into one .cpp file: notes::assets() of asset.hpp.
//
//     node embed.mjs FOLDER OUT.cpp
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const kTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const kLine = 4096; // bytes in one literal: compilers limit their length

const [folder, out] = process.argv.slice(2);

function literal(bytes) {
  // Octal escapes end after three digits, whatever follows.
  return `"${[...bytes].map(inLiteral).join('')}"`;
}

function inLiteral(byte) {
  const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
  return plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
}

async function assetOf(file) {
  const bytes = await readFile(join(folder, file));
  const path = file === 'index.html' ? '/' : `/${file}`;
  const lines = [];
  for (let at = 0; at < bytes.length; at += kLine) lines.push(literal(bytes.subarray(at, at + kLine)));
  return `    {"${path}", "${kTypes[extname(file)]}",\n     {${lines.join('\n      ')},\n      ${bytes.length}}},`;
}

const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
  .sort();
const rows = await Promise.all(files.map(assetOf));
await writeFile(
  out,
  `// Written by embed.mjs.
#include "asset.hpp"

namespace notes {
namespace {

constexpr Asset kAssets[] = {
${rows.join('\n')}
};

}  // namespace

std::span<Asset const> assets()
{
    return kAssets;
}

}  // namespace notes
`,
);
