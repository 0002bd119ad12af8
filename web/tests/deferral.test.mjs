// The worked example of the landing page: the formula, and the chart that is drawn from it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  bestDay, deferralCost, example, failureProbability, plannedCost, verdict,
} from '../scripts/deferral.js';
import { chartX, chartY } from '../scripts/deferral_view.js';

const template = readFileSync(
  new URL('../templates/partials/deferral_chart.mustache', import.meta.url), 'utf8');
const landing = (lang) =>
  JSON.parse(readFileSync(new URL(`../lang/landing.${lang}.json`, import.meta.url), 'utf8'));

test('Weibull: nobody fails at once, 63.2 % by the scale, and never fewer later', () => {
  assert.equal(failureProbability(example, 0), 0);
  assert.ok(Math.abs(failureProbability(example, example.eta) - (1 - Math.exp(-1))) < 1e-12);
  for (let day = 1; day <= example.days; day++) {
    assert.ok(failureProbability(example, day) > failureProbability(example, day - 1));
  }
});

test('planned work: a stop of its own today, the bare work from the planned stop on', () => {
  assert.equal(plannedCost(example, 0), example.plannedCost + example.ownStopCost);
  assert.equal(plannedCost(example, example.stopDay), example.plannedCost);
  assert.equal(plannedCost(example, example.days), example.plannedCost);
});

test('the cost lies between planned work and failure', () => {
  for (let day = 0; day <= example.days; day++) {
    const cost = deferralCost(example, day);
    assert.ok(cost >= example.plannedCost && cost <= example.failureCost, `day ${day}: ${cost}`);
  }
});

test('the best day is the planned stop, and each day gets its word', () => {
  assert.equal(bestDay(example), example.stopDay);
  const words = Array.from({ length: example.days + 1 }, (_, day) => verdict(example, day));
  assert.deepEqual(words.slice(0, 5), ['early', 'early', 'early', 'best', 'late']);
});

test('before the best day waiting gains, after it every day costs', () => {
  for (let day = 1; day <= example.days; day++) {
    const rise = deferralCost(example, day) - deferralCost(example, day - 1);
    assert.equal(rise > 0, verdict(example, day) === 'late', `day ${day}: ${rise}`);
  }
});

for (const [name, value] of [
  ['total', (day) => deferralCost(example, day)],
  ['risk', (day) => failureProbability(example, day) * example.failureCost],
]) {
  test(`the drawn curve "${name}" is the formula's`, () => {
    const path = new RegExp(`data-curve="${name}" d="M([^"]+)"`).exec(template)[1];
    const points = path.split('L').map((point) => point.split(' ').map(Number));
    assert.equal(points.length, example.days * 2 + 1);
    points.forEach(([x, y], i) => {
      assert.ok(Math.abs(x - chartX(i / 2)) <= 0.051, `x of point ${i}`);
      assert.ok(Math.abs(y - chartY(value(i / 2))) <= 0.051, `y of point ${i}`);
    });
  });
}

test('what stands there before any script runs is the best day', () => {
  const cost = Math.round(deferralCost(example, 3) / 1000) * 1000;
  for (const lang of ['ar', 'en']) {
    assert.ok(landing(lang)['landing.fig_cost_3'].includes(cost.toLocaleString('en')), lang);
  }
  assert.match(template, /data-part="day"[^>]* max="10"[^>]* value="3"/);
  assert.match(template, new RegExp(`data-part="dot" cx="${chartX(3)}"`));
});
