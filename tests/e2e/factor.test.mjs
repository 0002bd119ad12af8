// The second factor: set up by the person, asked for at the sign-in, each code good once.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { people, story } from './support.mjs';
import { freshStep, totp } from './totp.mjs';

story('a second factor from set-up to its end', async (come, t) => {
  const admin = await (await come()).enter(people.admin);
  const person = await admin.hire('engineer');
  const v = await come({ lang: 'ar' });
  let secret;

  await t.test('codes are those of the standard', () => {
    // RFC 6238, appendix B: the last six digits, for the ASCII secret "12345678901234567890".
    const standard = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    assert.equal(totp(standard, 0, 59_000), '287082');
    assert.equal(totp(standard, 0, 1_111_111_109_000), '081804');
  });

  await t.test('it is set up with a picture or by hand', async () => {
    await v.signIn(person.email, person.password);
    await v.go('/profile/totp');
    await v.button('profile.totp_begin').click();
    await v.page.getByRole('img', { name: v.say('profile.totp_qr') }).waitFor();
    secret = await v.page.locator('#totp-secret').innerText();
    assert.match(secret.replaceAll(' ', ''), /^[A-Z2-7]{32}$/);
    await inspect(v, 'second factor, offered');
    v.expect('/profile/totp/confirm');
    await v.field('profile.totp_code').fill('000000');
    await v.button('profile.totp_confirm').click();
    await v.reads('error.totp.wrong');
    assert.equal(await v.page.locator('#totp-secret').innerText(), secret, 'the same secret');
    await freshStep(12_000);
    await v.field('profile.totp_code').fill(totp(secret, -1));
    await v.button('profile.totp_confirm').click();
    await v.reads('profile.totp_is_on_now');
    await inspect(v, 'second factor, on', { widths: [360] });
    await v.signOut();
  });

  await t.test('the sign-in asks for a code, and takes each once', async () => {
    v.expect('/login');
    await v.fillSignIn(person.email, person.password);
    await v.reads('login.totp_lead');
    await inspect(v, 'sign-in, second step', { widths: [360] });
    await v.field('login.totp').fill('123 45');
    await v.button('login.totp_submit').click();
    await v.reads('error.auth.totp_wrong');
    await inspect(v, 'sign-in, wrong code', { widths: [] });
    const code = totp(secret);
    await v.field('login.totp').fill(code);
    await v.button('login.totp_submit').click();
    await v.atPath('/app');

    const again = await come({ lang: 'en' });
    again.expect('/login');
    await again.go('/login');
    await again.fillSignIn(person.email, person.password);
    await again.field('login.totp').fill(code);
    await again.button('login.totp_submit').click();
    await again.reads('error.auth.totp_wrong');
  });

  await t.test('an administrator helps who lost the phone', async () => {
    const [{ id }] = await admin.list(`/api/users?q=${encodeURIComponent(person.email)}`);
    await admin.go(`/users/${id}`);
    await admin.button('users.totp_reset').click();
    await admin.page.getByRole('dialog').getByRole('button', { name: admin.say('users.totp_reset') }).click();
    await admin.reads('users.totp_was_reset');
    const home = await come({ lang: 'en' });
    await home.signIn(person.email, person.password);
    assert.equal(home.path(), '/app', 'the password is enough again');
  });
});
