// What needs an installation of its own: the first run, which asks for an owner, once; background jobs
// in every state; and a database that goes away: pages say so, and are back by themselves.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { House } from './house.mjs';
import { inspect } from './inspect.mjs';
import { story, until } from './support.mjs';

let house;
before(async () => {
  house = await House.open();
});
after(() => house?.close());

const owner = { name: 'نورة العتيبي', email: 'noura@first.example', password: 'four calm unrelated words' };

story('the first run asks for the owner, and then never again', async (come) => {
  const v = await come({ server: house.url, lang: 'ar' });
  await v.go('/login');
  assert.equal(v.path(), '/setup', 'the sign-in leads to the set-up');
  await inspect(v, 'setup');

  v.expect('/setup');
  await v.button('setup.submit').click();
  await v.reads('error.field.required');
  assert.equal(await v.page.locator('[aria-invalid="true"]').count(), 4, 'each empty field says so');
  await inspect(v, 'setup with mistakes', { widths: [] });

  const submit = async (code, password) => {
    await v.field('setup.code').fill(code);
    await v.field('users.full_name').fill(owner.name);
    await v.field('users.email').fill(owner.email);
    await v.field('login.password').fill(password);
    await v.button('setup.submit').click();
  };
  await submit('not-the-code', owner.password);
  await v.reads('error.setup.code_wrong');
  assert.equal(await v.field('users.full_name').inputValue(), owner.name, 'what was typed is kept');
  assert.equal(await v.field('login.password').inputValue(), '', 'but for secrets');

  const [code] = /\S+$/.exec((await house.run('user', 'setup-code')).trim());
  await submit(code, 'short');
  await v.reads('error.password.too_short', { min: 12 });
  await submit(code, owner.password);
  await v.atPath('/login');
  await v.reads('setup.done');

  await v.fillSignIn(owner.email, owner.password);
  await v.atPath('/app');
  await v.sees(owner.name);
  await v.go('/setup', 404);
  await v.reads('error.setup.is_done');
});

story('background jobs in every state, cancelled and run again', async (come) => {
  const v = await come({ server: house.url, lang: 'en' });
  await v.enter(owner.email, owner.password);
  await v.go('/jobs');
  await v.reads('jobs.none');
  await inspect(v, 'no jobs', { widths: [360] });

  await house.sql(`
    INSERT INTO jobs (tenant_id, id, kind, state, run_at, tries, tries_max, created_at, started_at,
                      finished_at, progress, progress_note, lease_until, error_code, error_facts,
                      result, created_by, worker)
    SELECT '00000000-0000-7000-8000-000000000001', gen_random_uuid(), kind, state, at, tries, 5, at,
           CASE WHEN tries > 0 THEN at END,
           CASE WHEN state IN ('done', 'failed', 'cancelled') THEN at END,
           progress, note, CASE WHEN state = 'running' THEN now() + interval '1 hour' END, error,
           facts::jsonb, result::jsonb, 'schedule', CASE WHEN tries > 0 THEN 'work-1' END
      FROM (VALUES
        ('job.trim', 'ready', now() - interval '9 minutes', 0, NULL::float8, NULL, NULL, NULL, NULL),
        ('notify.trim', 'ready', now() + interval '1 hour', 2, NULL, NULL,
         'job.limit', '{"limit_s": "600"}', NULL),
        ('audit.trim', 'running', now(), 1, 0.4, '400 / 1,000', NULL, NULL, NULL),
        ('identity.trim', 'done', now(), 1, NULL, NULL, NULL, NULL, '{"removed": 12}'),
        ('no.longer_known', 'failed', now(), 5, NULL, NULL,
         'job.worker_died', '{"worker": "work-1"}', NULL),
        ('identity.throttle_trim', 'cancelled', now(), 0, NULL, NULL, NULL, NULL, NULL))
        AS sample (kind, state, at, tries, progress, note, error, facts, result)`);
  const row = (kind) => v.page.getByRole('row').filter({ hasText: kind });
  for (const lang of ['ar', 'en']) {
    await v.go(`/jobs?lang=${lang}`);
    v.lang = lang;
    await inspect(v, 'jobs in every state');
    await row('no.longer_known').getByRole('link').click();
    await v.page.waitForURL(/\/jobs\/./);
    await inspect(v, 'a job that failed');
  }
  await v.go('/jobs');
  await row('job.trim').getByRole('button', { name: v.say('jobs.cancel') }).click();
  await v.reads('jobs.cancelled');
  await v.go('/jobs');
  await row('no.longer_known').getByRole('button', { name: v.say('jobs.retry') }).click();
  await v.reads('jobs.retried');
  const states = await v.list('/api/jobs');
  const stateOf = (kind) => states.find((job) => job.kind === kind).state;
  assert.deepEqual([stateOf('job.trim'), stateOf('no.longer_known')], ['cancelled', 'ready']);
  await v.go('/jobs?state=failed');
  await v.reads('jobs.none');
});

story('while the database is away, pages say so; afterwards all is as before', async (come) => {
  const v = await come({ server: house.url, lang: 'en' });
  const guest = await come({ server: house.url, lang: 'ar' });
  await v.enter(owner.email, owner.password);
  await v.go('/app');
  for (const path of ['/api/live', '/api/notifications/count', '/login', '/']) v.expect(path);

  await house.database.cut();
  await v.go('/tenants', 503);
  await v.reads('error_page.503.title');
  assert.equal(await v.link('error_page.retry').count(), 1, 'a way to try again');
  assert.equal((await v.page.content()).includes(house.database.folder), false, 'where it stands is nobody\'s business');
  await inspect(v, 'database away');
  await guest.go('/');
  await guest.go('/login');
  guest.expect('/login');
  await guest.fillSignIn(owner.email, owner.password);
  await guest.reads('error_page.503.title');
  await inspect(guest, 'database away, sign-in');

  await house.database.mend();
  await until('the page is there again', async () => {
    await v.page.reload();
    return (await v.title()) === v.say('tenants.title');
  });
});
