// sbom.mjs - what is inside and beneath the server, as SPDX 2.3.
//
//     node tools/sbom.mjs SIGNET VERSION BUNDLED LOCK OUT PACKAGE…
//
// SIGNET is the binary: the shared libraries it needs are linked. PACKAGE… are the Debian packages whose
// headers alone are compiled in. BUNDLED names the npm packages in the hosted pages (web/build.mjs), LOCK is
// the package-lock.json that says which version of them. A licence is what Debian's copyright file says in
// the form made for machines, else NOASSERTION.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const [binary, version, bundledFile, lockFile, out, ...headerPackages] = process.argv.slice(2);
if (!out) throw new Error('usage: node tools/sbom.mjs SIGNET VERSION BUNDLED LOCK OUT PACKAGE…');

const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' });

// Debian's short names, where SPDX has another.
const kSpdxNames = {
  Expat: 'MIT', 'Expat with embedded exception': 'NOASSERTION', 'BSD-2-clause': 'BSD-2-Clause', 'BSD-3-clause': 'BSD-3-Clause',
  'BSL-1.0': 'BSL-1.0', 'Apache-2.0': 'Apache-2.0', ISC: 'ISC', MIT: 'MIT', curl: 'curl', Zlib: 'Zlib', zlib: 'Zlib',
  'GPL-2+': 'GPL-2.0-or-later', 'GPL-3+': 'GPL-3.0-or-later', 'LGPL-2.1+': 'LGPL-2.1-or-later', 'LGPL-2+': 'LGPL-2.0-or-later',
};

function debianLicence(name) {
  const file = `/usr/share/doc/${name}/copyright`;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (!/^Format: .*copyright-format\/1\.0/m.test(text)) return 'NOASSERTION';
  const all = text.split(/\n\s*\n/).find((paragraph) => /^Files:\s*\*\s*$/m.test(paragraph));
  return kSpdxNames[all?.match(/^License:\s*(.*\S)\s*$/m)?.[1]] ?? 'NOASSERTION';
}

function debianPackage(name) {
  const [installed, architecture, supplier] = run('dpkg-query', '-W', '-f', '${Version}\\n${Architecture}\\n${Maintainer}', name).split('\n');
  const bare = name.replace(/:.*/, '');
  return {
    ...described(`deb-${bare}`, bare, installed, debianLicence(bare)),
    supplier: `Organization: ${supplier.replace(/ *<.*/, '')}`,
    externalRefs: [locator(`pkg:deb/debian/${encodeURIComponent(bare)}@${encodeURIComponent(installed)}?arch=${architecture}`)],
  };
}

function npmPackage(name, lock) {
  const locked = lock.packages[`node_modules/${name}`];
  if (!locked) throw new Error(`${name} is in the pages and not in ${lockFile}`);
  const checksum = locked.integrity?.startsWith('sha512-') ? Buffer.from(locked.integrity.slice(7), 'base64').toString('hex') : null;
  return {
    ...described(`npm-${name}`, name, locked.version, /^[\w.+-]+$/.test(locked.license ?? '') ? locked.license : 'NOASSERTION'),
    downloadLocation: locked.resolved ?? 'NOASSERTION',
    ...(checksum && { checksums: [{ algorithm: 'SHA512', checksumValue: checksum }] }),
    externalRefs: [locator(`pkg:npm/${name.replace('@', '%40')}@${locked.version}`)],
  };
}

function described(id, name, installed, licence) {
  return {
    SPDXID: `SPDXRef-${id.replace(/[^A-Za-z0-9.-]+/g, '-')}`,
    name,
    versionInfo: installed,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: licence,
    copyrightText: 'NOASSERTION',
  };
}

function locator(purl) {
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl };
}

// The Debian packages of the libraries that the binary itself asks for.
function linkedPackages() {
  const needed = [...run('readelf', '-dW', binary).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, soname]) => soname);
  const found = new Map([...run('ldd', binary).matchAll(/^\s*(\S+)(?: => (\S+))? \(0x/gm)].map(([, name, path]) => [basename(name), path ?? name]));
  return [...new Set(needed.map((soname) => ownerOf(soname, found.get(soname))))].sort();
}

// dpkg knows a library under the path it was installed to, which a merged /usr may spell otherwise.
function ownerOf(soname, path) {
  if (!path || path === 'not') throw new Error(`${soname} is not installed`);
  for (const candidate of [path, realpathSync(path), `/usr${path}`, path.replace(/^\/usr/, '')])
    try {
      return execFileSync('dpkg-query', ['-S', candidate], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(': ')[0].split(',')[0];
    } catch { /* under another spelling */ }
  throw new Error(`no Debian package owns ${path}`);
}

const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
const linked = linkedPackages().map(debianPackage);
const inside = [
  ...headerPackages.sort().map(debianPackage),
  ...JSON.parse(readFileSync(bundledFile, 'utf8')).map((name) => npmPackage(name, lock)),
];
const content = readFileSync(binary);
const signet = {
  ...described('signet', 'signet', version, 'Apache-2.0'),
  licenseConcluded: 'Apache-2.0',
  primaryPackagePurpose: 'APPLICATION',
  checksums: [{ algorithm: 'SHA256', checksumValue: createHash('sha256').update(content).digest('hex') }],
  comment: 'The checksum is that of the program before its symbols are stripped for the package.',
};
const relation = (from, relationshipType, to) => ({ spdxElementId: from, relationshipType, relatedSpdxElement: to.SPDXID });
const relationships = [
  relation('SPDXRef-DOCUMENT', 'DESCRIBES', signet),
  ...linked.map((library) => relation(signet.SPDXID, 'DYNAMIC_LINK', library)),
  ...inside.map((part) => relation(signet.SPDXID, 'CONTAINS', part)),
];
const packages = [signet, ...linked, ...inside];
const digest = createHash('sha256').update(JSON.stringify([packages, relationships])).digest('hex').slice(0, 32);
const created = new Date(process.env.SOURCE_DATE_EPOCH ? Number(process.env.SOURCE_DATE_EPOCH) * 1000 : Date.now());

writeFileSync(out, `${JSON.stringify({
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: `signet-${version}`,
  documentNamespace: `https://spdx.org/spdxdocs/signet-${version}-${digest}`,
  creationInfo: { created: created.toISOString().replace(/\.\d+Z$/, 'Z'), creators: [`Tool: signet-sbom-${version}`] },
  packages,
  relationships,
}, null, 2)}\n`);
