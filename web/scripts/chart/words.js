// Numbers and times as this page's person reads them. `view` is {lang, digits: 'latn' | 'arab', zone,
// hijri}. The rules are those of src/web/format.h. Pure.

const cache = new Map();
function kept(key, make) {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key);
}

const localeOf = (view) => `${view.lang}-u-nu-${view.digits}`;

// Five digits, but never fewer than the whole ones.
export function decimalsOf(x) {
  if (!Number.isFinite(x) || x === 0) return 2;
  return Math.max(0, Math.min(6, 4 - Math.floor(Math.log10(Math.abs(x)))));
}

export function numberText(view, x, decimals = decimalsOf(x)) {
  if (x === null || !Number.isFinite(x)) return '—';
  const rounded = Math.abs(x) * 10 ** decimals < 0.5 ? 0 : x; // a value that rounds to zero has no sign
  return kept(`n ${localeOf(view)} ${decimals}`, () =>
    new Intl.NumberFormat(localeOf(view), { maximumFractionDigits: decimals })).format(rounded);
}

// A value with its unit, one left-to-right isolate.
export function quantityText(view, x, unit) {
  const text = numberText(view, x);
  const whole = unit && x !== null ? `${text}\u00a0${unit}` : text;
  return view.lang === 'ar' ? `\u2066${whole}\u2069` : whole;
}

// What a state is called: texts by value, each {en, ar}.
export function stateText(series, value, view) {
  const texts = series.states?.[String(value)];
  return texts?.[view.lang] ?? texts?.en ?? numberText(view, value);
}

// Decimals that tell ticks of this distance apart.
export function tickDecimals(step) {
  if (!(step > 0)) return 0;
  let decimals = 0;
  while (decimals < 9 && Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6) {
    decimals++;
  }
  return decimals;
}

function timeFormat(view, name, options) {
  return kept(`t ${localeOf(view)} ${view.zone} ${name}`, () =>
    new Intl.DateTimeFormat(`${view.lang === 'ar' ? 'ar-SA' : 'en-GB'}-u-nu-${view.digits}-ca-gregory`,
      { timeZone: view.zone, ...options }));
}

const DAY = { day: 'numeric', month: 'short' };
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

export function timeText(view, ms) {
  const hasFraction = Math.round(ms) % 1000 !== 0;
  const text = timeFormat(view, `full ${hasFraction}`, {
    ...DAY, year: 'numeric', ...CLOCK, second: '2-digit',
    ...(hasFraction ? { fractionalSecondDigits: 3 } : {}),
  }).format(ms);
  return view.hijri ? `${text} (${hijriText(view, ms)})` : text;
}

function hijriText(view, ms) {
  return kept(`h ${localeOf(view)} ${view.zone}`, () =>
    new Intl.DateTimeFormat(`${view.lang === 'ar' ? 'ar-SA' : 'en-GB'}-u-nu-${view.digits}-ca-islamic-umalqura`,
      { timeZone: view.zone, day: 'numeric', month: 'long', year: 'numeric' })).format(ms);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR;

// Labels of a time axis whose ticks are `step` apart: the clock, and below it the day where it
// begins and at the first tick; from days on the day; from months on month and year.
export function axisLabels(view, ticks, step) {
  if (step >= 360 * DAY_MS) {
    return ticks.map((at) => timeFormat(view, 'year', { year: 'numeric' }).format(at));
  }
  const day = timeFormat(view, 'day', DAY);
  const year = timeFormat(view, 'year', { year: 'numeric' });
  if (step >= 27 * DAY_MS) {
    const month = timeFormat(view, 'month', { month: 'short' });
    return withSecondLine(ticks, (at) => month.format(at), (at) => year.format(at));
  }
  if (step >= DAY_MS) return withSecondLine(ticks, (at) => day.format(at), (at) => year.format(at));
  const clock = timeFormat(view, `clock ${step < 1000} ${step < MINUTE}`, {
    ...CLOCK,
    ...(step < MINUTE ? { second: '2-digit' } : {}),
    ...(step < 1000 ? { fractionalSecondDigits: 3 } : {}),
  });
  return withSecondLine(ticks, (at) => clock.format(at), (at) => day.format(at));
}

function withSecondLine(ticks, first, second) {
  let last = null;
  return ticks.map((at) => {
    const below = second(at);
    const label = below === last ? first(at) : `${first(at)}\n${below}`;
    last = below;
    return label;
  });
}
