// Events of a lane as marks that do not touch. Pure: times are milliseconds, events stand in their order.
const GRAVITY = ['INFO', 'WARNING', 'MINOR', 'MAJOR', 'CRITICAL'];

// Those in the window, as lists: each begins at least `length` ms after the one before it began.
export function binned(events, span, length) {
  const bins = [];
  for (const event of events) {
    if (event.time < span.from || event.time > span.to) continue;
    const bin = bins.at(-1);
    if (bin && event.time - bin[0].time < length) bin.push(event);
    else bins.push([event]);
  }
  return bins;
}

export function worstOf(events) {
  return GRAVITY[Math.max(...events.map((e) => Math.max(0, GRAVITY.indexOf(e.severity))))];
}

// The event after (1) or before (-1) a moment; without a moment, the first or the last in the window.
export function nextEvent(events, at, direction, span) {
  const seen = events.filter((e) => e.time >= span.from && e.time <= span.to);
  if (at === null) return direction > 0 ? seen[0] : seen.at(-1);
  return direction > 0 ? seen.find((e) => e.time > at) : seen.findLast((e) => e.time < at);
}
