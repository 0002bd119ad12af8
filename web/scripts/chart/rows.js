// Rows of a table whose newest values go on: <tr data-live="{id, unit, limits …}"> with cells value,
// ago, state and quality (templates/assets/signals).
import { ago } from '../notifications.js';
import { severity } from './samples.js';
import { quantityText, stateText, timeText } from './words.js';

const STALE_AFTER_MS = 15 * 60_000; // of a slope without a rule of its own (historian/signal.h)
const REFRESH_MS = 15_000; // of how long ago it was

function isStale(config, age) {
  if (config.gap_max_ms > 0) return age > config.gap_max_ms;
  return !config.is_state && age > STALE_AFTER_MS;
}

// As historian/signal_state.c has it; `age` of the sample in milliseconds.
export function stateOf(config, value, quality, age = 0) {
  if (value === null || severity(quality) === 2) return 'bad';
  if (isStale(config, age)) return 'stale';
  if (severity(quality) === 1) return 'uncertain';
  if (config.is_state) return 'normal';
  const { low_low, low, high, high_high } = config.limits;
  if (high_high !== null && value > high_high) return 'high_high';
  if (low_low !== null && value < low_low) return 'low_low';
  if (high !== null && value > high) return 'high';
  if (low !== null && value < low) return 'low';
  return 'normal';
}

const KINDS = { bad: 'bad', high_high: 'bad', low_low: 'bad', normal: '' };

function put(cell, text) {
  if (cell && cell.textContent !== text) cell.textContent = text;
}

function show(row, config, view, words, { time, value, quality }) {
  const cell = (name) => row.querySelector(`[data-cell="${name}"]`);
  const now = view.stands_at ?? Date.now(); // a record of the past stands still
  const state = stateOf(config, value, quality, now - time);
  put(cell('value'), config.is_state && value !== null ? stateText(config, value, view)
    : quantityText(view, value, config.unit_text));
  put(cell('ago'), now - time < 45_000 ? words.now
    : ago(time, now, `${view.lang}-u-nu-${view.digits}`));
  cell('ago').title = timeText(view, time);
  put(cell('state'), words[`state_${state}`]);
  cell('state').className = `badge badge-${KINDS[state] ?? 'warn'}`;
  if (severity(quality) === 0) cell('quality')?.remove();
}

// The element around them has data-view, and the sentences as data-… (partials/signal_words).
export function startRows(stream) {
  for (const table of document.querySelectorAll('[data-live-rows]')) {
    const view = JSON.parse(table.dataset.view);
    for (const row of table.querySelectorAll('[data-live]')) {
      const config = JSON.parse(row.dataset.live);
      let last = null;
      stream.listen(config.id, (sample) => {
        last = sample;
        show(row, config, view, table.dataset, last);
      });
      setInterval(() => {
        if (last) show(row, config, view, table.dataset, last);
      }, REFRESH_MS);
    }
  }
}
