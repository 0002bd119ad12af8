// <section id="jobs" data-refresh="5"> is fetched again every 5 seconds while the page is seen, and
// replaced when it changed. Not while somebody works in it: focus, selection or an open dialog
// inside would be lost. <section id="rows" data-refresh-on="incident"> is fetched again when the server
// tells of such an event; while somebody works in it, as soon as they have done.
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

const SOON_MS = 400; // several events together are one
const LATER_MS = 4000; // while somebody works in it

function keepCurrent(part) {
  let timer = null;
  const later = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(update, ms);
  };
  async function update() {
    if (isInUse(part)) return later(LATER_MS);
    try {
      const fresh = await fetchPart(part.id);
      if (!fresh || fresh.innerHTML === part.innerHTML) return undefined;
      if (isInUse(part)) return later(LATER_MS);
      part.replaceChildren(...fresh.childNodes);
    } catch {
      // The next event, or the next page, brings it.
    }
    return undefined;
  }
  document.addEventListener(`live:${part.dataset.refreshOn}`, ({ detail }) => {
    const { refreshFor } = part.dataset; // only what is about this thing
    if (!refreshFor || detail === '' || detail.includes(refreshFor)) later(SOON_MS);
  });
}

export function startRefresh() {
  document.querySelectorAll('[data-refresh-on][id]').forEach(keepCurrent);
  document.querySelectorAll('[data-refresh][id]').forEach(keepFresh);
}
