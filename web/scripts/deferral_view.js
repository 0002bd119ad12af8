// Moves the cursor of the deferral chart and says what the chosen day costs. The chart itself is
// drawn in the template (tests hold it against the formula), so it is there without scripts too.
import { deferralCost, example, failureProbability, verdict } from './deferral.js';
import { locale } from './say.js';

// The chart's own coordinates, as drawn in templates/partials/deferral_chart.mustache.
export const chart = { left: 48, right: 468, top: 16, bottom: 176, costMax: 1_200_000 };

export const chartX = (day) => chart.left + (day / example.days) * (chart.right - chart.left);
export const chartY = (cost) =>
  chart.bottom - (cost / chart.costMax) * (chart.bottom - chart.top);

export function startDeferral() {
  const root = document.querySelector('[data-deferral]');
  if (!root) return;
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const slider = part('day');
  const lang = locale();
  const days = new Intl.NumberFormat(lang, { style: 'unit', unit: 'day', unitDisplay: 'long' });
  const money = new Intl.NumberFormat(lang, {
    style: 'currency', currency: 'SAR', maximumFractionDigits: 0,
  });
  const percent = new Intl.NumberFormat(lang, { style: 'percent', maximumFractionDigits: 0 });

  function show() {
    const day = Number(slider.value);
    const cost = Math.round(deferralCost(example, day) / 1000) * 1000;
    const state = verdict(example, day);
    const x = chartX(day).toFixed(1);
    const y = chartY(deferralCost(example, day)).toFixed(1);
    part('line').setAttribute('x1', x);
    part('line').setAttribute('x2', x);
    part('line').setAttribute('y1', y);
    part('dot').setAttribute('cx', x);
    part('dot').setAttribute('cy', y);
    part('days').textContent = day === 0 ? root.dataset.today : days.format(day);
    part('cost').textContent = money.format(cost);
    part('risk').textContent = percent.format(failureProbability(example, day));
    part('verdict').textContent = root.dataset[state];
    root.dataset.state = state;
    slider.setAttribute('aria-valuetext', `${part('days').textContent}, ${part('cost').textContent}`);
  }

  slider.addEventListener('input', show);
  show();
}
