// One panel as a uPlot: options, axes, colours, and what is drawn around the lines (marks.js).
import uPlot from 'uplot';
import { colourOf, dashIn } from './colours.js';
import { drawGaps, drawLimits, drawMoments, drawQuality, drawUnits } from './marks.js';
import { sideOf, valueRange } from './panels.js';
import { axisLabels, numberText, stateText, tickDecimals } from './words.js';

const STATE_HEIGHT = 104;
const TIME_HEIGHT = 44;

// --- scales and axes ---------------------------------------------------------------------------

const limitsOf = (series) => ['low_low', 'low', 'high', 'high_high']
  .map((name) => series.limits?.[name]).filter(Number.isFinite);

function unitScale(panel, unit) {
  const limits = panel.series.length === 1 ? limitsOf(panel.series[0]) : [];
  return { auto: true, range: (u, min, max) => valueRange(min, max, limits) };
}

const stateValues = (series) => Object.keys(series.states ?? {}).map(Number).filter(Number.isFinite)
  .sort((a, b) => a - b);

function stateScale(series) {
  const known = stateValues(series);
  return {
    auto: true,
    range: (u, min, max) => {
      const all = [min, max, ...known].filter(Number.isFinite);
      return all.length ? [Math.min(...all) - 0.5, Math.max(...all) + 0.5] : [-0.5, 1.5];
    },
  };
}

// Room for the widest label; plots below one another agree on it, so that their times stand in line.
function axisSize(chart) {
  return (u, labels, axis, cycle) => {
    const { side, _size } = u.axes[axis];
    if (cycle > 1) return _size;
    const widest = (labels ?? []).reduce((a, b) => (b && b.length > a.length ? b : a), '');
    u.ctx.font = u.axes[axis].font[0];
    const wanted = Math.ceil(u.ctx.measureText(widest).width / devicePixelRatio) + 16;
    return chart.roomFor(side, wanted);
  };
}

// Below the last plot alone; the others keep its grid.
function timeAxis(chart, isLast) {
  if (!isLast) {
    return { scale: 'x', space: 84, size: 1, gap: 0, values: (u, ticks) => ticks.map(() => ''), ticks: { show: false } };
  }
  return {
    scale: 'x',
    space: 84,
    size: TIME_HEIGHT,
    values: (u, ticks, axis, space, step) => axisLabels(chart.view, ticks, step),
  };
}

function valueAxis(chart, panel, unit, i) {
  return {
    scale: unit,
    side: sideOf(panel, unit),
    size: axisSize(chart),
    grid: { show: i === 0 },
    values: (u, ticks, axis, space, step) => {
      const decimals = tickDecimals(step);
      return ticks.map((x) => numberText(chart.view, x, decimals));
    },
  };
}

function stateAxis(chart, panel) {
  const [series] = panel.series;
  return {
    scale: panel.units[0],
    side: 3,
    size: axisSize(chart),
    splits: (u, axis, min, max) => {
      const known = stateValues(series);
      if (known.length) return known.filter((x) => x > min && x < max);
      const whole = [];
      for (let x = Math.ceil(min); x <= max && whole.length < 9; x++) whole.push(x);
      return whole;
    },
    values: (u, ticks) => ticks.map((x) => {
      const text = stateText(series, x, chart.view);
      return text.length > 14 ? `${text.slice(0, 13)}…` : text;
    }),
  };
}

function dressAxes(chart, axes) {
  return axes.map((axis) => ({
    ...axis,
    font: chart.colours.font,
    stroke: () => chart.colours['--ink-3'],
    grid: { stroke: () => chart.colours['--line'], width: 1, ...axis.grid },
    ticks: { stroke: () => chart.colours['--line'], width: 1, size: 5, ...axis.ticks },
    border: { show: axis.scale === 'x', stroke: () => chart.colours['--ink-3'], width: 1 },
  }));
}

// --- lines ---------------------------------------------------------------------------------------

// Beyond a limit a line has the limit's colour: a gradient with hard edges, up the axis.
function lineStroke(chart, s) {
  return (u) => {
    const colour = chart.colours[colourOf(s.index)];
    const limits = s.limits;
    if (!limits || s.is_state) return colour;
    const { top, height } = u.bbox;
    const scale = u.scales[s.unit];
    if (!Number.isFinite(scale.min) || scale.max <= scale.min) return colour;
    const at = (x) => Math.min(1, Math.max(0, (scale.max - x) / (scale.max - scale.min)));
    const gradient = u.ctx.createLinearGradient(0, top, 0, top + height);
    // Downwards from the top.
    const steps = [
      ['--bad-mark', limits.high_high], ['--warn-mark', limits.high],
    ].filter(([, x]) => Number.isFinite(x));
    let from = 0;
    for (const [name, x] of steps) {
      gradient.addColorStop(from, chart.colours[name]);
      from = at(x);
      gradient.addColorStop(from, chart.colours[name]);
    }
    gradient.addColorStop(from, colour);
    const below = [
      ['--warn-mark', limits.low], ['--bad-mark', limits.low_low],
    ].filter(([, x]) => Number.isFinite(x));
    let last = colour;
    for (const [name, x] of below) {
      const edge = Math.max(from, at(x));
      gradient.addColorStop(edge, last);
      gradient.addColorStop(edge, chart.colours[name]);
      [last, from] = [chart.colours[name], edge];
    }
    gradient.addColorStop(1, last);
    return gradient;
  };
}

function lines(chart, panel, s) {
  const stepped = s.is_state ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};
  const line = {
    scale: s.unit,
    stroke: lineStroke(chart, s),
    width: s.is_state ? 2 : 1.5,
    dash: dashIn(panel, s),
    points: { show: (u, i, from, to) => to - from < 2 || isSparse(u, from, to), size: 5 },
    ...stepped,
  };
  return [line, {
    ...line, stroke: () => chart.colours['--ink-3'], width: 1, dash: [2, 4],
    points: { show: false },
  }];
}

// Single samples are seen while they are far apart.
function isSparse(u, from, to) {
  return (to - from) * 12 < u.bbox.width / devicePixelRatio;
}

// --- all of it -----------------------------------------------------------------------------------

export function plotOptions(chart, panel, { isLast, width }) {
  const scales = { x: { time: true, auto: false, range: () => [chart.span.from, chart.span.to] } };
  for (const unit of panel.units) {
    scales[unit] = panel.kind === 'state' ? stateScale(panel.series[0]) : unitScale(panel, unit);
  }
  const values = panel.kind === 'state' ? [stateAxis(chart, panel)]
    : panel.units.map((unit, i) => valueAxis(chart, panel, unit, i));
  const height = panel.kind === 'state' ? STATE_HEIGHT : chart.plotHeight;
  return {
    width,
    height: height + (isLast ? TIME_HEIGHT : 0),
    ms: 1,
    tzDate: (ms) => uPlot.tzDate(new Date(ms), chart.view.zone),
    padding: [panel.kind === 'state' ? 10 : 26, () => (panel.units.length > 1 ? 0 : chart.endRoom), isLast ? 0 : 6, 0],
    legend: { show: false },
    scales,
    axes: dressAxes(chart, [timeAxis(chart, isLast), ...values]),
    series: [{}, ...panel.series.flatMap((s) => lines(chart, panel, s))],
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 6 },
      sync: { key: chart.id },
      focus: { prox: -1 },
      points: { show: false },
    },
    hooks: {
      drawClear: [(u) => drawMoments(chart, u), (u) => drawGaps(chart, panel, u)],
      draw: [(u) => drawUnits(chart, panel, u), (u) => drawLimits(chart, panel, u), (u) => drawQuality(chart, panel, u)],
      setSelect: [(u) => chart.selected(u)],
      setCursor: [(u) => chart.pointed(u)],
    },
  };
}
