// A chart that goes on: what arrives is drawn twice a second at most. A window that was asked for as
// "the last 24 hours" moves on; one that somebody chose stands still, and is filled up.
import { appendSamples } from './samples.js';

const DRAW_EVERY_MS = 500;

export class Live {
  constructor(chart, stream) {
    this.chart = chart;
    this.waiting = new Map();
    this.isPaused = false;
    chart.series.forEach((s) => stream.listen(s.id, (samples) => this.arrive(s.id, samples)));
    stream.onResync(() => {
      if (!this.isPaused) chart.load();
    });
    setInterval(() => this.tick(), DRAW_EVERY_MS);
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.chart.root.querySelector('[data-act="live"]')
      ?.setAttribute('aria-pressed', String(this.isPaused));
    if (!this.isPaused) {
      this.waiting.clear();
      this.moveOn();
      this.chart.load();
    }
  }

  arrive(id, samples) {
    const old = this.waiting.get(id);
    this.waiting.set(id, old ? appendSamples(old, samples) : samples);
  }

  // The window's end keeps up with the clock, in steps that are seen. True when it moved.
  moveOn() {
    const { chart } = this;
    const by = Date.now() - chart.span.to;
    const length = chart.span.to - chart.span.from;
    if (!chart.isFollowing || by < Math.max(DRAW_EVERY_MS, length / 1000)) return false;
    chart.span = { from: chart.span.from + by, to: chart.span.to + by };
    chart.home = { ...chart.span };
    return true;
  }

  tick() {
    if (this.isPaused || document.visibilityState === 'hidden') return;
    const hasMoved = this.moveOn();
    if (!hasMoved && this.waiting.size === 0) return;
    for (const [id, samples] of this.waiting) this.chart.append(id, samples);
    this.waiting.clear();
    this.chart.draw();
  }
}
