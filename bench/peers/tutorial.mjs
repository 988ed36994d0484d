// bench/peers/tutorial.mjs - sign-in as the tutorials for Express teach it, to be measured beside Signet.
//
//     node bench/peers/tutorial.mjs PORT CERTIFICATE KEY DATABASE EMAIL PASSWORD [--keys]      prints "ready"
//
// Express, jsonwebtoken (HS256, the secret a string), bcrypt (10 rounds), better-sqlite3 (WAL; synchronous is NORMAL, its
// default there, so an answer may be lost with the power). Rotation removes the old refresh token and adds a new one in one
// transaction. Answers have the members of Signet's, so that one load program asks both.
//
// jsonwebtoken tries to read a secret that is a string as a key, with every token; with --keys it is given a key, as few
// tutorials do: two lines, several times as fast.
import bcrypt from 'bcrypt';
import Database from 'better-sqlite3';
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import express from 'express';
import jwt from 'jsonwebtoken';
import { readFileSync } from 'node:fs';
import https from 'node:https';

const [port, certificate, key, file, email, password, option] = process.argv.slice(2);
if (!password || (option && option !== '--keys')) {
  console.error('usage: tutorial.mjs PORT CERTIFICATE KEY DATABASE EMAIL PASSWORD [--keys]');
  process.exit(2);
}

const newSecret = () => randomBytes(32).toString('hex');
const asGiven = option ? (text) => createSecretKey(Buffer.from(text)) : (text) => text;
const accessSecret = asGiven(newSecret());
const refreshSecret = asGiven(newSecret());

const db = new Database(file);
db.pragma('journal_mode = WAL');
db.exec(`
  CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS refresh_tokens (token TEXT PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id), expires_at INTEGER NOT NULL);
`);
const findUser = db.prepare('SELECT * FROM users WHERE email = ?');
const findUserById = db.prepare('SELECT * FROM users WHERE id = ?');
const findToken = db.prepare('SELECT * FROM refresh_tokens WHERE token = ?');
const addToken = db.prepare('INSERT INTO refresh_tokens (token, user_id, expires_at) VALUES (?, ?, ?)');
const removeToken = db.prepare('DELETE FROM refresh_tokens WHERE token = ?');
const rotate = db.transaction((old, next, userId, expiresAt) => {
  removeToken.run(old);
  addToken.run(next, userId, expiresAt);
});
db.prepare('INSERT OR IGNORE INTO users (email, password_hash) VALUES (?, ?)').run(email, bcrypt.hashSync(password, 10));

const monthInSeconds = 30 * 24 * 3600;
const expiry = () => Date.now() + monthInSeconds * 1000;
const accessToken = (user) => jwt.sign({ sub: user.id, email: user.email }, accessSecret, { expiresIn: '10m' });
const refreshToken = (user) => jwt.sign({ sub: user.id, jti: randomUUID() }, refreshSecret, { expiresIn: monthInSeconds });

const app = express();
app.use(express.json());

app.post('/api/v1/login', async (req, res) => {
  const user = findUser.get(req.body.email);
  if (!user || !(await bcrypt.compare(req.body.password, user.password_hash))) return res.status(401).json({ error: 'bad_credentials' });
  const refresh = refreshToken(user);
  addToken.run(refresh, user.id, expiry());
  res.json({ access_token: accessToken(user), refresh_token: refresh });
});

app.post('/api/v1/refresh', (req, res) => {
  const given = req.body.refresh_token;
  let claims;
  try {
    claims = jwt.verify(given, refreshSecret);
  } catch {
    return res.status(401).json({ error: 'invalid_grant' });
  }
  const row = findToken.get(given);
  if (!row || row.expires_at < Date.now()) return res.status(401).json({ error: 'invalid_grant' });
  const user = findUserById.get(claims.sub);
  const next = refreshToken(user);
  rotate(given, next, user.id, expiry());
  res.json({ access_token: accessToken(user), refresh_token: next });
});

app.get('/api/v1/me', (req, res) => {
  const [scheme, token] = (req.headers.authorization ?? '').split(' ');
  try {
    if (scheme !== 'Bearer') throw new Error('no bearer token');
    res.json(jwt.verify(token, accessSecret));
  } catch {
    res.status(401).json({ error: 'invalid_token' });
  }
});

https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, app).listen(Number(port), '127.0.0.1', () => console.log('ready'));
