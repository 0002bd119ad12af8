// The product's one story, on the fault that every demo begins with: a pump's bearing fails; the incident
// says why and what it costs, somebody named goes, the plan is approved. In both languages; and each role
// sees what its rights give it, and nothing else.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { pages, rights } from './pages.mjs';
import { people, story } from './support.mjs';

const LIMIT_MS = 300_000; // from the demo's start; other tests have run meanwhile
const ROLES = {
  admin: 'tenant_admin',
  optimizer: 'optimization_engineer',
  reliability: 'reliability_engineer',
  engineer: 'engineer',
  viewer: 'viewer',
  owner: 'platform_owner',
};

async function until(what, look) {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`not seen: ${what}`);
}

// The incident of the first fault, with the order of whoever goes. What was not seen in time is looked for again.
let found;
const waitForStory = (v) => (found ??= until('the bearing that fails', async () => {
  const incidents = await v.list('/api/blackbox/incidents?limit=50');
  for (const { id } of incidents.filter((one) => one.top_cause === 'bearing_fault')) {
    const incident = await v.call('GET', `/api/blackbox/incidents/${id}`);
    const [order] = await v.list(`/api/work-orders?incident_id=${id}`);
    if (incident.class_code === 'centrifugal_pump' && order?.assigned_user_id) return { incident, order };
  }
  return null;
}).catch((error) => {
  found = undefined;
  throw error;
}));

// What a recommendation is about, as its row names it: the order, or the failure mode.
const textOf = (record, field, lang) => (lang === 'ar' && record[`${field}_ar`]) || record[field];
const workOf = (advice, lang) => (advice.work_order_id || advice.made_order_id
  ? textOf(advice, 'order_title', lang) : textOf(advice, 'mode_name', lang) || advice.failure_mode);
const flat = (words) => words.replace(/\s+/g, ' ').trim();
const text = (v) => v.page.locator('main').innerText();

// The newest plan in which there is something to do: others ask for plans of a few days meanwhile.
async function findPlan(v) {
  for (const run of await v.list('/api/optimization/runs?status=done&limit=50')) {
    const advice = await v.list(`/api/optimization/runs/${run.id}/recommendations`);
    const doing = advice.filter(({ action }) => action === 'do');
    if (doing.length > 0) return { run, doing };
  }
  return null;
}

for (const lang of ['ar', 'en']) {
  story(`from the incident to the plan, ${lang}`, async (come) => {
    const v = await (await come({ lang })).enter(people.admin);
    const { incident, order } = await waitForStory(v);

    await v.go('/app');
    await v.reads('dashboard.q.why');
    await inspect(v, 'the first page', { widths: [390, 1280] });

    await v.go(`/blackbox?q=${incident.asset_code}`);
    await v.page.locator(`#incident-rows a[href="/blackbox/incidents/${incident.id}"]`).first().click();
    await v.page.locator('.cause').first().waitFor();
    assert.match(await v.page.locator('.cause').first().innerText(), /\d+\s?[%٪]/, 'a cause has its probability');
    assert.match(await text(v), /SAR|ر\.س|ريال/, 'what it costs');
    assert.match(await text(v), /CO2|CO₂/, 'and what it emits');
    await inspect(v, 'the incident', { widths: [390, 1280] });

    await v.go(`/work-orders/${order.id}`);
    await v.sees(order.number);
    const who = (await v.list('/api/users')).find(({ id }) => id === order.assigned_user_id);
    await v.sees(who.full_name);
    await v.reads('optimization.deferral');
    await inspect(v, 'the order', { widths: [390, 1280] });

    const told = await v.list('/api/notifications?limit=100');
    assert.ok(told.some(({ entity_id: id }) => [incident.id, order.id].includes(id)), 'the notification');
    await v.go('/notifications');
    await v.sees(incident.asset_code);

    const { run, doing } = await until('a plan with something to do', () => findPlan(v));
    await v.go('/optimization');
    await inspect(v, 'what comes first', { widths: [390, 1280] });
    await v.go(`/optimization/runs/${run.id}`);
    await v.sees(doing[0].asset_code);
    assert.ok(workOf(doing[0], lang), 'a recommendation is about something');
    const row = flat(await v.page.locator(`#a-${doing[0].id}`).innerText());
    assert.ok(row.includes(flat(workOf(doing[0], lang))), `the work in ${lang}: ${row}`);
    await inspect(v, 'the plan', { widths: [390, 1280] });
  });
}

story('the plan is approved, and the engineer has the order', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.admin);
  const { order } = await waitForStory(v);
  const asked = await v.call('POST', '/api/optimization/maintenance-priority', { horizon_days: 14 }, 202);
  const run = await until('the plan of now', async () => {
    const now = await v.call('GET', `/api/optimization/runs/${asked.id}`);
    return ['queued', 'running'].includes(now.status) ? null : now;
  });
  assert.equal(run.status, 'done');
  await v.go(`/optimization/runs/${run.id}`);
  await v.button('optimization.approve_do').click();
  await v.page.waitForLoadState();
  await v.reads('optimization.approved');
  const { approved_at: at } = await v.call('GET', `/api/optimization/runs/${run.id}`);
  assert.ok(at, 'it is approved');

  // the plan may have given it to somebody else
  const now = await v.call('GET', `/api/work-orders/${order.id}`);
  const whose = (await v.list('/api/users')).find(({ id }) => id === now.assigned_user_id);
  const engineer = await (await come({ lang: 'en' })).enter(whose.email);
  await engineer.go('/work-orders?assignee=me');
  await engineer.sees(order.number);
});

story('what a role may not see is not there', async (come, t) => {
  const admin = await (await come({ lang: 'en' })).enter(people.admin);
  const { incident } = await waitForStory(admin);
  for (const [who, role] of Object.entries(ROLES)) {
    await t.test(role, async () => {
      const v = await (await come({ lang: 'ar' })).enter(people[who]);
      const may = (page) => page.capability === 'public' || page.capability === 'signed_in'
        || rights.get(page.capability).has(role);
      await v.go('/app');
      const shown = await v.page.locator('.sidebar .nav-link').evaluateAll(
        (links) => links.map((one) => one.getAttribute('href').split('?')[0]));
      for (const path of shown) await v.go(path);
      for (const page of pages.filter((one) => !one.path.includes('{') && !may(one))) {
        assert.ok(!shown.includes(page.path), `${page.path} in the sidebar of ${role}`);
        const answer = await v.context.request.get(page.path, { maxRedirects: 0 });
        assert.equal(answer.status(), 403, `${page.path} for ${role}`);
      }
    });
  }

  // money and operators are for those whom M43 to M46 name
  const path = `/blackbox/incidents/${incident.id}`;
  const viewer = await (await come({ lang: 'en' })).enter(people.viewer);
  await viewer.go(path);
  assert.doesNotMatch(await text(viewer), /SAR/, 'a viewer reads no money');
  assert.equal(await viewer.page.locator('form[action*="cause"]').count(), 0, 'and confirms nothing');
  const seen = await viewer.call('GET', `/api${path}`);
  assert.equal(seen.extent, 'summary');
  assert.ok(!seen.financial_impact_estimate && !seen.event_story, 'nor by the API');
  const optimizer = await (await come({ lang: 'en' })).enter(people.optimizer);
  assert.equal((await optimizer.call('GET', `/api${path}`)).extent, 'masked');
});
