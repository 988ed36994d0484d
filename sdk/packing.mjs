// packing.mjs - a package of this folder as somebody installs it: packed, unpacked, without a registry.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const kNotPacked = ['node_modules', 'dist', 'bench', 'examples', 'test'];

// Packs a copy of `folder`, in which an earlier build left something, as `npm publish` would, and calls `work` with
//   files      what the package holds, by name
//   read       the text of one of them
//   run        the output of a script of an application that has installed it
export function withPackage(folder, work) {
  const place = mkdtempSync(path.join(os.tmpdir(), 'signet-package-'));
  try {
    const [copy, app] = [path.join(place, 'copy'), path.join(place, 'app')];
    cpSync(folder, copy, { recursive: true, filter: (from) => !kNotPacked.includes(path.relative(folder, from)) });
    symlinkSync(path.join(folder, 'node_modules'), path.join(copy, 'node_modules'));
    mkdirSync(path.join(copy, 'dist'));
    writeFileSync(path.join(copy, 'dist/earlier.js'), '');
    const env = { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
    execFileSync('npm', ['pack', '--pack-destination', place, '--loglevel=error'], { cwd: copy, env, stdio: ['ignore', 'ignore', 'inherit'] });

    const { name, dependencies = {} } = JSON.parse(readFileSync(path.join(copy, 'package.json'), 'utf8'));
    const installed = path.join(app, 'node_modules', name);
    mkdirSync(installed, { recursive: true });
    const tarball = readdirSync(place).find((file) => file.endsWith('.tgz'));
    execFileSync('tar', ['-xzf', path.join(place, tarball), '-C', installed, '--strip-components=1']);
    for (const needed of Object.keys(dependencies)) symlinkSync(path.join(folder, 'node_modules', needed), path.join(app, 'node_modules', needed));

    work({
      files: readdirSync(installed, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(installed, path.join(entry.parentPath ?? entry.path, entry.name)))
        .sort(),
      read: (file) => readFileSync(path.join(installed, file), 'utf8'),
      run: (script) => execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: app, encoding: 'utf8' }),
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

// What is wrong with a package whatever it does.
export function problemsOf(folder, { files, read }) {
  const problems = [];
  const wanted = ['LICENSE', 'README.md', 'package.json', ...modules(folder).flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`])].sort();
  if (files.join() !== wanted.join()) problems.push(`it holds ${files.join()} and not ${wanted.join()}`);
  if (read('LICENSE') !== readFileSync(path.join(folder, '../../LICENSE'), 'utf8')) problems.push('its licence is not the one of the whole');
  for (const [, link] of read('README.md').matchAll(/\]\(([^)#]+)[^)]*\)/g))
    if (!link.startsWith('https://') && !files.includes(link)) problems.push(`README.md links to ${link}, which it does not hold`);
  const { packages } = JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8'));
  for (const [name, { hasInstallScript }] of Object.entries(packages))
    if (hasInstallScript) problems.push(`${name} runs a script when it is installed`);
  // With scripts off, nothing would be built before it is packed.
  if (existsSync(path.join(folder, '.npmrc')) && /ignore-scripts/.test(readFileSync(path.join(folder, '.npmrc'), 'utf8'))) problems.push('.npmrc turns prepack off');
  return problems;
}

const modules = (folder) => readdirSync(path.join(folder, 'src')).map((file) => file.replace(/\.ts$/, ''));
