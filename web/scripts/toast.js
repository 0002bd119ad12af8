// Short messages at the edge of the screen. Those of the server are in the page already; scripts
// add theirs with toast(kind, text). Errors stay until they are closed.
const SHOWN_MS = 7000;
const LEAVING_MS = 400;

function leave(item) {
  item.classList.add('toast-leaving');
  setTimeout(() => item.remove(), LEAVING_MS);
}

// Counts down only while nobody reads it: pointer and focus hold it.
function countDown(item) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    timer = setTimeout(() => leave(item), SHOWN_MS);
  };
  item.addEventListener('pointerenter', stop);
  item.addEventListener('pointerleave', start);
  item.addEventListener('focusin', stop);
  item.addEventListener('focusout', start);
  start();
}

function settle(item) {
  if (!item.classList.contains('toast-error')) countDown(item);
}

export function toast(kind, text, href) {
  const list = document.getElementById('toasts');
  const model = document.getElementById('toast-model');
  if (!list || !model) return;
  const item = model.content.firstElementChild.cloneNode(true);
  item.classList.add(`toast-${kind}`);
  const use = item.querySelector('use');
  use.setAttribute('href', `${use.getAttribute('href').split('#')[0]}#toast-${kind}`);
  const place = item.querySelector('.toast-text');
  if (href) {
    const link = document.createElement('a');
    link.href = href;
    link.textContent = text;
    place.append(link);
  } else {
    place.textContent = text;
  }
  list.append(item);
  settle(item);
}

export function startToasts() {
  const list = document.getElementById('toasts');
  if (!list) return;
  list.querySelectorAll('.toast').forEach(settle);
  list.addEventListener('click', (event) => {
    const close = event.target.closest('.toast-close');
    if (close) leave(close.closest('.toast'));
  });
}
