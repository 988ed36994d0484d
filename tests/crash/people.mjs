// tests/crash/people.mjs - what its clients know of a server that dies, and what must be true when it is back.
//
// What was answered is certain. What was asked and not answered has happened or not, and no half of it: findOut() tells
// which, and from then on that is certain too.
import assert from 'node:assert/strict';
import { refresh, request } from '../api/harness.mjs';

let count = 0;

export class Person {
  constructor() {
    this.email = `person${++count}@example.com`;
    this.password = 'words before the server died';
    this.isThere = false;    // the account, certainly
    this.next = undefined;   // a password that was asked for
    this.sessions = [];
  }

  async signUp(signet, options) {
    const answer = await request(signet, 'POST', '/api/v1/signup', { json: { email: this.email, password: this.password }, ...options });
    if (answer.status === 201) this.isThere = true;
    return answer;
  }

  async signIn(signet, options) {
    const answer = await request(signet, 'POST', '/api/v1/login', { json: { email: this.email, password: this.password }, ...options });
    if (answer.status === 200) this.sessions.push(new Session(answer.json));
    return answer;
  }

  async changePassword(signet, session, options) {
    this.next = `words of another day ${++count}`;
    const json = { current_password: this.password, new_password: this.next };
    const answer = await request(signet, 'POST', '/api/v1/password', { json, bearer: session.access, ...options });
    if (answer.status === 204) this.takeNext(session);
    return answer;
  }

  takeNext(session) {
    this.password = this.next;
    this.next = undefined;
    for (const other of this.sessions) if (other !== session) other.isOver = true;
  }

  async signOutEverywhere(signet, session, options) {
    for (const each of this.sessions) each.asked = 'end';
    const answer = await request(signet, 'POST', '/api/v1/logout-all', { bearer: session.access, ...options });
    if (answer.status === 204) for (const each of this.sessions) each.isOver = true;
    return answer;
  }

  // Everything this person was told, tried.
  async findOut(signet) {
    if (!this.isThere) await this.findOutAccount(signet);
    if (this.next) await this.findOutPassword(signet);
    const ended = this.sessions.filter((session) => !session.isOver && session.asked === 'end');
    for (const session of this.sessions) await session.findOut(signet, this.email);
    assert.ok(ended.every((session) => session.isOver === ended[0].isOver), `${this.email}: signed out of some sessions and not of all`);
    this.sessions = [];
  }

  // The same, and signs in again.
  async findOutAndSignIn(signet) {
    await this.findOut(signet);
    const answer = await this.signIn(signet);
    assert.equal(answer.status, 200, `${this.email} signs in: ${answer.text}`);
  }

  async findOutAccount(signet) {
    const answer = await request(signet, 'POST', '/api/v1/login', { json: { email: this.email, password: this.password } });
    if (answer.status === 401) {
      const again = await this.signUp(signet);
      assert.equal(again.status, 201, `${this.email} signs up again: ${again.text}`);
    } else assert.equal(answer.status, 200, `${this.email} has signed up: ${answer.text}`);
    this.isThere = true;
  }

  async findOutPassword(signet) {
    const tryWith = async (password) => (await request(signet, 'POST', '/api/v1/login', { json: { email: this.email, password } })).status;
    const statuses = [await tryWith(this.password), await tryWith(this.next)];
    const isNew = statuses[1] === 200;
    assert.deepEqual(statuses, isNew ? [401, 200] : [200, 401], `${this.email} has one password`);
    if (isNew) this.takeNext(this.sessions[0]);
    this.next = undefined;
  }
}

export class Session {
  constructor({ refresh_token, access_token, session_id }) {
    this.token = refresh_token;
    this.access = access_token;
    this.id = session_id;
    this.isOver = false;       // certainly
    this.asked = undefined;    // 'renew', 'end', or 'theft': without an answer
    this.successor = undefined;
  }

  async renew(signet, options) {
    this.asked = 'renew';
    const answer = await refresh(signet, this.token, options);
    if (answer.status === 200) this.successor = answer.json.refresh_token;
    return answer;
  }

  async signOut(signet, options) {
    this.asked = 'end';
    const answer = await request(signet, 'POST', '/api/v1/logout', { json: { refresh_token: this.token }, ...options });
    if (answer.status === 204) this.isOver = true;
    return answer;
  }

  // With a token that was superseded twice: theft, whatever the time.
  async steal(signet, token, options) {
    this.asked = 'end';
    const answer = await refresh(signet, token, options);
    if (answer.status === 401) this.isOver = true;
    return answer;
  }

  async findOut(signet, email) {
    const me = await request(signet, 'GET', '/api/v1/me', { bearer: this.access });
    if (this.asked === 'end') this.isOver ||= me.status === 401;
    assert.equal(me.status, this.isOver ? 401 : 200, `${email}'s session ${this.id}: ${me.text}`);
    const first = await refresh(signet, this.token);
    assert.equal(first.status, this.isOver ? 401 : 200, `${email} renews ${this.id}: ${first.text}`);
    if (this.isOver || this.asked !== 'renew') return;

    // CHECKS E23: whether the renewal that was not answered was done or not, there is one successor and it works.
    const second = await refresh(signet, this.token);
    assert.ok(first.json.refresh_token, `${email}: a superseded token gets its successor`);
    assert.equal(second.json.refresh_token, first.json.refresh_token, `${email}: one successor`);
    assert.equal(first.json.refresh_token, this.successor ?? first.json.refresh_token, `${email}: the successor that was answered`);
    const next = await refresh(signet, first.json.refresh_token);
    assert.equal(next.status, 200, `${email}: the successor works: ${next.text}`);
    assert.equal(next.json.refresh_token, undefined, `${email}: and is the latest`);
  }
}

