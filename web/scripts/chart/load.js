// What a chart asks the server for. A newer question ends the one that is under way.
import { readSamples, silences } from './samples.js';
import { momentText } from './span.js';

async function getJson(path, signal) {
  const answer = await fetch(path, { headers: { Accept: 'application/json' }, signal });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// To the millisecond: what has just arrived belongs to a window that ends now.
function query(span, more) {
  return new URLSearchParams({ from: momentText(span.from, 0), to: momentText(span.to, 0), ...more });
}

// A silence that counts as a gap: the signal's own limit, else five times the usual distance of its
// samples, at least a second (quant/aggregate.h). A state holds until the next one.
export function gapLimit(series, time) {
  if (series.gap_max_ms > 0) return series.gap_max_ms;
  if (series.is_state) return Infinity;
  const distances = time.slice(1).map((at, i) => at - time[i]).sort((a, b) => a - b);
  const median = distances[distances.length >> 1] ?? Infinity;
  return Math.max(1000, 5 * median);
}

// Where samples were left out, only the server knows the silences.
async function loadGaps(series, samples, of, span, signal) {
  if (of <= samples.time.length) return silences(samples.time, gapLimit(series, samples.time));
  if (series.is_state && !series.gap_max_ms) return [];
  const own = series.gap_max_ms > 0 ? { longer_than: `${Math.ceil(series.gap_max_ms / 1000)}s` } : {};
  const answer = await getJson(`/api/series/${series.id}/gaps?${query(span, own)}`, signal);
  return answer.items.filter((gap) => !gap.is_bad)
    .map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }));
}

// Samples of a window, thinned to about `points`, and where there are gaps.
export async function loadWindow(series, span, points, signal) {
  const path = `/api/series/${series.id}/plot?${query(span, { points })}`;
  const answer = await getJson(path, signal);
  const samples = readSamples(answer);
  return { samples, of: answer.of, gaps: await loadGaps(series, samples, answer.of, span, signal) };
}
