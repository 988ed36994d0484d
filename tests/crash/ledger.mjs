// tests/crash/ledger.mjs - what must hold between the rows of the database, whenever the server died.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const nothing = {
  'rows that belong to nobody': 'PRAGMA foreign_key_check',
  'sessions without the row of their sign-in, or with two':
    "SELECT hex(id) FROM sessions s WHERE (SELECT count(*) FROM audit WHERE session_id = s.id AND event = 'login_succeeded') <> 1",
  'sign-ins without their session':
    "SELECT hex(session_id) FROM audit WHERE event = 'login_succeeded' AND session_id NOT IN (SELECT id FROM sessions)",
  'ends of a session that nothing tells of':
    `SELECT hex(id), end_reason FROM sessions s WHERE ended_at IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM audit WHERE user_id = s.user_id AND at = s.ended_at AND event IN ('session_ended', 'refresh_reuse', 'password_changed'))`,
  'sessions that were ended and live':
    `SELECT hex(id) FROM sessions WHERE ended_at IS NULL AND id IN (
       SELECT session_id FROM audit WHERE event IN ('session_ended', 'refresh_reuse'))`,
  'accounts without the row of their making, or with two':
    "SELECT email FROM users u WHERE (SELECT count(*) FROM audit WHERE user_id = u.id AND event = 'user_added') <> 1",
  'accounts made and not there':
    "SELECT hex(user_id) FROM audit WHERE event = 'user_added' AND user_id NOT IN (SELECT id FROM users)",
  'keys without the row of their making':
    "SELECT kid FROM signing_keys WHERE kid NOT IN (SELECT detail FROM audit WHERE event IN ('key_added', 'key_rotated'))",
  'keys made and not there':
    "SELECT detail FROM audit WHERE event IN ('key_added', 'key_rotated') AND detail NOT IN (SELECT kid FROM signing_keys)",
  'not one latest key of each purpose':
    `SELECT purpose FROM (SELECT 'access_token' AS purpose UNION SELECT 'revocation_feed') p
       WHERE (SELECT count(*) FROM signing_keys k WHERE k.purpose = p.purpose AND retired_at IS NULL) <> 1`,
  'a log that rows may leave': 'SELECT older_than FROM audit_horizon WHERE older_than <> 0',
};

const script = `import json, sqlite3, sys
for line in sys.stdin:
    file, statements = json.loads(line)
    db = sqlite3.connect("file:" + file + "?mode=ro", uri=True, timeout=10)
    print(json.dumps([db.execute(sql).fetchall() for sql in statements]), flush=True)
    db.close()`;

// One reader for all; it ends with its input.
let reader;
async function ask(file, statements) {
  if (!reader) {
    const child = spawn('/usr/bin/python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    for (const part of [child, child.stdin, child.stdout]) part.unref();
    reader = { input: child.stdin, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  }
  reader.input.write(`${JSON.stringify([file, statements])}\n`);
  const { value } = await reader.lines.next();
  if (!value) throw new Error('the ledger could not be read');
  return JSON.parse(value);
}

export async function checkLedger(dataDir) {
  const [integrity, ...rest] = await ask(path.join(dataDir, 'signet.db'), ['PRAGMA integrity_check', ...Object.values(nothing)]);
  assert.deepEqual(integrity, [['ok']]);
  for (const [i, what] of Object.keys(nothing).entries()) assert.deepEqual(rest[i], [], what);
}
