// A chart that goes on: what arrives is drawn twice a second at most. A window that was asked for as
// "the last 24 hours" moves on; one that somebody chose stands still, and is filled up. The stream
// tells newest values alone, so the whole window is loaded again now and then.
import { appendSamples } from './samples.js';

const DRAW_EVERY_MS = 500;
const LOAD_EVERY_MS = 5000; // at most; of long windows a five-hundredth

export class Live {
  constructor(chart, stream) {
    this.chart = chart;
    this.waiting = new Map();
    this.isPaused = false;
    this.loadedAt = Date.now();
    chart.series.forEach((s) => stream.listen(s.id, (sample) => this.arrive(s.id, sample)));
    stream.onResync(() => this.reload());
    setInterval(() => this.tick(), DRAW_EVERY_MS);
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.chart.root.querySelector('[data-act="live"]')
      ?.setAttribute('aria-pressed', String(this.isPaused));
    if (this.isPaused) return;
    this.waiting.clear();
    this.moveOn(true);
    this.reload();
    this.isBehind = true; // of what was on its way just now
  }

  reload() {
    if (this.isPaused) return;
    this.loadedAt = Date.now();
    this.isBehind = false;
    this.chart.load();
  }

  arrive(id, { time, value, quality }) {
    const more = { time: [time], value: [value], quality: [quality] };
    const old = this.waiting.get(id);
    this.waiting.set(id, old ? appendSamples(old, more) : more);
  }

  // The window's end keeps up with the clock, in steps that are seen, and with every new value. True
  // when it moved.
  moveOn(isUrgent) {
    const { chart } = this;
    const by = Date.now() - chart.span.to;
    const step = (chart.span.to - chart.span.from) / 1000;
    if (!chart.isFollowing || by <= 0 || (!isUrgent && by < Math.max(DRAW_EVERY_MS, step))) return false;
    chart.span = { from: chart.span.from + by, to: chart.span.to + by };
    chart.home = { ...chart.span };
    return true;
  }

  get hasNewer() {
    return [...this.waiting.values()].some(({ time }) => time.at(-1) > this.chart.span.to);
  }

  tick() {
    if (this.isPaused || document.visibilityState === 'hidden') return;
    const hasMoved = this.moveOn(this.hasNewer);
    let hasNews = false;
    for (const [id, samples] of this.waiting) hasNews = this.chart.append(id, samples) || hasNews;
    this.waiting.clear();
    this.isBehind ||= hasNews;
    if (hasMoved || hasNews) this.chart.draw();
    const pause = Math.max(LOAD_EVERY_MS, (this.chart.span.to - this.chart.span.from) / 500);
    if (this.isBehind && Date.now() - this.loadedAt > pause) this.reload();
  }
}
