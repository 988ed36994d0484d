// tests/api/services.mjs - services in processes of their own that follow an issuer, of each make that there is.
//
//   const service = Service.spawn('@signet/node', { issuer, ca, credential, port: await freePort() });
//   try { await service.ready(); await service.ask('GET', '/profile', session); } finally { await service.stop(); }
import { spawn } from 'node:child_process';
import path from 'node:path';
import { request, root, until } from './harness.mjs';

const binaries = process.env.EXAMPLES_FOLDER ?? path.join(root, 'build/release');
// Each answers GET /profile to whoever is signed in, and POST /transfers only while it is known who signed out. Degraded
// after 2 s, stale after 10.
const makes = {
  'signet::Verifier': [path.join(binaries, 'verify_requests_blocking')],
  '@signet/node': [process.execPath, path.join(root, 'tests/api/node_service.mjs')],
};
export const makeNames = Object.keys(makes);
export const staleAfterSeconds = 10;

export class Service {
  static spawn(make, { issuer, ca, credential, port }) {
    const self = Object.assign(new Service(), { make, url: `http://127.0.0.1:${port}` });
    const [program, ...args] = makes[make];
    self.child = spawn(program, [...args, issuer, ca, String(port)], { stdio: ['pipe', 'ignore', 'ignore'] });
    self.ended = new Promise((done) => self.child.once('exit', done).once('error', done));
    self.child.stdin.on('error', () => {});
    self.child.stdin.end(credential);
    return self;
  }
  ready() {
    return until(this.make, () => this.ask('GET', '/profile').then(({ status }) => status === 401, () => false));
  }
  ask(method, target, { access_token: bearer } = {}) { return request(this, method, target, { bearer }); }
  freeze() { this.child.kill('SIGSTOP'); }
  thaw() { this.child.kill('SIGCONT'); }
  // Also one that is frozen.
  async stop() {
    this.child.kill('SIGTERM');
    this.thaw();
    await this.ended;
  }
}
