// A reset link carries its code behind '#', where browsers keep it to themselves. It moves into the
// form and out of the address, so that neither history nor a shared screen keeps it.
export function codeOf(hash) {
  const code = hash.startsWith('#') ? hash.slice(1) : hash;
  return /^[A-Za-z0-9_-]{20,200}$/.test(code) ? code : '';
}

export function startReset() {
  const place = document.querySelector('[data-reset-code]');
  if (!place) return;
  const code = codeOf(location.hash);
  if (code === '') return;
  place.querySelector('input').value = code;
  place.hidden = true;
  history.replaceState(null, '', location.pathname + location.search);
  document.querySelector('[data-reset] input[type="password"]')?.focus();
}
