// examples/python: the C interface by ctypes, and a WSGI app behind it, follow the real server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import * as jose from 'jose';
import { addVerifier } from './feed.mjs';
import { addUser, ann, environment, freePort, patient, request, root, signIn, startSignet, until } from './harness.mjs';

const library = process.env.SIGNET_VERIFIER_LIBRARY ?? path.join(root, 'build/release/src/verifier/libsignet_verifier.so');
const folder = path.join(root, 'examples/python');

// Debian's own Python, with what it needs to find the library.
function python(signet, args, more = {}) {
  const env = environment({ SIGNET_VERIFIER_LIBRARY: library, SIGNET_ISSUER: signet.url, SIGNET_CA: path.join(signet.dataDir, 'tls/cert.pem'),
    PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', ...more });
  const child = spawn('/usr/bin/python3', args, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const made = { child, output: '', errors: '', ended: new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal))) };
  child.stdout.on('data', (chunk) => { made.output += chunk; });
  child.stderr.on('data', (chunk) => { made.errors += chunk; });
  return made;
}

async function withSignet(work) {
  const signet = await startSignet({ env: patient });
  try {
    await addUser(signet, { ...ann, roles: ['writer'] });
    await work({ signet, credential: await addVerifier(signet, 'python') });
  } finally {
    await signet.stop();
  }
}

const signOut = (signet, session) => request(signet, 'POST', '/api/v1/logout', { bearer: session.access_token });

test('the notes app lets in who is signed in, out with the sign-out, and fails closed while stale', () => withSignet(async ({ signet, credential }) => {
  const port = await freePort();
  const app = python(signet, ['notes.py', String(port)], { SIGNET_CREDENTIAL: credential, DEGRADED_AFTER_MS: '2000', STALE_AFTER_MS: '3000' });
  try {
    const notes = { url: `http://127.0.0.1:${port}` };
    const stranger = await until(`the app: ${app.errors}`, () => request(notes, 'GET', '/').catch(() => undefined));
    assert.deepEqual([stranger.status, stranger.json.error], [401, 'missing_token']);
    assert.equal(stranger.headers['www-authenticate'], 'Bearer realm="notes"');

    const [leaves, stays] = [await signIn(signet), await signIn(signet)];
    const ask = (method, session) => request(notes, method, '/', { bearer: session.access_token });
    const welcome = await ask('GET', leaves);
    assert.equal(welcome.status, 200);
    assert.deepEqual(welcome.json, { owner: leaves.user.id, roles: ['writer'], notes: [] });
    assert.equal((await ask('DELETE', stays)).status, 200);

    assert.equal((await signOut(signet, leaves)).headers['signet-propagated'], '1/1');
    const out = await ask('GET', leaves);
    assert.deepEqual([out.status, out.json.error_description], [401, 'The session has ended.']);
    assert.match(out.headers['www-authenticate'], /error="invalid_token"/);

    signet.child.kill('SIGSTOP');
    try {
      await until('it is stale', () => app.errors.includes('notes: stale'));
      const closed = await ask('DELETE', stays);
      assert.deepEqual([closed.status, closed.headers['retry-after'], closed.json.error], [503, '1', 'unavailable']);
      assert.equal((await ask('GET', stays)).status, 200);
      assert.equal((await ask('GET', leaves)).status, 401, 'what is known stays known');
    } finally {
      signet.child.kill('SIGCONT');
    }
    await until('it is live again', async () => (await ask('DELETE', stays)).status === 200);
  } finally {
    app.child.kill('SIGTERM');
    await app.ended;
  }
}));

const script = `
import json, os, sys, time
from signet_verifier import FAIL_CLOSED, Refused, Verifier

news = []
usual = dict(issuer=os.environ["SIGNET_ISSUER"], audience=os.environ["SIGNET_ISSUER"], ca_file=os.environ["SIGNET_CA"])
verifier = Verifier(credential=os.environ["SIGNET_CREDENTIAL"], patience_ms=15000, on_revoked=lambda *what: news.append(what), **usual)
who = verifier.verify("bearer " + os.environ["TOKEN"], FAIL_CLOSED)
print(json.dumps([verifier.state, who.user_id, who.session_id, who.email, who.name, who.roles, who.issued_at_ms, who.expires_at_ms]), flush=True)
while not news:
    time.sleep(0.01)
for header in (None, "", "Basic eA==", "Bearer \\u20ac\\0", "Bearer " + os.environ["TOKEN"]):
    try:
        verifier.verify(header)
        sys.exit("accepted")
    except Refused as refused:
        print(json.dumps([refused.status, refused.error, refused.revoked]), flush=True)
print(json.dumps(news[0][:2]), 'state="live"} 1' in verifier.prometheus(), flush=True)
verifier.close()
verifier.close()
try:
    verifier.verify("Bearer x")
except Refused as refused:
    print(refused.status)
try:
    Verifier(**usual)
except ValueError as wrong:
    print(str(wrong)[:52])
`;

test('the class says who it is, what was revoked, and why options cannot work', () => withSignet(async ({ signet, credential }) => {
  const session = await signIn(signet);
  const reader = python(signet, ['-c', script], { SIGNET_CREDENTIAL: credential, TOKEN: session.access_token });
  try {
    const lines = () => reader.output.split('\n').filter(Boolean);
    await until('who it is', () => lines().length === 1 || reader.child.exitCode !== null);
    await signOut(signet, session);
    await until('its end', () => reader.child.exitCode !== null);
    assert.equal(await reader.ended, 0, reader.errors);
    const [first, ...rest] = lines();
    const { iat, exp } = jose.decodeJwt(session.access_token);
    assert.deepEqual(JSON.parse(first), ['live', session.user.id, session.session_id, ann.email, ann.name, ['writer'], iat * 1000, exp * 1000]);
    assert.deepEqual(rest, [
      '[401, "", ""]', '[401, "", ""]', '[401, "", ""]', '[401, "invalid_token", ""]', '[401, "invalid_token", "session"]',
      `["session", "${session.session_id}"] True`, '500', 'what is revoked cannot be followed without a credent',
    ]);
  } finally {
    reader.child.kill('SIGTERM');
    await reader.ended;
  }
}));

const lives = `
import gc, os, sys, threading, time
from signet_verifier import Verifier

def made(**more):
    return Verifier(issuer=os.environ["SIGNET_ISSUER"], audience=os.environ["SIGNET_ISSUER"], ca_file=os.environ["SIGNET_CA"],
                    credential=os.environ["SIGNET_CREDENTIAL"], patience_ms=15000, degraded_after_ms=2000, **more)

def threads():
    return len(os.listdir("/proc/self/task"))

def ended():  # a thread that was waited for may be listed for a moment
    for _ in range(1000):
        if threads() == usual:
            return True
        time.sleep(0.01)
    return False

class Cycle:
    def __init__(self, verifier):
        self.verifier, self.me = verifier, self

usual, states, swept = threads(), [], threading.Event()
dropped = made(on_state=lambda *now: states.append(now))
following = threads()
del dropped
gc.collect()
print(following > usual, ended(), flush=True)

with made(on_state=lambda *now: states.append(now)) as verifier:
    print(verifier.state, flush=True)
print(ended(), verifier.state, flush=True)

# The one that calls is swept away in its own call.
gc.disable()
Cycle(made(on_revoked=lambda *what: (gc.collect(), swept.set())))
print("swept?", flush=True)
swept.wait()
print("swept", ended(), flush=True)

left = made(on_state=lambda *now: states.append(now))
child = os.fork()
if child == 0:
    sys.exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), left.state, flush=True)
`;

test('a verifier ends with whoever has it, and calls nobody after that', () => withSignet(async ({ signet, credential }) => {
  const session = await signIn(signet);
  const owner = python(signet, ['-c', lives], { SIGNET_CREDENTIAL: credential });
  try {
    await until('one that is not swept away yet', () => owner.output.includes('swept?') || owner.child.exitCode !== null);
    await signOut(signet, session);
    assert.equal(await Promise.race([owner.ended, new Promise((done) => setTimeout(() => done('it hangs'), 30_000).unref())]), 0, owner.errors);
    assert.deepEqual(owner.output.split('\n').filter(Boolean), ['True True', 'live', 'True starting', 'swept?', 'swept True', '7 live']);
  } finally {
    owner.child.kill('SIGKILL');
    await owner.ended;
  }
}));
