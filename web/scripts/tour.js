// [data-tour]: the steps of the tour one at a time, with the sidebar's entry of each marked. Moving on
// puts the focus on the step's heading, so that it is read out; Escape ends the tour.
export function startTour() {
  const tour = document.querySelector('[data-tour]');
  if (!tour) return;
  const steps = [...tour.querySelectorAll('[data-tour-step]')];
  const back = tour.querySelector('[data-tour-back]');
  const next = tour.querySelector('[data-tour-next]');
  let at = 0;

  const mark = (path) => {
    for (const old of document.querySelectorAll('.tour-mark')) old.classList.remove('tour-mark');
    if (!path) return;
    const entry = document.querySelector(`.nav-link[href="${path}"]`)
      ?? document.querySelector(`.nav-link[href="/${path.split('/')[1]}"]`);
    entry?.classList.add('tour-mark');
  };

  const show = (to, moves) => {
    at = Math.min(Math.max(to, 0), steps.length - 1);
    steps.forEach((step, i) => { step.hidden = i !== at; });
    tour.querySelector('[data-tour-place]').textContent = steps[at].dataset.place;
    back.disabled = at === 0;
    next.disabled = at === steps.length - 1;
    mark(steps[at].dataset.path);
    if (moves) steps[at].querySelector('h3').focus();
  };

  back.addEventListener('click', () => show(at - 1, true));
  next.addEventListener('click', () => show(at + 1, true));
  tour.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') tour.querySelector('form').requestSubmit();
  });
  tour.classList.add('is-stepwise');
  show(0, false);
}
