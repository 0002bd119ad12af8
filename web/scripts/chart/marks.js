// What is drawn around the lines: limits with their names, gaps as hatching, and a lane at the foot
// for each signal where its quality is not good. Shape says it, colour only adds to it.
import { colourOf } from './colours.js';
import { BAD } from './samples.js';

const NAMES = { low_low: 'LL', low: 'L', high: 'H', high_high: 'HH' };
const LANE = 7; // px

function inPlot(u, draw) {
  const { ctx } = u;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.setLineDash([]); // uPlot leaves the last line's
  draw(ctx, devicePixelRatio);
  ctx.restore();
}

const xOf = (u, ms) => u.valToPos(ms, 'x', true);

// Slanted strokes inside a box; `both`: crossed.
function hatch(ctx, box, { colour, distance, width, both }) {
  const [x, y, w, h] = box;
  if (w <= 0) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.beginPath();
  // Counted from a fixed line, so that the strokes stand still while the window moves on.
  const first = Math.floor((x - h) / distance) * distance;
  for (let at = first; at < x + w; at += distance) {
    ctx.moveTo(at, y + h);
    ctx.lineTo(at + h, y);
    if (both) {
      ctx.moveTo(at, y);
      ctx.lineTo(at + h, y + h);
    }
  }
  ctx.stroke();
  ctx.restore();
}

// --- units ------------------------------------------------------------------------------------------

// Above the axis whose numbers they belong to.
export function drawUnits(chart, panel, u) {
  if (panel.kind === 'state') return;
  const { ctx } = u;
  const { left, top, width } = u.bbox;
  ctx.save();
  ctx.font = u.axes[0].font[0];
  ctx.fillStyle = chart.colours['--ink-2'];
  ctx.textBaseline = 'bottom';
  panel.units.forEach((unit, i) => {
    ctx.textAlign = i === 0 ? 'right' : 'left';
    const text = panel.series.find((s) => s.unit === unit).unit_text;
    const isWide = ctx.measureText(text).width > left - 8 * devicePixelRatio;
    if (isWide) ctx.textAlign = i === 0 ? 'left' : 'right';
    const edge = i === 0 ? left : left + width;
    const aside = (i === 0 ? -1 : 1) * (isWide ? 0 : 8 * devicePixelRatio);
    ctx.fillText(text, edge + aside, top - 8 * devicePixelRatio);
  });
  ctx.restore();
}

// --- moments ----------------------------------------------------------------------------------------

function drawMoment(u, ctx, time, { colour, width, dash }) {
  const x = Math.round(xOf(u, time)) + 0.5;
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x, u.bbox.top);
  ctx.lineTo(x, u.bbox.top + u.bbox.height);
  ctx.stroke();
}

// A whole line at the deciding moment, dashed ones where a window begins and ends.
export function drawMoments(chart, u) {
  if (!chart.moments) return;
  const { anchor, from, to } = chart.moments;
  inPlot(u, (ctx, ratio) => {
    const edge = { colour: chart.colours['--ink-3'], width: ratio, dash: [3 * ratio, 4 * ratio] };
    drawMoment(u, ctx, from, edge);
    drawMoment(u, ctx, to, edge);
    drawMoment(u, ctx, anchor, { colour: chart.colours['--ink-2'], width: 2 * ratio, dash: [] });
  });
}

// --- gaps ------------------------------------------------------------------------------------------

// Over the whole height where a plot has one signal; several have lanes alone.
export function drawGaps(chart, panel, u) {
  if (panel.series.length > 1) return;
  const { gaps } = chart.dataOf(panel.series[0]);
  inPlot(u, (ctx, ratio) => {
    for (const gap of gaps) {
      const from = xOf(u, gap.from);
      const box = [from, u.bbox.top, Math.max(ratio, xOf(u, gap.to) - from), u.bbox.height];
      hatch(ctx, box, { colour: chart.colours['--ink-3'], distance: 8 * ratio, width: ratio * 0.6 });
    }
  });
}

// --- limits ----------------------------------------------------------------------------------------

export function drawLimits(chart, panel, u) {
  const shown = panel.series.filter((s) => s.limits && (panel.series.length === 1 || chart.focus === s.index));
  inPlot(u, (ctx, ratio) => {
    for (const s of shown) {
      for (const [name, short] of Object.entries(NAMES)) {
        if (Number.isFinite(s.limits[name])) drawLimit(chart, u, ctx, ratio, s, name, short);
      }
    }
  });
}

function drawLimit(chart, u, ctx, ratio, s, name, short) {
  const y = Math.round(u.valToPos(s.limits[name], s.unit, true)) + 0.5;
  const { left, top, width, height } = u.bbox;
  if (y < top || y > top + height) return;
  const isUrgent = name === 'low_low' || name === 'high_high';
  ctx.strokeStyle = chart.colours[isUrgent ? '--bad-mark' : '--warn-mark'];
  ctx.lineWidth = ratio;
  ctx.setLineDash(isUrgent ? [] : [8 * ratio, 5 * ratio]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = u.axes[0].font[0];
  ctx.fillStyle = chart.colours[isUrgent ? '--bad' : '--warn'];
  ctx.textAlign = 'right';
  ctx.textBaseline = y - top < 16 * ratio ? 'top' : 'bottom';
  ctx.fillText(short, left + width - 4 * ratio, y);
}

// --- quality ---------------------------------------------------------------------------------------

// Uncertain: slanted strokes; bad: a filled bar with crosses; a gap: an empty frame. Lanes stand in
// the order of the legend, each begun by its signal's colour.
export function drawQuality(chart, panel, u) {
  inPlot(u, (ctx, ratio) => {
    const height = LANE * ratio;
    const lanes = panel.series.filter((s) => {
      const data = chart.dataOf(s);
      return data.bad.length || (panel.series.length > 1 && data.gaps.length);
    });
    lanes.forEach((s, i) => {
      const y = u.bbox.top + u.bbox.height - (lanes.length - i) * (height + 2 * ratio);
      drawLane(chart, panel, u, ctx, ratio, s, y, height);
    });
  });
}

function drawLane(chart, panel, u, ctx, ratio, s, y, height) {
  const data = chart.dataOf(s);
  const boxOf = ({ from, to }) => {
    const x = xOf(u, from);
    return [x, y, Math.max(2 * ratio, xOf(u, to) - x), height];
  };
  if (panel.series.length > 1) {
    ctx.strokeStyle = chart.colours['--ink-3'];
    ctx.lineWidth = ratio;
    for (const gap of data.gaps) ctx.strokeRect(...boxOf(gap));
    ctx.fillStyle = chart.colours[colourOf(s.index)];
    ctx.fillRect(u.bbox.left, y, 4 * ratio, height);
  }
  for (const stretch of data.bad) {
    const box = boxOf(stretch);
    const isBad = stretch.kind === BAD;
    const colour = chart.colours[isBad ? '--bad-mark' : '--warn-mark'];
    ctx.strokeStyle = colour;
    ctx.lineWidth = ratio;
    ctx.strokeRect(...box);
    hatch(ctx, box, { colour, distance: (isBad ? 4 : 6) * ratio, width: ratio * 1.2, both: isBad });
  }
}
