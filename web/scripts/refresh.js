// <section id="jobs" data-refresh="5"> is fetched again every 5 seconds while the page is seen, and
// replaced when it changed. Not while somebody works in it: focus, selection or an open dialog
// inside would be lost.
const FAILURES_MAX = 5;

function isInUse(part) {
  const selection = getSelection();
  return part.contains(document.activeElement)
    || part.querySelector('dialog[open], :popover-open') !== null
    || (selection !== null && !selection.isCollapsed && part.contains(selection.anchorNode));
}

async function fetchPart(id) {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  return page.getElementById(id);
}

function keepFresh(part) {
  const every = Number(part.dataset.refresh) * 1000;
  let failures = 0;
  const timer = setInterval(async () => {
    if (document.visibilityState === 'hidden' || isInUse(part)) return;
    try {
      const fresh = await fetchPart(part.id);
      failures = 0;
      if (!fresh || !('refresh' in fresh.dataset)) clearInterval(timer); // nothing runs any more
      if (fresh && !isInUse(part) && fresh.innerHTML !== part.innerHTML) {
        part.replaceChildren(...fresh.childNodes);
      }
    } catch {
      failures++;
      if (failures >= FAILURES_MAX) clearInterval(timer);
    }
  }, every);
}

export function startRefresh() {
  document.querySelectorAll('[data-refresh][id]').forEach(keepFresh);
}
