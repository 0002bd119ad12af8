// The built files: named by their content, the same each time, and light. Runs the build.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const APP_JS_MAX = 40 * 1024;
const FIRST_LOAD_MAX = 150 * 1024; // styles, scripts and icons, zipped; fonts come on top
const CHART_LOAD_MAX = 240 * 1024; // the same of a page with a chart, unzipped

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const asset = (name) => readFileSync(join(dist, 'assets', name));
const build = () => execFileSync(process.execPath, [join(root, 'build.mjs')], { stdio: 'pipe' });
const everything = () => {
  const files = readdirSync(join(dist, 'assets')).sort();
  return [...files.map((name) => `${name} ${sha256(asset(name))}`),
    readFileSync(join(dist, 'manifest.json'), 'utf8')];
};

before(build);

test('names carry the first eight digits of the content\'s sha256', () => {
  const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));
  for (const [name, hashed] of Object.entries(manifest)) {
    const dot = name.lastIndexOf('.');
    const digits = sha256(asset(hashed)).slice(0, 8);
    assert.equal(hashed, `${name.slice(0, dot)}.${digits}${name.slice(dot)}`);
  }
});

test('the zipped twin of each text is the text', () => {
  const files = readdirSync(join(dist, 'assets'));
  const zipped = files.filter((name) => name.endsWith('.gz'));
  assert.equal(zipped.length, files.filter((name) => /\.(css|js|svg)$/.test(name)).length);
  for (const name of zipped) {
    assert.deepEqual(gunzipSync(asset(name)), asset(name.slice(0, -3)), name);
  }
});

test('building again gives the same bytes', () => {
  const first = everything();
  build();
  assert.deepEqual(everything(), first);
});

test('light enough', () => {
  const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));
  const size = (name) => asset(`${manifest[name]}.gz`).length;
  assert.ok(size('app.js') < APP_JS_MAX);
  const first = ['app.css', 'landing.css', 'app.js', 'landing.js', 'icons.svg'];
  assert.ok(first.map(size).reduce((a, b) => a + b) < FIRST_LOAD_MAX);
});

test('a page with a chart is light, and only such a page carries uPlot', () => {
  const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));
  const size = (name) => asset(manifest[name]).length;
  const first = ['app.css', 'chart.css', 'app.js', 'chart.js', 'icons.svg'];
  assert.ok(first.map(size).reduce((a, b) => a + b) < CHART_LOAD_MAX);
  assert.match(asset(manifest['chart.js']).toString(), /u-over/);
  assert.doesNotMatch(asset(manifest['app.js']).toString(), /u-over/);
});

test('styles ask nobody else for anything', () => {
  const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));
  for (const name of ['app.css', 'landing.css', 'chart.css']) {
    const css = asset(manifest[name]).toString();
    for (const [, address] of css.matchAll(/url\(["']?([^)"']+)/g)) {
      const file = address.replace(/^\.\//, '');
      assert.ok(Object.values(manifest).includes(file), `${name}: ${address}`);
    }
    assert.doesNotMatch(css, /@import/);
  }
});

test('every font face of both alphabets is there', () => {
  const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));
  const css = asset(manifest['app.css']).toString();
  assert.equal(css.match(/@font-face/g).length, 6);
  assert.equal(css.match(/font-display:\s*swap/g).length, 6);
});
