// Rows of a table whose newest values go on: <tr data-live="{id, unit, limits …}"> with cells value,
// ago, state and quality (templates/assets/signals).
import { severity } from './samples.js';
import { quantityText, stateText } from './words.js';

// As historian/signal_state.c has it; for a sample that has just come.
export function stateOf(config, value, quality) {
  if (value === null || severity(quality) === 2) return 'bad';
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

function show(row, config, view, words, samples) {
  const value = samples.value.at(-1);
  const quality = samples.quality.at(-1);
  const cell = (name) => row.querySelector(`[data-cell="${name}"]`);
  const state = stateOf(config, value, quality);
  cell('value').textContent = config.is_state && value !== null ? stateText(config, value, view)
    : quantityText(view, value, config.unit_text);
  cell('ago').textContent = words.now;
  const badge = cell('state');
  badge.textContent = words[`state_${state}`];
  badge.className = `badge badge-${KINDS[state] ?? 'warn'}`;
  cell('quality')?.remove();
}

// `table` has data-view, and the sentences as data-…
export function startRows(stream) {
  for (const table of document.querySelectorAll('[data-live-rows]')) {
    const view = JSON.parse(table.dataset.view);
    for (const row of table.querySelectorAll('[data-live]')) {
      const config = JSON.parse(row.dataset.live);
      let last = -Infinity;
      stream.listen(config.id, (samples) => {
        // What comes late changes nothing about the newest.
        if (!(samples.time.at(-1) >= last)) return;
        last = samples.time.at(-1);
        show(row, config, view, table.dataset, samples);
      });
    }
  }
}
