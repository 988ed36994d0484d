// When the issuer is asked again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMaxAge, ReconnectSchedule, RefetchSchedule } from '../dist/schedules.js';

test('the first wait is 0.1 to 1 s, and the bound doubles to 10 s', () => {
  assert.equal(new ReconnectSchedule().wait(0), 100);
  assert.equal(new ReconnectSchedule().wait(1), 1_000);
  const schedule = new ReconnectSchedule();
  assert.deepEqual([1, 1, 1, 1, 1, 1].map((jitter) => schedule.wait(jitter)), [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  assert.equal(schedule.wait(0), 100);
  assert.equal(schedule.wait(0.5), 5_050);
  schedule.succeeded();
  assert.equal(schedule.wait(1), 1_000);
});

test('a set is fetched again after as long as it may be kept, a minute to an hour, a little early', () => {
  const schedule = new RefetchSchedule(1_000);
  assert.equal(schedule.due, 1_000);
  const due = (maxAge, jitter = 0) => (schedule.succeeded(0, maxAge, jitter), schedule.due);
  assert.equal(due(600_000), 600_000);
  assert.equal(due(600_000, 1), 540_000);
  assert.equal(due(0), 60_000);
  assert.equal(due(1e9), 3_600_000);
  assert.equal(due(undefined), 300_000);
});

test('a fetch that fails is tried again, later each time, up to a minute', () => {
  const schedule = new RefetchSchedule(0);
  const due = (jitter) => (schedule.failed(0, jitter), schedule.due);
  assert.deepEqual([0.5, 0.5, 0.5].map(due), [500, 1_000, 2_000]);
  for (let i = 0; i < 10; i++) due(0.5);
  assert.equal(due(0), 45_000);
  assert.equal(due(1), 75_000);
  schedule.succeeded(0, 60_000, 0);
  assert.equal(due(0.5), 500);
});

// CHECKS A20
test('unknown kids cause a fetch each 30 s at most', () => {
  const schedule = new RefetchSchedule(0);
  assert.equal(schedule.asked(5_000), true);
  assert.equal(schedule.asked(5_001), false);
  assert.equal(schedule.asked(34_999), false);
  assert.equal(schedule.asked(35_000), true);
  assert.equal(schedule.asked(35_000), false);
});

test('max-age is found among the directives', () => {
  assert.equal(findMaxAge('public, max-age=300'), 300_000);
  assert.equal(findMaxAge('Max-Age=5'), 5_000);
  assert.equal(findMaxAge('max-age=60, no-store'), 0);
  assert.equal(findMaxAge('no-cache'), 0);
  for (const none of ['', 'public', 'max-age', 'max-age=', 'max-age=-1', 'max-age="5"', 'x-max-age=5', 'max-age=9999999999']) assert.equal(findMaxAge(none), undefined, none);
});
