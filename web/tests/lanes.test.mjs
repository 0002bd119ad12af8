// Events as marks that do not touch, and the way from one event to the next.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binned, nextEvent, worstOf } from '../scripts/chart/lane_bins.js';

const event = (time, severity = 'INFO') => ({ time, severity });
const span = { from: 0, to: 100 };

test('what would touch is one mark, what lies outside is none', () => {
  const events = [-1, 0, 4, 9, 10, 95, 101].map((time) => event(time));
  const times = binned(events, span, 10).map((bin) => bin.map((e) => e.time));
  assert.deepEqual(times, [[0, 4, 9], [10], [95]]);
});

test('a mark is as grave as its gravest event', () => {
  assert.equal(worstOf([event(0), event(1, 'MAJOR'), event(2, 'WARNING')]), 'MAJOR');
  assert.equal(worstOf([event(0, 'UNHEARD')]), 'INFO');
});

test('the next event, and the one before', () => {
  const events = [10, 20, 30, 200].map((time) => event(time));
  const at = (from, direction) => nextEvent(events, from, direction, span)?.time;
  assert.equal(at(null, 1), 10);
  assert.equal(at(null, -1), 30);
  assert.equal(at(10, 1), 20);
  assert.equal(at(20, -1), 10);
  assert.equal(at(30, 1), undefined, 'outside the window there is none');
});
