// <form data-import="report" data-failed="...">: a chosen file is sent as it is, and the part of the
// page with that id is put in place of the old one. Without a file the form goes its own way, with
// the text in it. A kind that is chosen first (data-columns) brings its columns.
import { toast } from './toast.js';

export function address(action, { kind, isStored, skipsBad }) {
  const query = new URLSearchParams({ kind, dry_run: String(!isStored), skip_bad: String(skipsBad) });
  return `${action}?${query}`;
}

async function send(form, file, submitter) {
  const { kind, skip_bad: skip, csrf_token: token } = form.elements;
  const target = address(form.getAttribute('action').split('#')[0], {
    kind: kind.value,
    isStored: submitter?.name === 'store',
    skipsBad: skip.checked,
  });
  const answer = await fetch(target, {
    method: 'POST',
    headers: {
      'Content-Type': file.name.endsWith('.json') ? 'application/json' : 'text/csv',
      'X-CSRF-Token': token.value,
      Accept: 'text/html',
    },
    body: file,
  });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.getElementById(form.dataset.import);
  if (!fresh) throw new Error(String(answer.status));
  return fresh;
}

// Another kind has other columns; nothing that was pasted or chosen is lost for them.
function startColumns(form, input) {
  const { kind, text } = form.elements;
  kind.addEventListener('change', () => {
    if (text.value !== '' || input.files.length > 0) return;
    window.location.assign(`${kind.dataset.columns}?${new URLSearchParams({ kind: kind.value })}`);
  });
}

function start(form) {
  const input = form.querySelector('input[type="file"]');
  const report = document.getElementById(form.dataset.import);
  startColumns(form, input);
  form.addEventListener('submit', async (event) => {
    const [file] = input.files;
    if (!file) return;
    event.preventDefault();
    event.submitter?.setAttribute('aria-busy', 'true');
    try {
      report.replaceChildren(...(await send(form, file, event.submitter)).childNodes);
      report.scrollIntoView({ block: 'start' });
    } catch {
      toast('error', form.dataset.failed);
    }
    event.submitter?.removeAttribute('aria-busy');
  });
}

export function startImport() {
  document.querySelectorAll('form[data-import]').forEach(start);
}
