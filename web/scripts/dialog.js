// <button commandfor="id" command="show-modal" data-dialog="id"> opens the <dialog> with that id.
// Browsers that know invoker commands need no script for it; this serves the others.
export function startDialogs() {
  const isNative = 'commandForElement' in HTMLButtonElement.prototype;
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-dialog]');
    if (opener && !isNative) document.getElementById(opener.dataset.dialog)?.showModal();
    const closer = event.target.closest('[data-dialog-close]');
    if (closer && !isNative) closer.closest('dialog')?.close();
    // A click beside the dialog lands on the dialog itself: its box is filled by its children.
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });
  // A dialog whose form came back with errors is open again.
  document.querySelector('dialog[data-open]')?.showModal();
}
