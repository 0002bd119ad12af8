// The parts of the scripts that need no browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address } from '../scripts/import.js';
import { ago } from '../scripts/notifications.js';
import { codeOf } from '../scripts/reset.js';
import { nextTheme } from '../scripts/theme.js';

test('the theme button leads to the other one of what is seen', () => {
  const rows = [
    ['light', false, 'dark'],
    ['light', true, 'dark'],
    ['dark', false, 'light'],
    ['dark', true, 'light'],
    ['auto', false, 'dark'],
    ['auto', true, 'light'],
    [undefined, true, 'light'],
  ];
  for (const [current, systemIsDark, next] of rows) {
    assert.equal(nextTheme(current, systemIsDark), next, `${current}, system dark: ${systemIsDark}`);
  }
});

test('how long ago', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const rows = [
    ['2026-11-20T11:57:00Z', 'en', '3 minutes ago'],
    ['2026-11-20T11:59:50Z', 'en', '10 seconds ago'],
    ['2026-11-20T10:30:00Z', 'en', '1 hour ago'],
    ['2026-11-18T12:00:00Z', 'en', '2 days ago'],
    ['2026-11-20T10:00:00Z', 'ar-u-nu-latn', 'قبل ساعتين'],
  ];
  for (const [at, lang, text] of rows) assert.equal(ago(new Date(at), now, lang), text);
});

test('the code behind # of a reset link, and nothing else that stands there', () => {
  const code = 'AaH3qH6zcQ61HVvAtF4gYAGh96u8fXDLhWsyv5Coaq_-';
  const rows = [
    [`#${code}`, code],
    [code, code],
    ['', ''],
    ['#', ''],
    ['#content', ''],
    ['#<script>alert(1)</script>aaaaaaaaaaaaaaa', ''],
    [`#${'a'.repeat(201)}`, ''],
  ];
  for (const [hash, taken] of rows) assert.equal(codeOf(hash), taken, hash);
});

test('where a file of records is sent', () => {
  assert.equal(
    address('/plant/import', { kind: 'sites', isStored: false, skipsBad: true }),
    '/plant/import?kind=sites&dry_run=true&skip_bad=true',
  );
  assert.equal(
    address('/plant/import', { kind: '', isStored: true, skipsBad: false }),
    '/plant/import?kind=&dry_run=false&skip_bad=false',
  );
});
