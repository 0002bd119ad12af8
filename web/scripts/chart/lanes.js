// Lanes of events over a chart, one for each asset and category: they share its window of time, its
// zoom and its cursor. Time runs left to right in both languages, as in the chart. A mark's shape says
// how grave it is, colour only adds to it; marks that would touch are one with a number.
import { binned, nextEvent, worstOf } from './lane_bins.js';
import { timeText } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 30;
const DISTANCE = 18; // px between marks
const LISTED = 8;

const SHAPES = {
  CRITICAL: 'M-6-6H6V6H-6Z',
  MAJOR: 'M0-7 7 6H-7Z',
  MINOR: 'M0 7 7-6H-7Z',
  WARNING: 'M0-6 6 0 0 6-6 0Z',
  INFO: 'M4 0A4 4 0 1 1-4 0 4 4 0 1 1 4 0Z',
};

function draw(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

function put(name, className, text, parent) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  parent?.append(element);
  return element;
}

class Lanes {
  constructor(root, chart) {
    this.root = root;
    this.chart = chart;
    this.config = JSON.parse(root.dataset.lanes);
    this.box = root.querySelector('[data-part="rows"]');
    this.said = root.querySelector('[data-part="said"]');
    this.lanes = [];
    this.at = null;
  }

  async start() {
    this.root.classList.add('is-live');
    this.chart.markMoments({ anchor: this.config.anchor, from: this.config.from, to: this.config.to,
      name: this.root.dataset.sayAnchor });
    try {
      const answer = await fetch(this.config.href, { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.take(await answer.json());
    } catch {
      put('p', 'muted', this.root.dataset.sayFailed, this.box);
      return;
    }
    this.chart.follow((what, at) => (what === 'span' ? this.draw() : this.point(at)));
    this.listen();
    this.draw();
  }

  take({ groups }) {
    const isArabic = this.chart.view.lang === 'ar';
    for (const group of groups) {
      const name = (isArabic ? group.asset_name_ar || group.asset_name
        : group.asset_name || group.asset_name_ar) ?? '';
      const events = group.events.map((e) => ({ ...e, time: Date.parse(e.event_time),
        summary: (isArabic && e.summary_ar && `\u200f${e.summary_ar}`) || e.summary }));
      const row = put('div', 'lane', '', this.box);
      const label = put('p', 'lane-label small', '', row);
      if (group.asset_code) put('code', 'ltr', group.asset_code, label);
      put('span', '', ` ${name || (group.asset_code ? '' : this.root.dataset.sayNoAsset)} · `, label);
      put('span', 'strong', this.config.categories[group.event_category], label);
      put('span', 'muted', ` (${group.count})`, label);
      const svg = draw('svg', { class: 'lane-plot', height: HEIGHT, 'aria-hidden': 'true' }, row);
      this.lanes.push({ events, svg });
    }
    this.events = this.lanes.flatMap((lane) => lane.events).sort((a, b) => a.time - b.time);
    if (this.events.length === 0) put('p', 'muted', this.root.dataset.sayNone, this.box);
  }

  // --- drawing -----------------------------------------------------------------------------------
  x(time) {
    const { from, to } = this.chart.span;
    return this.area.left + ((time - from) / (to - from)) * this.area.width;
  }

  timeAt(x) {
    const { from, to } = this.chart.span;
    return from + ((x - this.area.left) / this.area.width) * (to - from);
  }

  draw() {
    const width = this.box.clientWidth;
    if (width === 0) return;
    this.area = this.chart.plotArea(this.box.getBoundingClientRect(), width);
    for (const lane of this.lanes) this.drawLane(lane, width);
    this.point(this.at);
  }

  drawLane({ events, svg }, width) {
    svg.replaceChildren();
    svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    const { left, width: length } = this.area;
    draw('path', { class: 'lane-line', d: `M${left} ${HEIGHT / 2}h${length}` }, svg);
    this.drawMoment(svg, this.config.anchor, 'lane-anchor');
    this.drawMoment(svg, this.config.from, 'lane-edge');
    this.drawMoment(svg, this.config.to, 'lane-edge');
    const { span } = this.chart;
    for (const bin of binned(events, span, ((span.to - span.from) / length) * DISTANCE)) {
      const first = bin[0];
      const worst = worstOf(bin);
      const mark = draw('g', { class: 'lane-mark', transform:
        `translate(${this.x(first.time).toFixed(1)} ${HEIGHT / 2 + 2})` }, svg);
      if (bin.some((e) => e.role === 'CAUSE')) draw('circle', { class: 'mark-ring', r: 10 }, mark);
      draw('path', { class: `mark mark-${worst.toLowerCase()}`, d: SHAPES[worst] }, mark);
      if (bin.length > 1) draw('text', { class: 'mark-count', y: -9 }, mark).textContent = bin.length;
      mark.addEventListener('click', () => this.tell(bin));
      draw('title', {}, mark).textContent = `${timeText(this.chart.view, first.time)} ${first.summary}`;
    }
    draw('path', { class: 'lane-cursor', d: '' }, svg);
  }

  drawMoment(svg, time, name) {
    const x = this.x(time);
    const { left, width } = this.area;
    if (x < left || x > left + width) return;
    draw('path', { class: name, d: `M${x.toFixed(1)} 0v${HEIGHT}` }, svg);
  }

  // The chart's cursor, over all lanes.
  point(at) {
    this.at = at;
    const isSeen = at !== null && at >= this.chart.span.from && at <= this.chart.span.to;
    for (const { svg } of this.lanes) {
      svg.querySelector('.lane-cursor')?.setAttribute('d',
        isSeen ? `M${this.x(at).toFixed(1)} 0v${HEIGHT}` : '');
    }
  }

  // --- words -------------------------------------------------------------------------------------
  tell(events) {
    const list = put('ul', 'lane-list');
    for (const e of events.slice(0, LISTED)) {
      const line = put('li', '', '', list);
      put('time', 'muted', timeText(this.chart.view, e.time), line);
      put('span', 'strong', ` ${this.config.severities[e.severity]} `, line);
      put('bdi', '', e.summary, line);
      if (e.role !== 'UNKNOWN') put('span', 'badge', this.config.roles[e.role], line);
    }
    if (events.length > LISTED) put('li', 'muted', `+ ${events.length - LISTED}`, list);
    this.said.replaceChildren(list);
    this.chart.pointAt(events[0].time);
  }

  // --- pointer and keys --------------------------------------------------------------------------
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== 'n' && key !== 'p') {
      this.chart.pressed(event);
      return;
    }
    const found = nextEvent(this.events, this.at, key === 'n' ? 1 : -1, this.chart.span);
    if (found) this.tell([found]);
    event.preventDefault();
  }

  listen() {
    let begin = null;
    const xOf = (event) => event.clientX - this.box.getBoundingClientRect().left;
    this.box.addEventListener('keydown', (event) => this.pressed(event));
    this.box.addEventListener('pointermove', (event) => this.chart.pointAt(this.timeAt(xOf(event))));
    this.box.addEventListener('pointerleave', () => this.chart.pointAt(null));
    this.box.addEventListener('pointerdown', (event) => { begin = xOf(event); });
    this.box.addEventListener('pointerup', (event) => {
      const [from, to] = [begin, xOf(event)].sort((a, b) => a - b);
      if (begin !== null && to - from > 6) {
        this.chart.show({ from: this.timeAt(from), to: this.timeAt(to) });
      }
      begin = null;
    });
    new ResizeObserver(() => this.draw()).observe(this.box);
  }
}

export function startLanes(charts) {
  for (const root of document.querySelectorAll('[data-lanes]')) {
    const chart = charts.find((one) => one.id === root.dataset.lanesOf);
    if (chart) new Lanes(root, chart).start();
  }
}
