// The window of time that is looked at. Pure: times are milliseconds.

export const SPAN_MIN = 20; // ms
const SPAN_MAX = 50 * 366 * 86_400_000;

export function zoomed(span, factor, at = (span.from + span.to) / 2) {
  const length = Math.min(SPAN_MAX, Math.max(SPAN_MIN, (span.to - span.from) * factor));
  const share = (at - span.from) / (span.to - span.from);
  const from = at - share * length;
  return { from, to: from + length };
}

export function moved(span, share) {
  const by = (span.to - span.from) * share;
  return { from: span.from + by, to: span.to + by };
}

// What a key does: the new window, 'reset', or null.
export function keyed(span, key) {
  switch (key) {
    case '+':
    case '=':
      return zoomed(span, 0.5);
    case '-':
    case '_':
      return zoomed(span, 2);
    case 'ArrowLeft':
      return moved(span, -0.25);
    case 'ArrowRight':
      return moved(span, 0.25);
    case 'ArrowUp':
      return zoomed(span, 0.8);
    case 'ArrowDown':
      return zoomed(span, 1.25);
    case '0':
      return 'reset';
    default:
      return null;
  }
}

// "2026-11-20T11:05:09Z", with as many decimals as the window needs.
export function momentText(ms, length) {
  const text = new Date(Math.round(ms)).toISOString();
  return length >= 60_000 ? text.replace(/\.\d+Z$/, 'Z') : text;
}

// The address of a page with this window in place of the one it had.
export function withSpan(href, base, span) {
  const url = new URL(href, base);
  url.searchParams.delete('range');
  const length = span.to - span.from;
  url.searchParams.set('from', momentText(span.from, length));
  url.searchParams.set('to', momentText(span.to, length));
  return url.pathname + url.search;
}
