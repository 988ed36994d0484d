// install.mjs - `npm ci` in a folder, when it is needed.
//
//     node install.mjs FOLDER
//
// Touches no network when node_modules already holds what the lock file names.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.argv[2]);

if (!isInstalled())
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });

// npm leaves a list of what it installed, once it is done. Packages for other
// systems (optional) are in the lock file only.
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  return (
    Object.entries(wanted).every(([path, { optional, integrity }]) => path === '' || (present[path] ? present[path].integrity === integrity : optional)) &&
    Object.keys(present).every((path) => path in wanted)
  );
}

function packagesOf(lock) {
  try {
    return JSON.parse(readFileSync(join(folder, lock), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}
