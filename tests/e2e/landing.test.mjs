// The landing page: a request for a demo, from the visitor's first click to the owner's bell.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { people, story, unique, until } from './support.mjs';

async function fillRequest(v, organisation) {
  await v.field('landing.form_name').fill('سلمان الرشيد');
  await v.field('landing.form_email').fill('salman@plant.example');
  await v.field('landing.form_organisation').fill(organisation);
  await v.field('landing.form_sector').selectOption('water');
  await v.field('landing.form_message').fill('مضخات الضغط العالي <b>تتعطل</b> كل صيف.');
}

// Sends until the form is old enough to be a person's: three seconds.
async function send(v) {
  await until('the request is taken', async () => {
    await v.button('landing.form_submit').click();
    await v.page.waitForLoadState();
    return v.path().startsWith('/?sent=true');
  });
}

story('a request reaches the owner, whose open page tells of it', async (come) => {
  const owner = await (await come({ lang: 'en' })).enter(people.owner);
  const v = await come({ lang: 'ar' });
  const organisation = `مياه الخليج ${unique('')}`;
  await owner.go('/app');
  const count = owner.page.locator('[data-bell] .count');
  const unread = Number(await count.textContent()) || 0;

  await v.go('/');
  v.expect('/request-demo');
  await v.button('landing.form_submit').click();
  await v.page.waitForURL(/request-demo/);
  assert.equal(await v.page.locator('[aria-invalid="true"]').count(), 4, 'each empty field says so');
  await inspect(v, 'request with mistakes', { widths: [360] });
  await fillRequest(v, organisation);
  await v.field('landing.form_email').fill('no address');
  await v.button('landing.form_submit').click();
  await v.reads('error.field.email_malformed');
  assert.equal(await v.field('landing.form_organisation').inputValue(), organisation, 'what was typed is kept');
  await v.field('landing.form_email').fill('salman@plant.example');
  await send(v);
  await v.reads('landing.sent_title');
  await inspect(v, 'thanks', { widths: [360] });

  const toast = owner.page.locator('.toast').filter({ hasText: organisation });
  await toast.waitFor();
  await until('the bell counts it', async () => Number(await count.textContent()) === unread + 1);
  await owner.page.locator('[data-bell]').click();
  await owner.page.locator('#bell-menu').getByText(organisation).waitFor();
  await inspect(owner, 'the bell, open', { widths: [360] });
  await owner.page.keyboard.press('Escape');
  await toast.getByRole('link').click();
  await owner.atPath('/leads');
  await owner.sees('salman@plant.example');
  await owner.sees('<b>تتعطل</b>'); // as it was typed, not as a page's own
  await inspect(owner, 'demo requests');
  const row = owner.page.getByRole('row').filter({ hasText: organisation });
  await row.getByRole('combobox').selectOption('contacted');
  await row.getByRole('button', { name: owner.say('leads.save') }).click();
  await owner.reads('leads.saved');
  await owner.go('/notifications');
  await owner.sees(organisation);
  await inspect(owner, 'notifications');
});

story('what only a robot fills in is thanked for and dropped', async (come) => {
  const v = await come({ lang: 'en', js: false });
  const organisation = unique('robots-');
  await v.go('/');
  v.expect('/request-demo');
  await fillRequest(v, organisation);
  const token = await v.page.locator('[name="form_token"]').inputValue();
  const answer = await v.context.request.post('/request-demo', {
    form: {
      full_name: 'R', email: 'r@robots.example', organisation, sector: 'water', website: 'http://robots.example',
      form_token: token,
    },
    maxRedirects: 0,
  });
  assert.equal(answer.headers().location, '/?sent=true#demo');
  const owner = await (await come()).enter(people.owner);
  const leads = await owner.list('/api/leads');
  assert.equal(leads.some((lead) => lead.organisation === organisation), false);
});

story('the form works without scripts, and too fast is told', async (come) => {
  const v = await come({ lang: 'en', js: false });
  const organisation = unique('by hand ');
  await v.go('/');
  v.expect('/request-demo');
  await fillRequest(v, organisation);
  await send(v);
  await v.reads('landing.sent_title');
});

story('the worked example answers to its slider', async (come) => {
  const v = await come({ lang: 'ar' });
  await v.go('/');
  const slider = v.page.getByRole('slider');
  await slider.focus();
  for (let day = 0; day < 4; day++) await v.page.keyboard.press('ArrowUp');
  await v.reads('landing.fig_late');
  await slider.fill('0');
  await v.reads('landing.fig_early');
  assert.match(await slider.getAttribute('aria-valuetext'), /SAR|ر\.س/);
});
