// tests/api/household.mjs - many people with several tabs each, behind a network that delays, reorders, and drops, and now
// and then a thief.
//
//     const town = new Town(() => server.url, { clients: 50, tabs: 4, window: 4000, ... });
//     const tally = await town.live();
//
// What docs/decisions/0001 assumes of a client holds here: a request and an answer take less than the window together, and
// what was lost is asked for again within it. Milliseconds everywhere.
import http from 'node:http';

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// Mostly quick, now and then slow: what is sent later often arrives earlier.
const delay = (longest) => (Math.random() < 0.8 ? Math.random() * 20 : Math.random() * longest);

class Client {
  constructor(town, number) {
    this.town = town;
    this.number = number;
    this.history = [];  // of what the jar held: { token, until }, until it was superseded
    this.log = [];
  }

  note(what) {
    this.log.push(`${Date.now()} ${what}`);
    if (this.log.length > 40) this.log.shift();
  }

  async signIn() {
    const { json } = await this.town.ask('/api/v1/login', { ...this.town.account, delivery: 'body' });
    this.history = [];
    this.jar = json.refresh_token;
    this.robbed = false;
    this.session = json.session_id;
    this.note(`signed in, ${this.session}`);
  }

  // What a browser's cookie jar does with an answer, whenever it arrives.
  keep(session, token) {
    if (!token || session !== this.session || token === this.jar) return;
    this.history.push({ token: this.jar, until: Date.now() });
    if (this.history.length > 8) this.history.shift();
    this.jar = token;
  }

  // One refresh by one tab, with all its tries.
  async refresh() {
    const { town } = this;
    for (let tries = 0; ; ++tries) {
      const { jar: token, session } = this;
      await pause(delay(town.slowest));
      const answer = await town.ask('/api/v1/refresh', { refresh_token: token });
      // One in twenty is lost, and asked for again at once; twice in a row would be a network that is down.
      if (tries === 0 && Math.random() < town.dropped) {
        ++town.tally.dropped;
        await pause(200);
        continue;
      }
      await pause(delay(town.slowest));
      if (session !== this.session) return;  // signed in anew meanwhile
      if (answer.status === 200) {
        this.keep(session, answer.json.refresh_token);
        ++town.tally.refreshes;
        if (answer.json.refresh_token) ++town.tally.rotations;
        return;
      }
      if (answer.status !== 401) throw new Error(`a refresh was answered ${answer.status} ${answer.text}`);
      if (!this.robbed) {
        ++town.tally.signedOut;
        town.accidents.push([`client ${this.number}: ${answer.text}`, ...this.log].join('\n'));
      }
      return this.signInOnce();
    }
  }

  // All tabs find out at once; one signs in.
  async signInOnce() {
    this.signingIn ??= this.signIn().finally(() => { this.signingIn = undefined; });
    return this.signingIn;
  }

  // Somebody has a token from before, superseded longer ago than the window, and uses it.
  async rob() {
    const { town } = this;
    const old = this.history.find(({ until }) => Date.now() - until > town.window + town.slowest + 500);
    if (!old || this.signingIn || this.robbed) return false;
    this.robbed = true;
    const session = this.session;
    this.note('robbed');
    const answer = await town.ask('/api/v1/refresh', { refresh_token: old.token });
    if (answer.status !== 401) throw new Error(`a theft was answered ${answer.status} ${answer.text}`);
    town.robbedSessions.push(session);
    return true;
  }
}

export class Town {
  constructor(url, { account, clients, tabs, window, slowest, dropped, refreshes, thefts }) {
    Object.assign(this, { url, account, tabs, window, slowest, dropped, refreshes, thefts });
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 96 });
    this.clients = Array.from({ length: clients }, (_, i) => new Client(this, i));
    this.tally = { refreshes: 0, rotations: 0, dropped: 0, cutOff: 0, signedOut: 0 };
    this.accidents = [];
    this.robbedSessions = [];
  }

  // An answer; asked for again as long as the server is away.
  async ask(target, body) {
    const deadline = Date.now() + 30_000;
    for (;;) {
      try {
        return await this.once(target, JSON.stringify(body));
      } catch (error) {
        if (Date.now() > deadline) throw error;
        ++this.tally.cutOff;
        await pause(50);
      }
    }
  }

  once(target, payload) {
    return new Promise((resolve, reject) => {
      const outgoing = http.request(new URL(target, this.url()), { method: 'POST', agent: this.agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) } }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => { text += chunk; });
        answer.on('error', reject);
        answer.on('end', () => {
          if (answer.statusCode === 503) return reject(new Error(text));  // it says: again, a little later
          resolve({ status: answer.statusCode, text, json: JSON.parse(text) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }

  get done() { return this.tally.refreshes >= this.refreshes && this.robbedSessions.length >= this.thefts; }

  async live() {
    await Promise.all(this.clients.map((client) => client.signIn()));
    const tab = async (client) => { while (!this.done) await client.refresh(); };
    const tabs = this.clients.flatMap((client) => Array.from({ length: this.tabs }, () => tab(client)));
    await Promise.all([...tabs, this.thieve()]);
    this.agent.destroy();
    return this.tally;
  }

  // Thefts, spread over the whole run.
  async thieve() {
    for (let turn = 0; !this.done; ++turn) {
      const due = Math.min(1, this.tally.refreshes / this.refreshes + 0.02) * this.thefts;
      if (this.robbedSessions.length < due) await this.clients[turn % this.clients.length].rob();
      await pause(5);
    }
  }
}
