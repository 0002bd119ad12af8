// Samples of a signal as columns: time in milliseconds, value (null: none), OPC UA quality. Pure.

export const GOOD = 0;
export const UNCERTAIN = 1;
export const BAD = 2;

// The two highest bits of an OPC UA status code.
export const severity = (quality) => Math.min(quality >>> 30, BAD);

// What GET /api/series/{id}/plot answers: times in milliseconds, values, and runs of quality, [[first
// index, status code], ...], or null where all are good.
export function readSamples(answer) {
  const quality = new Array(answer.times.length).fill(0);
  const runs = answer.qualities ?? [];
  runs.forEach(([first, code], i) => quality.fill(code, first, runs[i + 1]?.[0]));
  return { time: answer.times, value: answer.values, quality };
}

// The index of the last sample at or before a moment; -1: none.
export function lastAtOrBefore(time, at) {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function nearest(time, at) {
  const before = lastAtOrBefore(time, at);
  const after = before + 1;
  if (before < 0) return after < time.length ? after : -1;
  if (after >= time.length) return before;
  return at - time[before] <= time[after] - at ? before : after;
}

// Stretches that are not good: {from, to, kind} with kind UNCERTAIN or BAD, each from its sample to
// the next one.
export function badStretches(samples, end) {
  const found = [];
  const { time, value, quality } = samples;
  for (let i = 0; i < time.length; i++) {
    const kind = value[i] === null ? BAD : severity(quality[i]);
    if (kind === GOOD) continue;
    const to = i + 1 < time.length ? time[i + 1] : Math.max(end, time[i]);
    const last = found.at(-1);
    if (last && last.kind === kind && last.to === time[i]) last.to = to;
    else found.push({ from: time[i], to, kind });
  }
  return found;
}

// Silences of samples that were not thinned out: longer than `limit` ms.
export function silences(time, limit) {
  const found = [];
  for (let i = 1; i < time.length; i++) {
    if (time[i] - time[i - 1] > limit) found.push({ from: time[i - 1], to: time[i] });
  }
  return found;
}

// Columns for a plot: `good` breaks at gaps and where quality is not good; `other` has what is not
// good, together with its neighbours, so that the line is whole. A break is a point without a value
// just behind the last sample.
export function plotColumns(samples, gaps) {
  const x = [];
  const good = [];
  const other = [];
  const put = (time, a, b) => {
    x.push(time);
    good.push(a);
    other.push(b);
  };
  const { time, value, quality } = samples;
  let g = 0;
  for (let i = 0; i < time.length; i++) {
    while (g < gaps.length && gaps[g].to <= (i > 0 ? time[i - 1] : time[0])) g++;
    if (i > 0 && g < gaps.length && gaps[g].from < time[i] && gaps[g].to > time[i - 1]) {
      put(breakBetween(time[i - 1], time[i], gaps[g]), null, null);
    }
    const isGood = severity(quality[i]) === GOOD;
    const beside = [i - 1, i + 1].some((k) => k >= 0 && k < time.length && severity(quality[k]) !== GOOD);
    put(time[i], isGood ? value[i] : null, !isGood || beside ? value[i] : null);
  }
  return [x, good, other];
}

// A moment strictly between two samples, where the gap is.
function breakBetween(before, after, gap) {
  const at = Math.max(before, Math.min(after, gap.from));
  return at > before && at < after ? at : before + (after - before) / 2;
}

// New samples behind or among old ones; of the same moment the new one stays.
export function appendSamples(old, more) {
  if (more.time.length === 0) return old;
  const end = old.time.length ? old.time[old.time.length - 1] : -Infinity;
  if (more.time[0] > end) {
    return {
      time: [...old.time, ...more.time],
      value: [...old.value, ...more.value],
      quality: [...old.quality, ...more.quality],
    };
  }
  const all = new Map();
  for (const s of [old, more]) {
    s.time.forEach((time, i) => all.set(time, [s.value[i], s.quality[i]]));
  }
  const time = [...all.keys()].sort((a, b) => a - b);
  return {
    time,
    value: time.map((at) => all.get(at)[0]),
    quality: time.map((at) => all.get(at)[1]),
  };
}

// Without what lies before `from`, but for the last sample there: a line comes from it.
export function dropBefore(samples, from) {
  const first = Math.max(0, lastAtOrBefore(samples.time, from));
  if (first === 0) return samples;
  return {
    time: samples.time.slice(first),
    value: samples.value.slice(first),
    quality: samples.quality.slice(first),
  };
}
