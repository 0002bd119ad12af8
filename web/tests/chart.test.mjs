// The parts of the charts that need no browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapLimit } from '../scripts/chart/load.js';
import { panelsOf, sideOf, valueRange } from '../scripts/chart/panels.js';
import {
  BAD, UNCERTAIN, appendSamples, badStretches, dropBefore, lastAtOrBefore, nearest, plotColumns, readSamples,
  severity, silences,
} from '../scripts/chart/samples.js';
import { stateOf } from '../scripts/chart/rows.js';
import { keyed, momentText, moved, withSpan, zoomed } from '../scripts/chart/span.js';
import {
  axisLabels, decimalsOf, numberText, quantityText, tickDecimals, timeText,
} from '../scripts/chart/words.js';

const HOUR = 3_600_000;
const en = { lang: 'en', digits: 'latn', zone: 'Asia/Riyadh', hijri: false };
const ar = { ...en, lang: 'ar' };

// --- samples -------------------------------------------------------------------------------------

test('an answer of the server as columns', () => {
  const s = readSamples({ times: [10, 20, 30.25, 40], values: [1.5, null, 2, 3], qualities: [[0, 0], [1, 5], [3, 0]] });
  assert.deepEqual(s, { time: [10, 20, 30.25, 40], value: [1.5, null, 2, 3], quality: [0, 5, 5, 0] });
  assert.deepEqual(readSamples({ times: [1], values: [2], qualities: null }).quality, [0]);
});

test('how bad an OPC UA status is', () => {
  for (const [status, kind] of [[0, 0], [0x00960000, 0], [0x40910000, UNCERTAIN], [0x808b0000, BAD], [0xc0000000, BAD]]) {
    assert.equal(severity(status), kind, status.toString(16));
  }
});

test('the sample before a moment, and the nearest', () => {
  const time = [10, 20, 30];
  for (const [at, before, near] of [[9, -1, 0], [10, 0, 0], [19, 0, 1], [14, 0, 0], [30, 2, 2], [99, 2, 2]]) {
    assert.equal(lastAtOrBefore(time, at), before, `before ${at}`);
    assert.equal(nearest(time, at), near, `nearest to ${at}`);
  }
  assert.equal(nearest([], 5), -1);
});

test('stretches that are not good reach to the next sample', () => {
  const s = {
    time: [0, 10, 20, 30, 40], value: [1, 1, null, 1, 1],
    quality: [0, 0x40000000, 0x80000000, 0, 0x40000000],
  };
  assert.deepEqual(badStretches(s, 50), [
    { from: 10, to: 20, kind: UNCERTAIN }, { from: 20, to: 30, kind: BAD }, { from: 40, to: 50, kind: UNCERTAIN },
  ]);
  assert.deepEqual(badStretches({ time: [0, 1, 2], value: [1, 1, 1], quality: [0, 0x80000000, 0x80000000] }, 5),
    [{ from: 1, to: 5, kind: BAD }], 'neighbours are one');
});

test('a silence is a gap when it is longer than the limit', () => {
  assert.deepEqual(silences([0, 10, 30, 40], 15), [{ from: 10, to: 30 }]);
  assert.equal(gapLimit({}, [0, 1000, 2000, 9000]), 5000, 'five times the usual distance');
  assert.equal(gapLimit({}, [0, 10, 20]), 1000, 'at least a second');
  assert.equal(gapLimit({ gap_max_ms: 300 }, [0, 10, 20]), 300, 'the signal has its own');
  assert.equal(gapLimit({ is_state: true, gap_max_ms: null }, [0, 10]), Infinity, 'a state holds');
});

test('columns of a plot break at gaps and where quality is not good', () => {
  const s = { time: [0, 10, 50, 60, 70], value: [1, 2, 3, 4, 5], quality: [0, 0, 0, 0x40000000, 0] };
  const [x, good, other] = plotColumns(s, [{ from: 10, to: 50 }]);
  assert.deepEqual(x, [0, 10, 30, 50, 60, 70]);
  assert.deepEqual(good, [1, 2, null, 3, null, 5]);
  assert.deepEqual(other, [null, null, null, 3, 4, 5], 'with its neighbours, so that the line is whole');
  assert.deepEqual(plotColumns({ time: [], value: [], quality: [] }, []), [[], [], []]);
});

test('samples that arrive', () => {
  const s = (...time) => ({ time, value: time.map((t) => t * 2), quality: time.map(() => 0) });
  assert.deepEqual(appendSamples(s(1, 2), s(3)).time, [1, 2, 3]);
  const late = appendSamples(s(1, 5), { time: [3, 5], value: [30, 50], quality: [0, 0] });
  assert.deepEqual([late.time, late.value], [[1, 3, 5], [2, 30, 50]], 'the later word of the same moment stays');
  assert.deepEqual(appendSamples(s(1), s()).time, [1]);
  assert.deepEqual(dropBefore(s(1, 2, 3, 4), 3.5).time, [3, 4], 'the line comes from somewhere');
});

// --- newest values -------------------------------------------------------------------------------

test('what a newest value means', () => {
  const config = { is_state: false, limits: { low_low: 1, low: 2, high: 8, high_high: 9 } };
  const rows = [[5, 0, 'normal'], [8, 0, 'normal'], [8.1, 0, 'high'], [9.1, 0, 'high_high'], [1.5, 0, 'low'],
    [0, 0, 'low_low'], [99, 0x40000000, 'uncertain'], [5, 0x80000000, 'bad'], [null, 0, 'bad']];
  for (const [value, quality, state] of rows) assert.equal(stateOf(config, value, quality), state, `${value}`);
  const none = { is_state: false, limits: { low_low: null, low: null, high: null, high_high: null } };
  assert.equal(stateOf(none, -5, 0), 'normal', 'no limit is never crossed');
  assert.equal(stateOf({ ...config, is_state: true }, 99, 0), 'normal');
  assert.equal(stateOf(config, 5, 0, 16 * 60_000), 'stale', 'old without a rule');
  assert.equal(stateOf({ ...config, gap_max_ms: 1000 }, 5, 0, 1001), 'stale', 'old by its rule');
  assert.equal(stateOf({ ...config, is_state: true }, 5, 0, 1e9), 'normal', 'a state holds');
});

// --- panels --------------------------------------------------------------------------------------

test('two units share a plot, three do not, states stand alone', () => {
  const s = (unit, is_state = false) => ({ unit, is_state });
  const kinds = (list) => panelsOf(list).map((p) => `${p.kind} ${p.units.join('+')} ${p.series.length}`);
  assert.deepEqual(kinds([s('bar')]), ['value bar 1']);
  assert.deepEqual(kinds([s('bar'), s('degC'), s('bar')]), ['value bar+degC 3']);
  assert.deepEqual(kinds([s('bar'), s('degC'), s('kW')]), ['value bar 1', 'value degC 1', 'value kW 1']);
  assert.deepEqual(panelsOf([s('bar'), s('degC')], 1).length, 2, 'on a phone one unit each');
  assert.deepEqual(kinds([s('1', true), s('bar'), s('1', true)]), ['value bar 1', 'state 1 1', 'state 1 1']);
  const [panel] = panelsOf([s('bar'), s('degC')]);
  assert.deepEqual([sideOf(panel, 'bar'), sideOf(panel, 'degC')], [3, 1], 'left, right');
});

test('the axis takes in limits that are near', () => {
  const [low, high] = valueRange(4, 6, [7.1, 100]);
  assert.ok(high > 7.1 && high < 8 && low < 4 && low > 3, `${low} ${high}`);
  assert.equal(valueRange(0.1, 2, [])[0], 0, 'what is never negative keeps its zero');
  assert.deepEqual(valueRange(null, null, []), [0, 1]);
  const [a, b] = valueRange(5, 5, []);
  assert.ok(a < 5 && b > 5, 'a flat line has room');
});

// --- the window ----------------------------------------------------------------------------------

test('keys zoom, move and reset', () => {
  const span = { from: 0, to: 1000 };
  assert.deepEqual(keyed(span, '+'), { from: 250, to: 750 });
  assert.deepEqual(keyed(span, '-'), { from: -500, to: 1500 });
  assert.deepEqual(keyed(span, 'ArrowRight'), { from: 250, to: 1250 });
  assert.deepEqual(keyed(span, 'ArrowLeft'), { from: -250, to: 750 });
  assert.equal(keyed(span, '0'), 'reset');
  assert.equal(keyed(span, 'x'), null);
  assert.deepEqual(zoomed(span, 0.5, 0), { from: 0, to: 500 }, 'about a point');
  assert.deepEqual(moved(span, 1), { from: 1000, to: 2000 });
  const least = zoomed({ from: 0, to: 20 }, 0.5);
  assert.equal(least.to - least.from, 20, 'not without end');
});

test('a window is a part of an address', () => {
  const span = { from: Date.UTC(2026, 10, 20, 9), to: Date.UTC(2026, 10, 20, 12) };
  assert.equal(withSpan('/series/1?range=24h&x=2', 'http://h/', span),
    '/series/1?x=2&from=2026-11-20T09%3A00%3A00Z&to=2026-11-20T12%3A00%3A00Z');
  assert.equal(momentText(Date.UTC(2026, 0, 1) + 250, 1000), '2026-01-01T00:00:00.250Z');
});

// --- words ---------------------------------------------------------------------------------------

test('numbers and quantities', () => {
  assert.equal(numberText(en, 1234567.89), '1,234,568');
  assert.equal(numberText(en, 5.105724), '5.1057');
  assert.equal(numberText(en, -0.00000001), '0', 'no sign on a zero');
  assert.equal(numberText(en, null), '—');
  assert.equal(quantityText(en, 7.1, 'mm/s'), '7.1\u00a0mm/s');
  assert.equal(quantityText(ar, 7.1, 'mm/s'), '\u20667.1\u00a0mm/s\u2069');
  assert.equal(quantityText(en, 3, ''), '3');
  assert.equal(numberText({ ...ar, digits: 'arab' }, 7.5), '٧٫٥');
  assert.deepEqual([decimalsOf(0.001), decimalsOf(5), decimalsOf(123456)], [6, 4, 0]);
  assert.deepEqual([tickDecimals(0.25), tickDecimals(5), tickDecimals(0.001)], [2, 0, 3]);
});

test('times in the plant\'s zone, both languages, and Umm al-Qura where asked', () => {
  const at = Date.UTC(2026, 10, 20, 11, 5, 9);
  assert.equal(timeText(en, at), '20 Nov 2026, 14:05:09');
  assert.match(timeText(ar, at), /نوفمبر/);
  assert.match(timeText({ ...ar, digits: 'arab' }, at), /٢٠٢٦/);
  assert.match(timeText(en, at + 250), /14:05:09\.250/);
  assert.match(timeText({ ...en, hijri: true }, at), /1448/);
});

test('labels of the time axis say the day once', () => {
  const ticks = [20, 22, 24, 26].map((h) => Date.UTC(2026, 10, 19, h - 3));
  assert.deepEqual(axisLabels(en, ticks, 2 * HOUR), ['20:00\n19 Nov', '22:00', '00:00\n20 Nov', '02:00']);
  assert.deepEqual(axisLabels(en, ticks.slice(0, 1), 24 * HOUR), ['19 Nov\n2026']);
  assert.deepEqual(axisLabels(en, [Date.UTC(2026, 0, 1)], 400 * 24 * HOUR), ['2026']);
});
