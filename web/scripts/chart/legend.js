// The rows below the plots, made by the server with the newest values; here they follow the cursor.
import { dashIn } from './colours.js';
import { GOOD, lastAtOrBefore, nearest, severity } from './samples.js';
import { quantityText, stateText, timeText } from './words.js';

const QUALITIES = ['good', 'uncertain', 'bad'];

export class Legend {
  constructor(chart) {
    this.chart = chart;
    this.rows = chart.series.map((s) => chart.root.querySelector(`[data-series="${s.index}"]`));
    this.time = chart.part('time');
  }

  // The line beside a name is drawn as in the plot.
  matchLines(panels) {
    for (const panel of panels) {
      for (const s of panel.series) {
        this.rows[s.index]?.querySelector('.chart-swatch path')
          .setAttribute('stroke-dasharray', dashIn(panel, s).join(' '));
      }
    }
  }

  // Calls with the signal whose row the pointer or the keyboard is in; null: none.
  listen(call) {
    if (this.rows.length < 2) return;
    this.rows.forEach((row, index) => {
      for (const name of ['pointerenter', 'focusin']) row?.addEventListener(name, () => call(index));
      for (const name of ['pointerleave', 'focusout']) row?.addEventListener(name, () => call(null));
    });
  }

  // What a signal says at a moment: a state holds, a slope is read at its nearest sample.
  at(series, moment) {
    const { samples, gaps } = this.chart.dataOf(series);
    const i = series.is_state ? lastAtOrBefore(samples.time, moment) : nearest(samples.time, moment);
    if (i < 0) return null;
    const isGap = gaps.some((gap) => gap.from < moment && moment < gap.to);
    return { value: samples.value[i], quality: samples.quality[i], time: samples.time[i], isGap };
  }

  showAt(moment) {
    this.time.textContent = timeText(this.chart.view, moment);
    this.chart.series.forEach((s, i) => this.put(this.rows[i], s, this.at(s, moment)));
  }

  showNewest() {
    this.time.textContent = this.chart.say('newest');
    this.chart.series.forEach((s, i) => {
      const { samples } = this.chart.dataOf(s);
      if (samples.time.length) this.put(this.rows[i], s, this.at(s, Infinity));
    });
  }

  valueText(series, found) {
    if (!found || found.isGap) return this.chart.say('gap');
    if (found.value === null) return '—';
    return series.is_state ? stateText(series, found.value, this.chart.view)
      : quantityText(this.chart.view, found.value, series.unit_text);
  }

  put(row, series, found) {
    if (!row) return;
    row.querySelector('[data-cell="value"]').textContent = this.valueText(series, found);
    const kind = found && !found.isGap ? severity(found.quality) : GOOD;
    const quality = row.querySelector('[data-cell="quality"]');
    quality.hidden = kind === GOOD;
    quality.textContent = this.chart.say(QUALITIES[kind]);
    quality.className = `badge badge-${kind === GOOD ? 'ok' : ['', 'warn', 'bad'][kind]}`;
  }

  // All of it as one sentence, for the keyboard's cursor.
  sentence() {
    const parts = this.chart.series.map((s, i) =>
      `${s.name}: ${this.rows[i]?.querySelector('[data-cell="value"]').textContent ?? ''}`);
    return `${this.time.textContent}. ${parts.join('. ')}`;
  }
}
