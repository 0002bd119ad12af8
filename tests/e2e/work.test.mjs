// Daily pages: settings that two people change at once, the audit and its file, lists that filter.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from './inspect.mjs';
import { people, story, unique } from './support.mjs';

story('settings: a field that is wrong, then somebody who was first', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.otherAdmin);
  await v.go('/settings');
  const before = await v.call('GET', '/api/settings');
  const days = v.field('field.notification_days');
  v.expect('/settings');

  await days.fill('5000');
  await v.button('settings.save').click();
  await v.reads('error.field.too_large', { max: '365' });
  assert.equal(await days.inputValue(), '5000', 'what was typed is kept');
  assert.equal(await days.getAttribute('aria-invalid'), 'true');
  await inspect(v, 'settings with a mistake', { widths: [360] });

  const mine = before.notification_days === 61 ? 62 : 61;
  const theirs = before.notification_days === 71 ? 72 : 71;
  await v.go('/settings');
  await v.call('PUT', '/api/settings', { ...onlySettings(before), notification_days: theirs }, 200);
  await days.fill(String(mine));
  await v.button('settings.save').click();
  await v.page.getByRole('alert').waitFor();
  await v.reads('settings.stale_help');
  await v.sees(v.say('settings.now_stored'));
  assert.equal(await days.inputValue(), String(mine));
  assert.equal((await v.call('GET', '/api/settings')).notification_days, theirs, 'nothing is overwritten unseen');
  await inspect(v, 'settings, stale', { widths: [360] });
  await v.button('settings.save').click();
  await v.reads('settings.saved');
  assert.equal((await v.call('GET', '/api/settings')).notification_days, mine);
});

// What GET gives and PUT takes.
function onlySettings({ updated_at, ...settings }) {
  return settings;
}

story('who may only read settings sees them without buttons', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.engineer);
  await v.go('/settings');
  await v.reads('settings.read_only');
  assert.equal(await v.button('settings.save').count(), 0);
  assert.equal(await v.field('field.notification_days').isDisabled(), true);
  await inspect(v, 'settings, to read');
});

story('the audit: filtered in the address, and as a file', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.admin);
  const name = unique('audited-');
  await v.call('POST', '/api/tokens', { name, capabilities: ['job.read'], days: 1 }, 201);
  await v.go('/audit');
  await v.field('audit.action_label').selectOption('token.created');
  await v.page.waitForURL(/action=token\.created/);
  await v.sees(name);
  assert.equal(await v.page.getByRole('row').filter({ hasText: v.say('audit.action.auth.signed_in') }).count(), 0);
  assert.doesNotMatch(v.path(), /actor=|outcome=/, 'empty fields stay out of the address');

  const download = v.page.waitForEvent('download');
  await v.link('audit.export').click();
  const file = await download;
  assert.match(file.suggestedFilename(), /\.csv$/);
  const csv = readFileSync(await file.path(), 'utf8');
  assert.ok(csv.includes(name));
  assert.ok(!csv.includes('auth.signed_in'), 'the file has what the page shows');

  await v.field('audit.actor').fill(unique('nobody'));
  await v.page.keyboard.press('Enter');
  await v.reads('audit.none');
  await inspect(v, 'audit, nothing found', { widths: [360] });
  await v.link('audit.show_all').click();
  await v.page.waitForURL((url) => url.search === '');
});

story('people are found by name, role and state, and an unknown filter is named', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.admin);
  await v.go('/users');
  await v.field('users.role').selectOption('viewer');
  await v.page.waitForURL(/role=viewer/);
  await v.sees(people.viewer);
  assert.equal(await v.page.getByText(people.engineer).count(), 0);
  await v.field('users.search').fill(unique('nobody'));
  await v.button('users.filter').click();
  await v.reads('users.none');
  await inspect(v, 'people, nobody found', { widths: [360] });
  await v.go('/users?role=pirate', 422);
  await inspect(v, 'people, wrong filter', { widths: [] });
});

story('a profile decides language, digits and calendar', async (come) => {
  const admin = await (await come()).enter(people.admin);
  const person = await admin.hire('viewer', 'عبدالله الشمري');
  const v = await (await come({ lang: 'ar' })).enter(person.email, person.password);
  await v.go('/profile');
  await v.field('profile.arabic_digits').check();
  await v.field('profile.hijri').check();
  await v.button('profile.save').click();
  await v.reads('profile.saved');
  await v.sees(/[٠-٩]/);
  await v.go('/profile/sessions');
  await v.sees(/\d|[٠-٩]/);
  await inspect(v, 'sessions, Arabic digits and two calendars');
});

story('pages that are not there, or not for everybody', async (come) => {
  const guest = await come({ lang: 'ar' });
  await guest.go(`/${unique('nothing')}`, 404);
  await guest.reads('error_page.404.title');
  await inspect(guest, '404, signed out');
  const v = await (await come({ lang: 'en' })).enter(people.viewer);
  await v.go(`/users/${unique('x')}`, 403);
  await v.reads('error_page.403.title');
  const admin = await (await come({ lang: 'ar' })).enter(people.admin);
  await admin.go('/users/00000000-0000-7000-8000-00000000abcd', 404);
  await admin.reads('error_page.404.title');
  await inspect(admin, '404, signed in');
  const answer = await guest.context.request.get('/metrics', { headers: { Accept: 'application/json' } });
  assert.equal(answer.status(), 401);
});
