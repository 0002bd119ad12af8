// What a template can get wrong without anybody noticing: a sentence, an icon, an asset or a part
// that does not exist, and anything that the content security policy would refuse.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { iconNames } from '../icons/sprite.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'templates');

function templates(path = '') {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return templates(name);
    return name.endsWith('.mustache') ? [name.slice(0, -'.mustache'.length)] : [];
  });
}

const texts = { ar: {}, en: {} };
for (const file of readdirSync(join(root, 'lang'))) {
  const lang = file.split('.')[1];
  Object.assign(texts[lang], JSON.parse(readFileSync(join(root, 'lang', file), 'utf8')));
}
const icons = new Set([
  ...iconNames(join(root, 'icons')).map(({ name }) => name),
  ...readdirSync(join(root, 'icons/own')).map((file) => file.slice(0, -'.svg'.length)),
  'mark', 'wordmark',
]);
const assets = new Set([
  'app_css', 'landing_css', 'chart_css', 'app_js', 'landing_js', 'chart_js', 'reset_js', 'icons_svg',
  'favicon_svg',
  ...[400, 500, 600].flatMap((w) => [`plex_arabic_${w}_woff2`, `plex_latin_${w}_woff2`]),
]);

const withoutComments = (text) => text.replace(/\{\{![\s\S]*?\}\}/g, '');
const matches = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);

for (const name of templates()) {
  const text = withoutComments(readFileSync(join(folder, `${name}.mustache`), 'utf8'));

  test(`${name}: sentences exist in both languages`, () => {
    for (const key of matches(text, /\{\{t\.([A-Za-z0-9_.]+)\}\}/g)) {
      for (const lang of ['ar', 'en']) assert.ok(key in texts[lang], `${lang}: ${key}`);
    }
  });

  test(`${name}: icons, assets and parts exist`, () => {
    for (const icon of matches(text, /icons_svg\}\}#([a-z0-9-]+)"/g)) assert.ok(icons.has(icon), icon);
    for (const icon of matches(text, /\{\{\$icon\}\}([a-z0-9-]+)\{\{\/icon\}\}/g)) {
      assert.ok(icons.has(icon), icon);
    }
    for (const asset of matches(text, /\{\{assets\.([a-z0-9_]+)\}\}/g)) {
      assert.ok(assets.has(asset), asset);
    }
    for (const part of matches(text, /\{\{[<>]\s*([A-Za-z0-9_/]+)\s*\}\}/g)) {
      assert.ok(existsSync(join(folder, `${part}.mustache`)), part);
    }
  });

  test(`${name}: nothing that the content security policy refuses`, () => {
    assert.doesNotMatch(text, /\sstyle\s*=/i, 'a style attribute');
    assert.doesNotMatch(text, /<style/i, 'a style element');
    assert.doesNotMatch(text, /\son[a-z]+\s*=/i, 'an event attribute');
    assert.doesNotMatch(text, /javascript:/i, 'a script address');
    for (const tag of text.match(/<script[^>]*>/gi) ?? []) assert.match(tag, /\ssrc=/, tag);
    assert.doesNotMatch(text, /(src|href)="(https?:)?\/\//i, 'another host');
  });

  test(`${name}: what is put in is escaped`, () => {
    assert.doesNotMatch(text, /\{\{\{|\{\{\s*&/, 'an unescaped value');
  });
}

test('the sidebar has an icon for each entry', () => {
  const nav = join(root, '../src/web/nav.c');
  const source = readFileSync(nav, 'utf8');
  const names = matches(source, /^\s*\{"[a-z_]+", "[a-z._]+", "[^"]+", "([a-z-]+)"/gm);
  assert.ok(names.length > 0);
  for (const name of names) assert.ok(icons.has(name), name);
});
