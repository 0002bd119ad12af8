// Which signals share a plot. Signals of one unit share an axis; two units share a plot with an axis
// on either side, where it is wide enough; more become small plots below one another. Each signal with states has a strip of
// its own. Pure.
export function panelsOf(series, unitsMax = 2) {
  const units = [...new Set(series.filter((s) => !s.is_state).map((s) => s.unit))];
  const numbers = units.length <= unitsMax ? [units] : units.map((unit) => [unit]);
  const panels = numbers
    .filter((some) => some.length)
    .map((some) => ({
      kind: 'value',
      units: some,
      series: series.filter((s) => !s.is_state && some.includes(s.unit)),
    }));
  const states = series.filter((s) => s.is_state)
    .map((s) => ({ kind: 'state', units: [s.unit], series: [s] }));
  return [...panels, ...states];
}

const SIDES = [3, 1]; // of uPlot: left, right
export const sideOf = (panel, unit) => SIDES[panel.units.indexOf(unit)];

// The least and greatest value to draw: of the data, and of limits that are not so far away that
// they would press the data flat.
export function valueRange(min, max, limits) {
  if (min === null || max === null) {
    const given = limits.filter(Number.isFinite);
    return given.length ? padded(Math.min(...given), Math.max(...given)) : [0, 1];
  }
  const span = max - min || Math.abs(max) * 0.1 || 1;
  let [low, high] = [min, max];
  for (const limit of [...limits].sort((a, b) => a - b)) {
    if (!Number.isFinite(limit)) continue;
    if (limit < low && min - limit <= span * 1.5) low = limit;
    if (limit > high && limit - max <= span * 1.5) high = limit;
  }
  return padded(low, high);
}

function padded(low, high) {
  const room = (high - low || Math.abs(high) * 0.1 || 1) * 0.08;
  // A quantity that is never negative keeps its zero.
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
}
