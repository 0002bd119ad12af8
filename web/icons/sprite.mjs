// One SVG file with every icon as a <symbol>, used as <use href="/static/icons.<hash>.svg#name">.
//
// icons.txt names the icons taken from the lucide set ("name" or "name=lucide-name"); own/*.svg are
// drawn here on the same 24 x 24 grid with the same stroke; brand/mark.svg and brand/wordmark.svg
// are the identity. Lines are drawn in currentColor, so an icon has the colour of its text.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE = 'Icons: Lucide (https://lucide.dev), ISC licence, copyright Lucide contributors; '
  + 'parts from Feather, MIT licence, copyright Cole Bemis. All others: OPTRIA IQ.';

const STROKE = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" '
  + 'stroke-linejoin="round"';

function inner(svg, name) {
  const match = /<svg([^>]*)>([\s\S]*)<\/svg>/.exec(svg);
  if (!match) throw new Error(`icon ${name}: not an SVG file`);
  const viewBox = /viewBox="([^"]+)"/.exec(match[1]);
  if (!viewBox) throw new Error(`icon ${name}: no viewBox`);
  const body = match[2].replace(/<!--[\s\S]*?-->/g, '').replace(/>\s+</g, '><').trim();
  return { viewBox: viewBox[1], body };
}

function symbol(name, svg, attributes) {
  const { viewBox, body } = inner(svg, name);
  const extra = attributes === '' ? '' : ` ${attributes}`;
  return `<symbol id="${name}" viewBox="${viewBox}"${extra}>${body}</symbol>`;
}

export function iconNames(folder) {
  return readFileSync(join(folder, 'icons.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [name, source = name] = line.split('=');
      return { name, source };
    });
}

const svgFiles = (folder) => readdirSync(folder).filter((file) => file.endsWith('.svg')).sort();

export function sprite(folder, lucide) {
  const symbols = [];
  for (const { name, source } of iconNames(folder)) {
    symbols.push(symbol(name, readFileSync(join(lucide, `${source}.svg`), 'utf8'), STROKE));
  }
  for (const file of svgFiles(join(folder, 'own'))) {
    const name = file.slice(0, -4);
    symbols.push(symbol(name, readFileSync(join(folder, 'own', file), 'utf8'), STROKE));
  }
  for (const name of ['mark', 'wordmark']) {
    symbols.push(symbol(name, readFileSync(join(folder, 'brand', `${name}.svg`), 'utf8'), ''));
  }
  const ids = symbols.map((text) => /id="([^"]+)"/.exec(text)[1]);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) throw new Error(`icon ${twice}: there are two of that name`);
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- ${LICENCE} -->\n${symbols.join('\n')}\n</svg>\n`;
}
