// One chart: its window of time, its plots, and what a person does with them. The page brings
// everything as JSON in data-chart, and sentences as data-say-… ; see partials/chart.mustache.
import uPlot from 'uplot';
import { toast } from '../toast.js';
import { readColours } from './colours.js';
import { Legend } from './legend.js';
import { Live } from './live.js';
import { loadWindow } from './load.js';
import { panelsOf } from './panels.js';
import { plotOptions } from './plot.js';
import { appendSamples, badStretches, dropBefore, plotColumns, silences } from './samples.js';
import { keyed, momentText, moved, withSpan, zoomed } from './span.js';
import { fillTable } from './table.js';

const LOAD_AFTER_MS = 150; // of quiet, when somebody zooms in steps
const POINTS_MAX = 4000;
const NARROW = 520; // px; two axes leave no room for the plot
const NOTHING = { samples: { time: [], value: [], quality: [] }, gaps: [], bad: [], of: 0 };

class Chart {
  constructor(root, stream) {
    const config = JSON.parse(root.dataset.chart);
    this.root = root;
    this.stream = stream;
    this.id = root.id;
    this.view = config.view;
    this.series = config.series.map((s, index) => ({ ...s, index }));
    this.home = { from: config.from, to: config.to };
    this.isFollowing = config.range;
    this.wasFollowing = config.range;
    this.address = location.href;
    this.span = { ...this.home };
    this.data = this.series.map(() => NOTHING);
    this.rooms = {};
    this.focus = null;
    this.followers = [];
    this.moments = null;
    this.plotsBox = this.part('plots');
    this.legend = new Legend(this);
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  say(name) {
    return this.part('say').dataset[name] ?? name;
  }

  dataOf(series) {
    return this.data[series.index];
  }

  start() {
    this.root.classList.add('is-live');
    this.panels = panelsOf(this.series, this.plotsBox.clientWidth < NARROW ? 1 : 2);
    this.colours = readColours(this.plotsBox);
    this.plotHeight = Math.round(Math.min(340, Math.max(190, innerHeight * 0.36)))
      / (this.panels.filter((p) => p.kind === 'value').length > 2 ? 1.5 : 1);
    this.plots = this.panels.map((panel, i) => this.makePlot(panel, i));
    this.legend.matchLines(this.panels);
    this.listen();
    this.load();
    this.live = new Live(this, this.stream);
  }

  makePlot(panel, i) {
    const box = document.createElement('div');
    box.className = 'chart-panel';
    box.dir = 'ltr';
    this.plotsBox.append(box);
    const options = plotOptions(this, panel, {
      isLast: i === this.panels.length - 1, width: this.plotsBox.clientWidth,
    });
    const columns = panel.series.flatMap(() => [[], []]);
    return { panel, u: new uPlot(options, [[], ...columns], box) };
  }

  // --- room beside the plots -------------------------------------------------------------------
  roomFor(side, wanted) {
    const room = Math.max(this.rooms[side] ?? 0, wanted);
    if (room > (this.rooms[side] ?? 0) && this.plots) this.needsLayout = true;
    this.rooms[side] = room;
    return room;
  }

  // Beside plots that have no axis there, below one that has.
  get endRoom() {
    return this.rooms[1] ?? 16;
  }

  // --- data ------------------------------------------------------------------------------------
  get points() {
    return Math.min(POINTS_MAX, Math.max(200, Math.round(this.plotsBox.clientWidth * 1.5)));
  }

  async load() {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    const span = { ...this.span };
    this.root.setAttribute('aria-busy', 'true');
    const results = await Promise.allSettled(
      this.series.map((s) => loadWindow(s, span, this.points, loading.signal)));
    if (loading.signal.aborted) return;
    this.root.removeAttribute('aria-busy');
    const failed = results.filter((r) => r.status === 'rejected');
    this.part('failed').hidden = failed.length === 0;
    results.forEach((r, i) => {
      if (r.status === 'fulfilled') this.take(i, r.value);
    });
    this.draw();
  }

  take(i, loaded) {
    this.data[i] = { ...loaded, bad: badStretches(loaded.samples, Math.min(this.span.to, Date.now())) };
  }

  // What arrived behind the newest sample, and inside the window. True when there was something.
  append(id, more) {
    const series = this.series.find((s) => s.id === id);
    const old = this.dataOf(series);
    const end = old.samples.time.at(-1) ?? -Infinity;
    const first = more.time.findIndex((time) => time > end && time <= this.span.to + 1000);
    if (first < 0 || old === NOTHING) return false;
    const news = {
      time: more.time.slice(first), value: more.value.slice(first), quality: more.quality.slice(first),
    };
    const gaps = silences([end, ...news.time].filter(Number.isFinite), series.gap_max_ms || Infinity);
    const samples = dropBefore(appendSamples(old.samples, news), this.span.from);
    this.take(series.index, { ...old, samples, gaps: [...old.gaps, ...gaps] });
    return true;
  }

  // --- who goes along ----------------------------------------------------------------------------
  // `call('span')` when the window or the room beside the plots changed, `call('cursor', ms)`: null
  // where there is none.
  follow(call) {
    this.followers.push(call);
  }

  tell(what, at = null) {
    this.followers.forEach((call) => call(what, at));
  }

  // Where time runs, in px from the left edge of another box of this page.
  plotArea(box, width) {
    const [plot] = this.plots;
    if (!plot) return { left: 8, width: Math.max(1, width - 16) };
    const over = plot.u.over.getBoundingClientRect();
    return { left: over.left - box.left, width: Math.max(1, over.width) };
  }

  // Lines at moments, behind the samples: {anchor, from, to, name}.
  markMoments(moments) {
    this.moments = moments;
    this.plots.forEach(({ u }) => u.redraw(false, false));
  }

  draw() {
    for (const { panel, u } of this.plots) {
      const tables = panel.series.map((s) => {
        const { samples, gaps } = this.dataOf(s);
        return plotColumns(samples, gaps);
      });
      const modes = panel.series.map(() => [0, 2, 2]);
      u.setData(uPlot.join(tables, modes), false);
      this.scaleTo(u);
    }
    this.layOut();
    const count = this.data.reduce((sum, d) => sum + d.samples.time.length, 0);
    this.part('none').hidden = count > 0 || !this.part('failed').hidden;
    this.part('key-gap').hidden = !this.data.some((d) => d.gaps.length);
    this.part('key-uncertain').hidden = !this.data.some((d) => d.bad.some((b) => b.kind === 1));
    this.part('key-bad').hidden = !this.data.some((d) => d.bad.some((b) => b.kind === 2));
    this.legend.showNewest();
    fillTable(this);
  }

  scaleTo(u) {
    u.setScale('x', { min: this.span.from, max: this.span.to });
  }

  // An axis that grew moves all plots.
  layOut() {
    queueMicrotask(() => {
      if (this.needsLayout) {
        this.needsLayout = false;
        this.plots.forEach(({ u }) => u.redraw(false, true));
      }
      this.tell('span');
    });
  }

  // --- the window ------------------------------------------------------------------------------
  show(span, { remember = true } = {}) {
    this.span = span;
    for (const { u } of this.plots) this.scaleTo(u);
    this.tell('span');
    if (remember) this.remember();
    this.loadSoon();
  }

  loadSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), LOAD_AFTER_MS);
  }

  // The window as a part of the address, so that what is seen is a link; and in every link that
  // leads on with it (export, comparison).
  remember() {
    this.isFollowing = false;
    history.replaceState(history.state, '', withSpan(location.href, location.href, this.span));
    for (const link of document.querySelectorAll('[data-with-span]')) {
      link.setAttribute('href', withSpan(link.getAttribute('href'), location.href, this.span));
    }
    this.root.querySelectorAll('[data-range][aria-current]')
      .forEach((link) => link.removeAttribute('aria-current'));
  }

  reset() {
    this.show({ ...this.home });
    this.isFollowing = this.wasFollowing;
    history.replaceState(history.state, '', this.address);
  }

  selected(u) {
    const { left, width } = u.select;
    if (width < 6) return;
    const span = { from: u.posToVal(left, 'x'), to: u.posToVal(left + width, 'x') };
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (span.to - span.from >= 1) this.show(span);
  }

  // --- pointer and keys ------------------------------------------------------------------------
  pointed(u) {
    const at = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, 'x') : null;
    if (at === null) this.legend.showNewest();
    else this.legend.showAt(at);
    this.tell('cursor', at);
  }

  // The cursor of all plots at a moment; null: none.
  pointAt(at) {
    for (const { u } of this.plots) {
      u.setCursor(at === null ? { left: -10, top: -10 } : { left: u.valToPos(at, 'x'), top: 10 }, false);
    }
    if (at === null) {
      this.legend.showNewest();
    } else {
      this.cursorAt = at;
      this.legend.showAt(at);
    }
    this.tell('cursor', at);
  }

  // The cursor, a step of a hundredth, by keys; read out for those who do not see it.
  moveCursor(by) {
    const length = this.span.to - this.span.from;
    const from = this.cursorAt ?? this.span.to;
    this.pointAt(Math.min(this.span.to, Math.max(this.span.from, from + by * length)));
    this.part('said').textContent = this.legend.sentence();
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.shiftKey && /^Arrow(Left|Right)$/.test(event.key)) {
      this.moveCursor(event.key === 'ArrowLeft' ? -0.01 : 0.01);
    } else {
      const wanted = keyed(this.span, event.key);
      if (!wanted) return;
      if (wanted === 'reset') this.reset();
      else this.show(wanted);
    }
    event.preventDefault();
  }

  act(name) {
    const acts = {
      in: () => this.show(zoomed(this.span, 0.5)),
      out: () => this.show(zoomed(this.span, 2)),
      earlier: () => this.show(moved(this.span, -0.5)),
      later: () => this.show(moved(this.span, 0.5)),
      reset: () => this.reset(),
      live: () => this.live.toggle(),
      again: () => this.load(),
      link: () => this.copyLink(),
    };
    acts[name]?.();
  }

  async copyLink() {
    try {
      await navigator.clipboard.writeText(withSpan(location.href, location.href, this.span)
        .replace(/^/, location.origin));
      toast('ok', this.say('linkCopied'));
    } catch {
      toast('error', this.say('linkFailed'));
    }
  }

  // The file has the window that is seen; its answer is a download, so the dialog is closed here.
  exportSpan(form) {
    const length = this.span.to - this.span.from;
    form.elements.from.value = momentText(this.span.from, length);
    form.elements.to.value = momentText(this.span.to, length);
    form.closest('dialog').close();
  }

  // One signal in front, the others pale, and its limits; null: all alike.
  highlight(index) {
    this.focus = index;
    for (const { panel, u } of this.plots) {
      u.series.slice(1).forEach((line, i) => {
        const isPale = index !== null && panel.series[i >> 1].index !== index;
        line.alpha = isPale ? 0.2 : 1;
      });
      u.redraw(false, false);
    }
  }

  listen() {
    this.root.addEventListener('click', (event) => {
      const button = event.target.closest('[data-act]');
      if (button) this.act(button.dataset.act);
    });
    this.plotsBox.addEventListener('keydown', (event) => this.pressed(event));
    this.part('table').addEventListener('toggle', () => fillTable(this));
    this.part('export').addEventListener('submit', (event) => this.exportSpan(event.target));
    this.legend.listen((index) => this.highlight(index));
    new ResizeObserver(() => this.resize()).observe(this.plotsBox);
    const repaint = () => {
      this.colours = readColours(this.plotsBox);
      this.plots.forEach(({ u }) => u.redraw(true, true));
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
    new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ['data-theme'] });
    document.fonts.ready.then(repaint);
  }

  resize() {
    const width = this.plotsBox.clientWidth;
    for (const { u } of this.plots) {
      if (u.width !== width && width > 0) u.setSize({ width, height: u.height });
    }
  }
}

export function startCharts(stream) {
  const charts = [...document.querySelectorAll('[data-chart]')].map((root) => new Chart(root, stream));
  charts.forEach((chart) => chart.start());
  return charts;
}
