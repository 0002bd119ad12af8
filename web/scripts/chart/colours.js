// Colours and strokes of lines. Colour means abnormal, so a signal's own colour is a muted one, and
// its dashes tell it from the others in its plot as well.
const DASHES = [[], [7, 3], [2, 3], [10, 3, 2, 3], [14, 4], [4, 2], [1, 4], [10, 2, 2, 2, 2, 2]];

export const colourOf = (index) => `--series-${(index % DASHES.length) + 1}`;

// By the signal's place in its plot; the only one, and states, are whole lines.
export const dashIn = (panel, series) =>
  (panel.kind === 'state' ? [] : DASHES[panel.series.indexOf(series) % DASHES.length]);

// Tokens as the canvas wants them; asked again when the theme changes.
export function readColours(element) {
  const probe = document.createElement('span');
  element.append(probe);
  const read = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const names = ['--ink', '--ink-2', '--ink-3', '--line', '--bad', '--bad-mark', '--warn', '--warn-mark',
    ...DASHES.map((_, i) => colourOf(i))];
  const colours = Object.fromEntries(names.map((name) => [name, read(name)]));
  probe.remove();
  return { ...colours, font: `12px ${getComputedStyle(element).fontFamily}` };
}
