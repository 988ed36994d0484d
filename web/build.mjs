// build.mjs - the hosted pages: rendered to HTML, bundled, and weighed.
//
//     node build.mjs [OUT]      writes OUT/{login,signup,account}.html and OUT/assets/ (default: dist),
//                               and OUT.packages.json, the npm packages whose code is in them
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';

const kHeaviest = 60_000; // bytes of the sign-in page, gzipped: HTML, scripts, and style sheets

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, 'dist'));
const rendered = `${out}.rendered`;

const shared = {
  root: here,
  configFile: false,
  logLevel: 'warn',
  cacheDir: `${out}.cache`,
  plugins: [svelte()],
  resolve: { alias: { '@signet/browser': join(here, '../sdk/browser/src/index.ts') } },
};

async function renderPages() {
  await build({
    ...shared,
    ssr: { noExternal: true },
    build: {
      ssr: 'src/prerender.ts',
      outDir: rendered,
      emptyOutDir: true,
      copyPublicDir: false,
      rollupOptions: { output: { entryFileNames: 'prerender.mjs' } },
    },
  });
  const { pages } = await import(pathToFileURL(join(rendered, 'prerender.mjs')));
  await rm(rendered, { recursive: true });
  return pages;
}

async function bundle(names) {
  const input = Object.fromEntries([...names.map((name) => [name, `src/${name}.ts`]), ['style', 'src/page.css'], ['icon', 'src/seal.svg']]);
  const { output } = await build({
    ...shared,
    build: {
      outDir: out,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: false,
      assetsInlineLimit: 0, // img-src 'self': no data: addresses
      cssCodeSplit: true,
      rollupOptions: { input },
    },
  });
  return output;
}

// The scripts that a page needs, its own first: all are preloaded at once.
function scriptsOf(output, name) {
  const entry = output.find((file) => file.type === 'chunk' && file.isEntry && file.name === name);
  return [entry.fileName, ...entry.imports];
}

function assetOf(output, name) {
  return output.find((file) => file.type === 'asset' && file.names.includes(name)).fileName;
}

function compose(frame, page, output) {
  const [entry, ...imports] = scriptsOf(output, page.name);
  const scripts = [
    ...imports.map((file) => `<link rel="modulepreload" nonce="{{nonce}}" href="/${file}">`),
    `<script type="module" nonce="{{nonce}}" src="/${entry}"></script>`,
  ];
  const parts = {
    title: page.title,
    icon: `/${assetOf(output, 'seal.svg')}`,
    styles: `<link rel="stylesheet" href="/${assetOf(output, 'style.css')}">`,
    scripts: scripts.join('\n    '),
    page: page.html,
  };
  return frame.replace(/%(\w+)%/g, (_, name) => parts[name]);
}

// Those that rendered the pages left their marks in the HTML, those in the scripts their code.
function packagesIn(output) {
  const modules = output.flatMap((file) => Object.entries(file.modules ?? {}));
  const kept = modules.filter(([, { renderedLength }]) => renderedLength > 0).map(([file]) => file);
  const names = kept.map((file) => file.match(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean);
  return [...new Set(names)].sort();
}

async function weigh(output) {
  const files = ['login.html', ...scriptsOf(output, 'login'), assetOf(output, 'style.css')];
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(join(out, file))).length));
  const total = sizes.reduce((sum, size) => sum + size);
  console.log(`sign-in page: ${total} bytes gzipped (${files.map((file, i) => `${file} ${sizes[i]}`).join(', ')})`);
  if (total > kHeaviest) throw new Error(`the sign-in page is over ${kHeaviest} bytes`);
}

const pages = await renderPages();
const output = await bundle(pages.map(({ name }) => name));
const frame = await readFile(join(here, 'page.html'), 'utf8');
await Promise.all(pages.map((page) => writeFile(join(out, `${page.name}.html`), compose(frame, page, output))));
await writeFile(`${out}.packages.json`, `${JSON.stringify(packagesIn(output))}\n`);
await weigh(output);
