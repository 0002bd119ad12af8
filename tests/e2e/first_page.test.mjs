// The first page: five answers that lead to their evidence, cards by role, and the tour.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { people, story } from './support.mjs';

story('the five questions are answered, and each answer leads on', async (come) => {
  for (const lang of ['ar', 'en']) {
    const v = await (await come({ lang })).enter(people.admin);
    await v.go('/app');
    for (const question of ['first', 'why', 'wait', 'run', 'who']) await v.reads(`dashboard.q.${question}`);
    const answers = v.page.locator('.answer');
    assert.equal(await answers.count(), 5);
    const leads = await answers.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href').split('#')[0]));
    assert.equal(leads.length, 5, 'every answer has its evidence');
    for (const href of leads) await v.go(href);
  }
});

story('a viewer is asked and told no more than a viewer may know', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.viewer);
  await v.go('/app');
  await v.reads('dashboard.q.first');
  for (const key of ['dashboard.q.wait', 'dashboard.q.who', 'dashboard.plan', 'dashboard.own_orders', 'dashboard.steps']) {
    assert.equal(await v.page.getByText(v.say(key), { exact: true }).count(), 0, key);
  }
  await inspect(v, 'first page of a viewer', { widths: [390] });
});

story('the tour goes by the keyboard, is ended once, and comes back on request', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.viewer);
  await v.go('/app?tour=on');
  const steps = v.page.locator('[data-tour-step]');
  const visible = () => steps.evaluateAll((all) => all.filter((step) => !step.hidden).length);
  assert.equal(await visible(), 1, 'one step at a time');
  await v.button('tour.next').focus();
  await v.page.keyboard.press('Enter');
  assert.ok(await steps.nth(1).locator('h3').evaluate((head) => head === document.activeElement),
    'the focus is on what is to be read');
  assert.equal(await v.page.locator('.nav-link.tour-mark').count(), 1, 'the page it is about is marked');
  await inspect(v, 'tour', { widths: [390] });
  await v.button('tour.next').focus();
  await v.page.keyboard.press('Escape');
  await v.page.waitForURL((url) => url.pathname === '/app' && url.search === '');
  assert.equal(await v.page.locator('#tour').count(), 0, 'ended');
  await v.go('/app');
  assert.equal(await v.page.locator('#tour').count(), 0, 'and not offered again');
  await v.page.locator('[popovertarget="help-menu"]').click();
  await v.link('tour.start').click();
  await v.page.locator('#tour').waitFor();

  const plain = await (await come({ js: false })).enter(people.viewer);
  await plain.go('/app?tour=on');
  assert.equal(await plain.page.locator('[data-tour-step]:visible').count(), await steps.count(),
    'without scripts all of it stands there');
});
