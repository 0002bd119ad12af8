// The chart's values as a table: for who does not see it, and for who wants figures.
import { GOOD, lastAtOrBefore, severity } from './samples.js';
import { timeText } from './words.js';

const ROWS = 60;

// One signal: its own samples, thinned evenly. Several: moments at even distances.
function moments(chart) {
  const within = (at) => at >= chart.span.from && at <= chart.span.to;
  if (chart.series.length === 1) {
    const time = chart.data[0].samples.time.filter(within);
    const step = Math.max(1, Math.ceil(time.length / ROWS));
    return time.filter((_, i) => (time.length - 1 - i) % step === 0);
  }
  const length = chart.span.to - chart.span.from;
  return Array.from({ length: ROWS + 1 }, (_, i) => chart.span.from + (length * i) / ROWS);
}

function cell(tag, text) {
  const element = document.createElement(tag);
  if (tag === 'th') element.scope = 'row';
  element.textContent = text;
  return element;
}

function rowAt(chart, moment) {
  const row = document.createElement('tr');
  row.append(cell('th', timeText(chart.view, moment)));
  for (const s of chart.series) {
    const { samples } = chart.dataOf(s);
    const i = lastAtOrBefore(samples.time, moment);
    const found = i < 0 ? null : chart.legend.at(s, samples.time[i]);
    const kind = found ? severity(found.quality) : GOOD;
    const words = kind === GOOD ? '' : ` (${chart.say(['', 'uncertain', 'bad'][kind])})`;
    row.append(cell('td', found ? chart.legend.valueText(s, found) + words : '—'));
  }
  return row;
}

export function fillTable(chart) {
  const box = chart.part('table');
  if (!box.open) return;
  const body = box.querySelector('tbody');
  body.replaceChildren(...moments(chart).reverse().map((at) => rowAt(chart, at)));
}
