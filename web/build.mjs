// Builds styles, scripts, icons and fonts into dist/assets/NAME.<hash8>.EXT, with a .gz beside each
// text file, and writes dist/manifest.json: {"app.css": "app.1a2b3c4d.css", ...}.
//
// The same input gives the same bytes: nothing here depends on the clock, the machine or the order
// of a directory. After `npm ci` it needs no network.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, inflateSync } from 'node:zlib';
import { build } from 'esbuild';
import { sprite } from './icons/sprite.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const from = (...path) => join(root, ...path);

// Browsers with <dialog>, popovers, logical properties, cascade layers and light-dark().
// Nesting is lowered by esbuild where one of them lacks it.
const target = ['chrome123', 'edge123', 'firefox125', 'safari17.5'];

const TEXT = new Set(['.css', '.js', '.svg', '.txt']);
const FONT_WEIGHTS = [400, 500, 600];
const FONT_SUBSETS = ['arabic', 'latin'];

const assets = new Map(); // file name with hash -> bytes
const manifest = {}; // plain name -> file name with hash

function emit(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  const extension = extname(name);
  const hashed = `${basename(name, extension)}.${hash}${extension}`;
  assets.set(hashed, bytes);
  manifest[name] = hashed;
  return hashed;
}

// gzip's header names the operating system; "unknown" makes the bytes the same everywhere.
function gzip(bytes) {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 0xff;
  return packed;
}

// The same fonts as plain sfnt files, for PDF: what draws them knows no packed ones. WOFF 1.0 holds
// each table zipped by itself.
function unpackFont(woff) {
  const count = woff.readUInt16BE(12);
  const tables = Array.from({ length: count }, (_, i) => {
    const at = 44 + i * 20;
    const [offset, packed, length] = [4, 8, 12].map((k) => woff.readUInt32BE(at + k));
    const bytes = woff.subarray(offset, offset + packed);
    return { head: woff.subarray(at, at + 4), sum: woff.subarray(at + 16, at + 20),
      bytes: packed < length ? inflateSync(bytes) : bytes };
  });
  const power = 2 ** Math.floor(Math.log2(count));
  const head = Buffer.alloc(12 + 16 * count);
  woff.copy(head, 0, 4, 8); // the flavour
  [count, power * 16, Math.log2(power), count * 16 - power * 16]
    .forEach((value, i) => head.writeUInt16BE(value, 4 + 2 * i));
  const parts = [head];
  let offset = head.length;
  tables.forEach(({ head: tag, sum, bytes }, i) => {
    const at = 12 + 16 * i;
    tag.copy(head, at);
    sum.copy(head, at + 4);
    head.writeUInt32BE(offset, at + 8);
    head.writeUInt32BE(bytes.length, at + 12);
    const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
    bytes.copy(padded);
    parts.push(padded);
    offset += padded.length;
  });
  return Buffer.concat(parts);
}

function emitPrintFonts() {
  const folder = from('node_modules/@fontsource/ibm-plex-sans-arabic/files');
  for (const weight of [400, 600]) {
    for (const subset of FONT_SUBSETS) {
      const file = join(folder, `ibm-plex-sans-arabic-${subset}-${weight}-normal.woff`);
      emit(`plex-${subset}-${weight}.ttf`, unpackFont(readFileSync(file)));
    }
  }
}

function fontFaces() {
  const folder = from('node_modules/@fontsource/ibm-plex-sans-arabic');
  const ranges = JSON.parse(readFileSync(join(folder, 'unicode.json'), 'utf8'));
  const faces = [];
  for (const weight of FONT_WEIGHTS) {
    for (const subset of FONT_SUBSETS) {
      const file = join(folder, 'files', `ibm-plex-sans-arabic-${subset}-${weight}-normal.woff2`);
      const hashed = emit(`plex-${subset}-${weight}.woff2`, readFileSync(file));
      faces.push(`@font-face {
        font-family: "Plex"; font-style: normal; font-weight: ${weight}; font-display: swap;
        src: url("./${hashed}") format("woff2"); unicode-range: ${ranges[subset]};
      }`);
    }
  }
  return faces.join('\n');
}

async function bundle(entry, options) {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'warning',
    target,
    ...options,
  });
  return result.outputFiles[0].contents;
}

const style = (entry, head = '') =>
  bundle(entry, {
    external: ['*.woff2'],
    plugins: head === '' ? [] : [withHead(entry, head)],
  });

// Puts generated rules in front of a stylesheet's own text.
function withHead(entry, head) {
  return {
    name: 'head',
    setup(api) {
      api.onLoad({ filter: /\.css$/ }, ({ path }) => {
        if (path !== from(entry)) return null;
        const text = readFileSync(path, 'utf8');
        // @import must come before other rules, so the head goes behind the last one.
        const cut = text.lastIndexOf('@import');
        const end = cut < 0 ? 0 : text.indexOf('\n', cut) + 1;
        return {
          contents: text.slice(0, end) + head + text.slice(end),
          loader: 'css',
          resolveDir: dirname(path),
        };
      });
    },
  };
}

const script = (entry) => bundle(entry, { format: 'iife' });

emit('app.css', await style('styles/app.css', fontFaces()));
emit('landing.css', await style('styles/landing.css'));
emit('chart.css', await style('styles/chart.css'));
emit('app.js', await script('scripts/app.js'));
emit('landing.js', await script('scripts/landing.js'));
emit('chart.js', await script('scripts/chart/page.js'));
emit('reset.js', await script('scripts/reset_page.js'));
emitPrintFonts();
emit('icons.svg', sprite(from('icons'), from('node_modules/lucide-static/icons')));
emit('favicon.svg', readFileSync(from('icons/brand/favicon.svg')));

// Written beside the old build and swapped in, so that a build that fails leaves the last good one,
// and one that changes nothing touches nothing (whatever is made of dist/ is then not made again).
const fresh = from('node_modules/.dist');
const stale = from('node_modules/.dist.old');
const dist = from('dist');

function write(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'assets'), { recursive: true });
  for (const [name, bytes] of assets) {
    writeFileSync(join(folder, 'assets', name), bytes);
    if (TEXT.has(extname(name))) writeFileSync(join(folder, 'assets', `${name}.gz`), gzip(bytes));
  }
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(sorted, null, 2)}\n`);
}

function isSame(a, b) {
  if (!existsSync(join(b, 'assets'))) return false;
  const list = (folder) => ['manifest.json', ...readdirSync(join(folder, 'assets')).sort()
    .map((name) => join('assets', name))];
  const files = list(a);
  return files.join() === list(b).join()
    && files.every((name) => readFileSync(join(a, name)).equals(readFileSync(join(b, name))));
}

write(fresh);
if (isSame(fresh, dist)) {
  rmSync(fresh, { recursive: true });
} else {
  rmSync(stale, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, stale);
  renameSync(fresh, dist);
  rmSync(stale, { recursive: true, force: true });
}

for (const name of readdirSync(join(dist, 'assets')).sort()) {
  const size = readFileSync(join(dist, 'assets', name)).length;
  console.log(`${String(size).padStart(8)}  ${name}`);
}
