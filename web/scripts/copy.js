// <button data-copy="id"> copies the text of the element with that id.
import { say } from './say.js';
import { toast } from './toast.js';

// navigator.clipboard exists on https and localhost alone; a plant's own network may have neither.
async function copyText(element) {
  const text = (element.value ?? element.textContent).trim();
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  const done = document.execCommand('copy');
  selection.removeAllRanges();
  if (!done) throw new Error('copy was refused');
}

export function startCopy() {
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    if (!button) return;
    try {
      await copyText(document.getElementById(button.dataset.copy));
      toast('ok', say('copied'));
    } catch {
      toast('error', say('copyFailed'));
    }
  });
}
