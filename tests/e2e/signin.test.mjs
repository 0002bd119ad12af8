// Signing in and out, and what a browser remembers: language and theme.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { demoPassword, people, story, unique } from './support.mjs';

story('a wrong password is told in the page\'s language, and the e-mail stays', async (come) => {
  for (const lang of ['ar', 'en']) {
    const v = await come({ lang });
    const email = `${unique('nobody')}@aramco.com`;
    await v.go('/login');
    v.expect('/login');
    await v.button('login.submit').click();
    await v.reads('error.field.required');
    await v.fillSignIn(email, 'surely not the password');
    await v.page.getByRole('alert').getByText(v.say('error.auth.wrong_credentials')).waitFor();
    assert.equal(await v.field('login.email').inputValue(), email);
    assert.equal(await v.field('login.password').inputValue(), '');
    await inspect(v, 'sign-in refused', { widths: [] });
  }
});

story('signing in leads to the page that was asked for', async (come) => {
  const v = await come();
  await v.go('/audit?actor=nobody');
  assert.match(v.path(), /^\/login\?next=/);
  await v.fillSignIn(people.admin, demoPassword);
  await v.atPath('/audit');
  assert.equal(v.path(), '/audit?actor=nobody');
});

story('an address of another site is not followed', async (come) => {
  const v = await come();
  await v.go('/login?next=//other.example/');
  await v.fillSignIn(people.viewer, demoPassword);
  await v.atPath('/app');
});

story('signing out ends the session, also for the back button and for a stolen cookie', async (come) => {
  const v = await come({ lang: 'en' });
  await v.signIn(people.engineer);
  await v.go('/profile');
  await v.sees(people.engineer);
  const stolen = await v.context.cookies();
  await v.signOut();
  await v.reads('login.signed_out');

  await v.page.goBack();
  await v.atPath('/login');
  assert.equal(await v.page.getByText(people.engineer).count(), 0, 'nothing of the person is shown');

  const thief = await come({ lang: 'en' });
  await thief.context.addCookies(stolen);
  await thief.go('/profile');
  assert.match(thief.path(), /^\/login/);
});

story('the language is what the browser asks for, and then what was chosen', async (come) => {
  const v = await come({ lang: 'en', remembered: false });
  await v.go('/login');
  assert.equal(await v.title(), v.say('login.title'));
  await v.page.locator('[hreflang="ar"]').first().click();
  await v.page.locator('html[lang="ar"][dir="rtl"]').waitFor();
  v.lang = 'ar';
  await v.go('/');
  assert.equal(await v.page.locator('html').getAttribute('lang'), 'ar', 'on another page too');
  await v.enter(people.viewer);
  await v.go('/app');
  await v.page.locator('.topbar > [hreflang="en"]').click();
  await v.page.locator('html[lang="en"][dir="ltr"]').waitFor();
  await v.go('/profile');
  assert.equal(await v.page.locator('html').getAttribute('lang'), 'en');
});

story('the theme follows the system until it is chosen', async (come) => {
  const v = await come({ theme: 'dark' });
  const canvas = () => v.page.evaluate(() => getComputedStyle(document.body.parentElement).backgroundColor);
  await v.go('/login');
  const dark = await canvas();
  await v.page.locator('[data-theme-toggle]').click();
  await v.page.locator('html[data-theme="light"]').waitFor();
  const light = await canvas();
  assert.notEqual(light, dark);
  await v.go('/');
  assert.equal(await canvas(), light, 'on another page, against the system');
  await v.page.locator('[data-theme-toggle]').click();
  await v.page.locator('html[data-theme="dark"]').waitFor();
  assert.equal(await canvas(), dark);
});

// --- by other means than a mouse -----------------------------------------------------------------------

// Tabs on until what has the focus matches.
async function tabTo(v, selector) {
  for (let i = 0; i < 40; i++) {
    await v.page.keyboard.press('Tab');
    if (await v.page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`no way to ${selector} with the tab key`);
}

async function focusIsSeen(v) {
  const outline = await v.page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return `${outlineStyle} ${outlineWidth}`;
  });
  assert.match(outline, /^solid [23]px$/, 'what has the focus shows it');
}

story('everything goes with the keyboard alone', async (come) => {
  const v = await come({ lang: 'ar' });
  await v.go('/login');
  await v.page.keyboard.press('Tab');
  assert.equal(await v.page.evaluate(() => document.activeElement.className), 'skip', 'the way past the top');
  await v.page.keyboard.press('Enter');
  assert.equal(await v.page.evaluate(() => document.activeElement.id), 'content');
  await tabTo(v, '[name="email"]');
  await focusIsSeen(v);
  await v.page.keyboard.type(people.engineer);
  await tabTo(v, '[name="password"]');
  await v.page.keyboard.type(demoPassword);
  await v.page.keyboard.press('Enter');
  await v.atPath('/app');

  await tabTo(v, '[popovertarget="user-menu"]');
  await focusIsSeen(v);
  await v.page.keyboard.press('Enter');
  const menu = v.page.locator('#user-menu');
  await menu.waitFor({ state: 'visible' });
  await v.page.keyboard.press('Escape');
  await menu.waitFor({ state: 'hidden' });
  assert.equal(await v.page.evaluate(() => document.activeElement.getAttribute('popovertarget')), 'user-menu',
    'the focus is back where it was');
  await v.page.keyboard.press('Enter');
  await tabTo(v, '#user-menu [href="/profile"]');
  await v.page.keyboard.press('Enter');
  await v.atPath('/profile');

  await v.page.setViewportSize({ width: 360, height: 800 });
  await tabTo(v, '[popovertarget="sidebar"]');
  await v.page.keyboard.press('Enter');
  await v.page.locator('#sidebar').waitFor({ state: 'visible' });
  await tabTo(v, '#sidebar [href="/settings"]');
  await v.page.keyboard.press('Enter');
  await v.atPath('/settings');
});

story('signing in and a form work without scripts', async (come) => {
  const v = await come({ js: false, lang: 'ar' });
  await v.go('/login');
  await v.fillSignIn(people.viewer, demoPassword);
  await v.atPath('/app');
  await v.go('/profile');
  const name = v.field('users.full_name');
  const before = await name.inputValue();
  v.expect('/profile');
  await name.fill('');
  await v.button('profile.save').click();
  await v.reads('error.field.required');
  await name.fill(before);
  await v.button('profile.save').click();
  await v.reads('profile.saved');
  await v.page.locator('[popovertarget="user-menu"]').click();
  await v.button('frame.sign_out').click();
  await v.atPath('/login');
});
