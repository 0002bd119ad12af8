// Work orders: cards of the board that can be dragged, files that are sent as they are.
//
// <div data-board>: a card ([data-card]) can be dragged into a column ([data-column]) that one of its
// own buttons leads to, and is moved by pressing that button. So the server decides in both cases.
import { toast } from './toast.js';

const buttonTo = (card, column) =>
  card?.querySelector(`button[name="status"][value="${CSS.escape(column.dataset.column)}"]`);

export function startBoard(board) {
  let dragged = null;
  const columns = [...board.querySelectorAll('[data-column]')];
  const settle = () => {
    dragged?.classList.remove('is-dragged');
    columns.forEach((column) => column.classList.remove('is-open-to'));
    dragged = null;
  };
  board.querySelectorAll('[data-card]').forEach((card) => {
    card.draggable = true;
    card.addEventListener('dragstart', (event) => {
      dragged = card;
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', card.querySelector('a')?.textContent ?? '');
      card.classList.add('is-dragged');
      columns.forEach((column) => column.classList.toggle('is-open-to', Boolean(buttonTo(card, column))));
    });
    card.addEventListener('dragend', settle);
  });
  columns.forEach((column) => {
    column.addEventListener('dragover', (event) => {
      if (buttonTo(dragged, column)) event.preventDefault();
    });
    column.addEventListener('drop', (event) => {
      const button = buttonTo(dragged, column);
      if (!button) return;
      event.preventDefault();
      settle();
      button.click();
    });
  });
}

// <form data-upload="...what to say when it fails">: a chosen file goes as the body of a PUT, with its
// name in the address; then the page shows it.
async function send(form, input) {
  const [file] = input.files;
  if (!file) return;
  const action = form.getAttribute('action');
  input.disabled = true;
  try {
    const answer = await fetch(`${action}?${new URLSearchParams({ name: file.name })}`, {
      method: 'PUT',
      headers: {
        'Content-Type': file.type || 'application/octet-stream',
        'X-CSRF-Token': form.elements.csrf_token.value,
        Accept: 'application/json',
      },
      body: file,
    });
    if (answer.ok) {
      window.location.reload();
      return;
    }
    const problem = await answer.json().catch(() => ({}));
    toast('error', problem.detail ?? form.dataset.upload);
  } catch {
    toast('error', form.dataset.upload);
  }
  input.value = '';
  input.disabled = false;
}

export function startWork() {
  document.querySelectorAll('[data-board]').forEach(startBoard);
  document.querySelectorAll('form[data-upload]').forEach((form) => {
    const input = form.querySelector('input[type="file"]');
    form.addEventListener('submit', (event) => event.preventDefault());
    input.addEventListener('change', () => send(form, input));
  });
}
