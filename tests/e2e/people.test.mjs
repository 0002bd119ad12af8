// From a new tenant to an engineer at work in it: each account is handed over once, and nobody but
// its owner ever knows its password.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from './inspect.mjs';
import { pages, rights } from './pages.mjs';
import { logFile, people, story, unique } from './support.mjs';
import { totp } from './totp.mjs';

const code = unique('GULF_').toUpperCase();
const tenant = {
  code,
  name: 'شركة الخليج للبتروكيماويات',
  admin: {
    name: 'منى السبيعي',
    email: `${code.toLowerCase()}@gulf.example`,
    password: 'seven tall palms by the sea',
  },
  engineer: {
    name: 'Tariq Al-Otaibi',
    email: `tariq.${code.toLowerCase()}@gulf.example`,
    password: 'lathe copper window river',
  },
};

// A secret that went by must stand in no log of the server.
function assertNotLogged(...secrets) {
  if (!logFile) return;
  const log = readFileSync(logFile, 'utf8');
  for (const secret of secrets) assert.ok(!log.includes(secret), 'a secret stands in the log');
}

story('a tenant, its administrator, an engineer', async (come, t) => {
  const owner = await (await come({ lang: 'ar' })).enter(people.owner);
  const admin = await come({ lang: 'ar' });
  const engineer = await come({ lang: 'en' });
  let once;
  let password;
  let link;

  await t.test('the owner makes a tenant; mistakes are told field by field', async () => {
    await owner.go('/tenants');
    await owner.link('tenants.new').click();
    await owner.atPath('/tenants/new');
    owner.expect('/tenants/new');
    await owner.field('tenants.code').fill('lower case');
    await owner.field('tenants.name').fill(tenant.name);
    await owner.field('tenants.admin_email').fill('no address');
    await owner.button('tenants.make').click();
    await owner.reads('error.field.code_malformed');
    await owner.reads('error.field.email_malformed');
    assert.equal(await owner.field('tenants.name').inputValue(), tenant.name);
    await inspect(owner, 'new tenant with mistakes', { widths: [360] });

    await owner.field('tenants.code').fill(tenant.code);
    await owner.field('tenants.admin_name').fill(tenant.admin.name);
    await owner.field('tenants.admin_email').fill(tenant.admin.email);
    await owner.button('tenants.make').click();
    await owner.page.waitForURL(/\/tenants\/[0-9a-f-]{36}/);
    await owner.sees(tenant.name);
  });

  await t.test('the credentials are shown once', async () => {
    await owner.link('tenants.once_open').click();
    once = owner.path();
    assert.match(once, /^\/once\//);
    await owner.button('once.open').click();
    await owner.reads('once.now');
    assert.equal(await owner.page.locator('#once-email').innerText(), tenant.admin.email);
    password = await owner.page.locator('#once-password').innerText();
    await inspect(owner, 'credentials', { widths: [360] });
    owner.expect(once);
    await owner.page.goto(once);
    await owner.reads('once.was_opened');
    assert.equal((await owner.page.content()).includes(password), false);
    await inspect(owner, 'credentials, gone', { widths: [] });
  });

  await t.test('a code that is taken is told', async () => {
    await owner.go('/tenants/new');
    await owner.field('tenants.code').fill(tenant.code);
    await owner.field('tenants.name').fill('x');
    await owner.field('tenants.admin_email').fill('y@gulf.example');
    await owner.button('tenants.make').click();
    await owner.reads('error.tenant.code_taken');
  });

  await t.test('the administrator must choose another password first', async () => {
    await admin.signIn(tenant.admin.email, password);
    assert.equal(admin.path(), '/profile/password');
    await admin.reads('profile.password_needed');
    assert.equal(await admin.page.locator('.nav-link, [data-bell]').count(), 0, 'nothing else is offered');
    await admin.go('/users');
    assert.equal(admin.path(), '/profile/password', 'before that there is nothing else');
    await inspect(admin, 'password needed', { widths: [360] });
    admin.expect('/profile/password');
    await admin.field('profile.current_password').fill(password);
    await admin.field('profile.new_password').fill(`${tenant.admin.name} 1`);
    await admin.button('profile.change_password').click();
    await admin.reads('error.password.like_name');
    await admin.field('profile.current_password').fill(password);
    await admin.field('profile.new_password').fill(tenant.admin.password);
    await admin.button('profile.change_password').click();
    await admin.atPath('/app');
    await admin.reads('profile.password_changed');
  });

  await t.test('the administrator adds an engineer and gets a link to hand over', async () => {
    await admin.go('/users');
    await admin.link('users.new').click();
    await admin.field('users.full_name').fill(tenant.engineer.name);
    await admin.field('users.email').fill(tenant.engineer.email);
    await admin.page.getByRole('radio', { name: admin.say('role.engineer') }).last().check();
    await admin.button('users.add').click();
    await admin.reads('users.link_new');
    link = await admin.page.locator('#reset-link').innerText();
    assert.match(link, /\/reset#/, 'the secret stands behind #');
    await inspect(admin, 'link to hand over', { widths: [360] });
  });

  await t.test('the engineer chooses a password; the link\'s secret travels in the form alone', async () => {
    const [, secret] = link.split('#');
    const asked = [];
    engineer.page.on('request', (request) => asked.push(request.url()));
    await engineer.page.goto(link);
    await engineer.page.waitForURL((url) => url.hash === '');
    engineer.expect('/reset');
    await engineer.field('profile.new_password').fill('short');
    await engineer.button('reset.submit').click();
    await engineer.sees(engineer.say('error.password.too_short', { min: 12 }));
    await inspect(engineer, 'reset refused', { widths: [360] });
    await engineer.field('profile.new_password').fill(tenant.engineer.password);
    await engineer.button('reset.submit').click();
    await engineer.atPath('/login');
    await engineer.fillSignIn(tenant.engineer.email, tenant.engineer.password);
    await engineer.atPath('/app');
    assert.deepEqual(asked.filter((url) => url.includes(secret)), []);

    const late = await come({ lang: 'en' });
    late.expect('/reset');
    await late.page.goto(link);
    await late.field('profile.new_password').fill('another long sentence here');
    await late.button('reset.submit').click();
    await late.reads('error.reset.code_invalid');
    assertNotLogged(secret, password, tenant.admin.password, tenant.engineer.password);
  });

  await t.test('the engineer sees what an engineer may see, and nothing else', async () => {
    const may = (page) => rights.get(page.capability).has('engineer');
    const shown = await engineer.page.locator('.sidebar .nav-link').evaluateAll(
      (links) => links.map((one) => one.getAttribute('href')));
    assert.ok(shown.length >= 3);
    for (const page of pages) {
      assert.ok(may(page) || !shown.includes(page.path), `${page.path} in the sidebar`);
      if (may(page) || page.path.includes('{')) continue;
      await engineer.go(page.path, 403);
      await engineer.reads('error_page.403.title');
    }
    await inspect(engineer, '403');
  });

  await t.test('whoever is deactivated is out at once', async () => {
    const [person] = await admin.list(`/api/users?q=${encodeURIComponent(tenant.engineer.email)}`);
    await admin.go(`/users/${person.id}`);
    await admin.button('users.deactivate').click();
    const dialog = admin.page.getByRole('dialog');
    await dialog.waitFor();
    await inspect(admin, 'a question before it acts', { widths: [360] });
    await dialog.getByRole('button', { name: admin.say('frame.cancel') }).click();
    await dialog.waitFor({ state: 'hidden' });
    await admin.button('users.deactivate').click();
    await dialog.getByRole('button', { name: admin.say('users.deactivate') }).click();
    await admin.reads('users.deactivated');
    await engineer.page.goto('/app');
    await engineer.atPath('/login');
    engineer.expect('/login');
    await engineer.fillSignIn(tenant.engineer.email, tenant.engineer.password);
    await engineer.page.getByRole('alert').waitFor();
  });

  await t.test('a tenant that asks everybody for a second factor asks at once', async () => {
    await admin.go('/settings');
    await admin.field('field.require_totp').check();
    await admin.button('settings.save').click();
    await admin.atPath('/profile/totp');
    await admin.reads('profile.totp_needed');
    await admin.go('/users');
    assert.equal(admin.path(), '/profile/totp', 'before that there is nothing else');
    await inspect(admin, 'second factor needed', { widths: [360] });
    await admin.button('profile.totp_begin').click();
    await admin.field('profile.totp_code').fill(totp(await admin.page.locator('#totp-secret').innerText()));
    await admin.button('profile.totp_confirm').click();
    await admin.atPath('/app');
    await admin.go('/profile/totp');
    await admin.reads('profile.totp_is_required');
    assert.equal(await admin.button('profile.totp_disable').count(), 0);
  });

  await t.test('a tenant is suspended by typing its code, and all of it is out', async () => {
    const [{ id }] = await owner.list(`/api/tenants?q=${tenant.code}`);
    await owner.go(`/tenants/${id}`);
    owner.expect(`/tenants/${id}/status`);
    await owner.page.locator('#suspend-confirm').fill('SOMETHING_ELSE');
    await owner.button('tenants.suspend').click();
    await owner.page.getByRole('alert').waitFor();
    await inspect(owner, 'suspending, wrong code', { widths: [360] });
    await owner.page.locator('#suspend-confirm').fill(tenant.code);
    await owner.button('tenants.suspend').click();
    await owner.reads('tenants.resume_title');
    await admin.page.goto('/app');
    await admin.atPath('/login');
    admin.expect('/login');
    await admin.fillSignIn(tenant.admin.email, tenant.admin.password);
    await admin.page.getByRole('alert').waitFor();
  });
});

story('the owner looks into a tenant: with a reason, on every page, before its eyes', async (come) => {
  const owner = await (await come({ lang: 'ar' })).enter(people.owner);
  const { id, name } = (await owner.list('/api/tenants?q=POWER_DEMO'))[0];
  const reason = `مراجعة ${unique('')}`;
  await owner.go(`/tenants/${id}`);
  await owner.button('tenants.enter').click();
  const dialog = owner.page.getByRole('dialog');
  await dialog.getByLabel(owner.say('tenants.enter_reason')).fill(reason);
  await dialog.getByRole('button', { name: owner.say('tenants.enter_yes') }).click();
  await owner.page.locator('.notice').getByText(owner.say('frame.foreign_tenant')).waitFor();
  for (const path of ['/users', '/settings', '/tokens']) {
    await owner.go(path);
    await owner.page.locator('.notice').getByText(name).first().waitFor();
    await inspect(owner, `${path}, looked at from outside`, { widths: [360] });
  }
  await owner.go('/users');
  await owner.sees(people.otherAdmin);
  await owner.button('frame.tenant_leave').click();
  await owner.page.waitForLoadState();
  await owner.go('/users');
  assert.equal(await owner.page.getByText(people.otherAdmin).count(), 0);
  assert.equal(await owner.page.locator('.notice').count(), 0, 'the notice is gone');

  const admin = await (await come({ lang: 'ar' })).enter(people.otherAdmin);
  await admin.go('/audit');
  await admin.reads('audit.action.tenant.entered');
  await admin.sees(reason);
});

story('the platform\'s own tenant can be saved; what it is stays', async (come) => {
  const owner = await (await come({ lang: 'en' })).enter(people.owner);
  const [{ id }] = await owner.list('/api/tenants?q=PLATFORM');
  await owner.go(`/tenants/${id}`);
  assert.equal(await owner.field('tenants.industry').count(), 0);
  await owner.button('tenants.save').click();
  await owner.reads('tenants.saved');
});
