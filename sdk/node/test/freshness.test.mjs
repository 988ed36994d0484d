// How old what is known may be, whatever the clocks say. The issuer's is off by five minutes, either way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Freshness } from '../dist/freshness.js';

const kLimits = { degradedAfter: 3_000, staleAfter: 30_000 };
const kStart = 3_600_000;

// An issuer whose clock is off by as much, and a stream that was asked for at kStart.
class Heard {
  freshness = new Freshness(kLimits);
  constructor(off) {
    this.off = off;
    assert.equal(this.freshness.answered({ sent: kStart, arrived: kStart + 50, made: this.clock(kStart + 30) }), true);
  }
  clock(at) {
    return at + this.off;
  }
  hear(made, arrived) {
    const holds = this.freshness.arrived(arrived, this.clock(made));
    this.freshness.current(this.clock(made));
    return holds;
  }
  state(at) {
    return this.freshness.state(at);
  }
}

for (const off of [0, 300_000, -300_000, 1_764_200_000_000]) {
  const clock = `the issuer's clock ${off} ms ahead`;

  test(`an answer alone makes nobody live, ${clock}`, () => {
    const heard = new Heard(off);
    assert.equal(heard.state(kStart + 50), 'starting');
    assert.equal(heard.freshness.arrived(kStart + 1_000, heard.clock(kStart + 1_000)), true);
    assert.equal(heard.state(kStart + 3_600_000), 'starting');
  });

  test(`live, then degraded, then stale, to the millisecond, ${clock}`, () => {
    const heard = new Heard(off);
    heard.freshness.current(heard.clock(kStart + 30));
    assert.equal(heard.state(kStart + 2_999), 'live');
    assert.equal(heard.state(kStart + 3_000), 'degraded');
    assert.equal(heard.state(kStart + 29_999), 'degraded');
    assert.equal(heard.state(kStart + 30_000), 'stale');
    assert.equal(heard.hear(kStart + 40_000, kStart + 40_000), true);
    assert.equal(heard.state(kStart + 40_000), 'live');
  });

  test(`a heartbeat a second keeps it live, ${clock}`, () => {
    const heard = new Heard(off);
    for (let at = kStart + 1_000; at < kStart + 600_000; at += 1_000) {
      assert.equal(heard.hear(at, at + 20), true);
      assert.equal(heard.state(at + 1_020), 'live');
    }
  });

  test(`a heartbeat counts from when it was made, ${clock}`, () => {
    const heard = new Heard(off);
    heard.hear(kStart + 1_000, kStart + 20_000);
    assert.equal(heard.state(kStart + 20_000), 'degraded', '19 s old');
    heard.hear(kStart + 2_000, kStart + 33_000);
    assert.equal(heard.state(kStart + 33_000), 'stale');
    heard.hear(kStart + 33_000, kStart + 33_005);
    assert.equal(heard.state(kStart + 33_005), 'live');
  });

  test(`a middle man who lets each through five seconds late gains nothing, ${clock}`, () => {
    const heard = new Heard(off);
    for (let made = kStart + 1_000; made < kStart + 300_000; made += 1_000) {
      assert.equal(heard.hear(made, made + 5_000), true);
      assert.notEqual(heard.state(made + 5_000), 'live');
    }
  });

  test(`what is repeated, or in another order, makes nothing younger, ${clock}`, () => {
    const heard = new Heard(off);
    heard.hear(kStart + 1_000, kStart + 1_000);
    for (let at = kStart + 2_000; at < kStart + 10_000; at += 1_000) heard.hear(kStart + 1_000, at);
    assert.equal(heard.state(kStart + 4_000), 'degraded');
    heard.hear(kStart + 5_000, kStart + 5_000);
    heard.hear(kStart + 1_000, kStart + 6_000);
    assert.equal(heard.state(kStart + 7_000), 'live');
  });

  test(`an answer that was held back makes what follows it no younger, ${clock}`, () => {
    const freshness = new Freshness(kLimits);
    assert.equal(freshness.answered({ sent: kStart, arrived: kStart + 2_900, made: kStart + 30 + off }), true);
    freshness.current(kStart + 30 + off);
    assert.equal(freshness.state(kStart + 2_900), 'live');
    assert.equal(freshness.state(kStart + 3_000), 'degraded');
    assert.equal(freshness.arrived(kStart + 3_900, kStart + 1_000 + off), true);
    freshness.current(kStart + 1_000 + off);
    assert.equal(freshness.state(kStart + 4_000), 'degraded');
  });

  test(`an answer that took too long is none, ${clock}`, () => {
    const freshness = new Freshness(kLimits);
    assert.equal(freshness.answered({ sent: kStart, arrived: kStart + 3_000, made: kStart + off }), false);
    assert.equal(freshness.answered({ sent: kStart, arrived: kStart + 2_999, made: kStart + off }), true);
  });

  // Without that, whatever is held back for as long as the jump would look young.
  test(`an issuer's clock that jumps ahead asks for another nonce, ${clock}`, () => {
    const heard = new Heard(off);
    assert.equal(heard.hear(kStart + 1_000, kStart + 1_000), true);
    heard.off += 300_000;
    assert.equal(heard.hear(kStart + 2_000, kStart + 2_000), false);
    assert.equal(heard.state(kStart + 5_000), 'degraded', 'made when it came, and no later');
    assert.equal(heard.hear(kStart + 3_000, kStart + 3_000), false, 'until there is another stream');
    heard.freshness.answered({ sent: kStart + 6_000, arrived: kStart + 6_010, made: heard.clock(kStart + 6_000) });
    assert.equal(heard.hear(kStart + 7_000, kStart + 7_000), true);
    assert.equal(heard.state(kStart + 8_000), 'live');
  });

  test(`an issuer's clock that jumps back is degraded until there is another stream, ${clock}`, () => {
    const heard = new Heard(off);
    heard.hear(kStart + 1_000, kStart + 1_000);
    heard.off -= 300_000;
    assert.equal(heard.hear(kStart + 2_000, kStart + 2_000), true);
    assert.equal(heard.state(kStart + 4_000), 'degraded');
    heard.freshness.answered({ sent: kStart + 5_000, arrived: kStart + 5_010, made: heard.clock(kStart + 5_000) });
    heard.hear(kStart + 6_000, kStart + 6_000);
    assert.equal(heard.state(kStart + 6_000), 'live');
  });

  test(`a clock that runs a little faster is followed, ${clock}`, () => {
    const heard = new Heard(off);
    for (let at = kStart + 1_000; at < kStart + 3_600_000; at += 1_000) {
      heard.off += at % 10_000 === 0 ? 1 : 0; // 100 parts in a million
      assert.equal(heard.hear(at, at), true);
      assert.equal(heard.state(at), 'live');
      assert.equal(heard.state(at + 3_000), 'degraded');
    }
  });
}
