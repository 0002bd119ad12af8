// Every text on every surface it stands on, in both themes (WCAG 2.2: 1.4.3 and 1.4.11).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('../styles/tokens.css', import.meta.url), 'utf8');
const themes = { light: {}, dark: {} };
for (const [, name, light, dark] of css.matchAll(
  /--([a-z0-9-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\);/g)) {
  themes.light[name] = light;
  themes.dark[name] = dark;
}

// WCAG 2.2, definition of relative luminance.
function luminance(hex) {
  const [r, g, b] = [1, 3, 5]
    .map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const pages = ['canvas', 'surface', 'raised', 'sunken'];
const rows = [
  // what stands on it, the grounds, the least contrast
  ['ink', [...pages, 'accent-soft', 'warn-soft', 'bad-soft'], 4.5],
  ['ink-2', pages, 4.5],
  ['ink-3', pages, 4.5],
  ['accent', [...pages, 'accent-soft'], 4.5],
  ['accent-strong', [...pages, 'accent-soft'], 4.5],
  ['accent-ink', ['accent', 'accent-strong'], 4.5],
  ['bad', ['canvas', 'surface', 'raised', 'bad-soft'], 4.5],
  ['bad-ink', ['bad-mark', 'bad'], 4.5],
  ['warn', ['canvas', 'surface', 'raised', 'warn-soft'], 4.5],
  ['edge', ['canvas', 'surface', 'raised'], 3],
  ['bad-mark', [...pages, 'bad-soft'], 3],
  ['warn-mark', ['surface', 'raised'], 3],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((i) => [`series-${i}`, ['canvas', 'surface', 'raised'], 3]),
];

for (const [theme, color] of Object.entries(themes)) {
  test(`contrast, ${theme}`, () => {
    for (const [front, grounds, least] of rows) {
      for (const ground of grounds) {
        assert.ok(color[front] && color[ground], `no such token: ${front} or ${ground}`);
        const ratio = contrast(color[front], color[ground]);
        assert.ok(ratio >= least, `${front} on ${ground}: ${ratio.toFixed(2)} < ${least}`);
      }
    }
  });
}

test('black on white is 21', () => assert.equal(contrast('#000000', '#ffffff'), 21));
