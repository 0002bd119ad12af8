// Comfort of forms: one sending only, the first wrong field in focus, filters that apply
// themselves, passwords that can be looked at.

function markBusy(form, submitter) {
  form.dataset.sent = '';
  const button = submitter ?? form.querySelector('button:not([type="button"])');
  button?.setAttribute('aria-busy', 'true');
}

function markIdle(form) {
  delete form.dataset.sent;
  form.querySelectorAll('[aria-busy]').forEach((button) => button.removeAttribute('aria-busy'));
}

// Empty fields leave the address, so that the link of a filtered list stays short.
function dropEmpty(event) {
  for (const [name, value] of [...event.formData.entries()]) {
    if (value === '') event.formData.delete(name);
  }
}

function togglePassword(button) {
  const input = document.getElementById(button.dataset.reveal);
  const isShown = input.type === 'password';
  input.type = isShown ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(isShown));
}

export function startForms() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'dialog') return;
    if ('sent' in form.dataset) {
      event.preventDefault();
      return;
    }
    if (form.method === 'post') markBusy(form, event.submitter);
  });
  // Back from the next page out of the browser's cache: the form can be sent again.
  addEventListener('pageshow', (event) => {
    if (event.persisted) document.querySelectorAll('form[data-sent]').forEach(markIdle);
  });

  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-reveal]');
    if (button) togglePassword(button);
  });

  document.querySelectorAll('form[data-filter]').forEach((form) => {
    form.addEventListener('formdata', dropEmpty);
    form.addEventListener('change', (event) => {
      if (event.target.matches('select, input[type="date"], input[type="checkbox"]')) {
        form.requestSubmit();
      }
    });
  });

  document.querySelector('[aria-invalid="true"]')?.focus();
}
