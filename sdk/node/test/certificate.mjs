// certificate.mjs - a certificate for localhost that nobody else knows, in a folder of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export async function withCertificate(test) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'signet-node-'));
  try {
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return await test({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8'), file: cert });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
