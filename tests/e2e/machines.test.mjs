// API tokens: made on a page, shown once, used by a machine, revoked.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { demoServer, people, story, unique } from './support.mjs';

const ask = (path, secret) => fetch(demoServer + path, {
  headers: { Authorization: `Bearer ${secret}`, Accept: 'application/json' },
});

story('a token from its making to its end', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.admin);
  const name = unique('historian-gateway-');
  await v.go('/tokens/new');
  v.expect('/tokens/new');
  await v.button('tokens.make').click();
  await v.reads('error.field.required');
  await inspect(v, 'token with mistakes', { widths: [360] });
  await v.field('tokens.machine').fill(name);
  await v.field('tokens.days').fill('30');
  await v.page.getByRole('checkbox', { name: v.say('cap.audit.read') }).check();
  await v.button('tokens.make').click();
  await v.reads('tokens.secret_once');
  const secret = await v.page.locator('#token-secret').innerText();
  await inspect(v, 'token made');

  const good = await ask('/api/audit?limit=1', secret);
  assert.equal(good.status, 200);
  assert.equal((await good.json()).items.length, 1);
  assert.equal((await ask('/api/users', secret)).status, 403, 'what it was not given');
  assert.equal((await ask('/api/audit', `${secret.slice(0, -1)}_`)).status, 401);

  await v.go('/tokens');
  assert.equal((await v.page.content()).includes(secret), false, 'shown once');
  const row = v.page.getByRole('row').filter({ hasText: name });
  await row.getByText('127.0.0.1').waitFor();
  await row.getByRole('button', { name: v.say('tokens.revoke') }).click();
  const dialog = v.page.getByRole('dialog');
  await dialog.getByText(name).waitFor();
  await dialog.getByRole('button', { name: v.say('tokens.revoke') }).click();
  await v.reads('tokens.was_revoked');
  const gone = await ask('/api/audit', secret);
  assert.equal(gone.status, 401);
  assert.equal((await gone.json()).code, 'auth.token_revoked');
});
