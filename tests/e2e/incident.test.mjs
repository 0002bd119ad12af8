// The black box: from the list to an incident, why it happened, a person's word on it, the timeline and
// the report; what a viewer sees; on a phone.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { people, story, unique } from './support.mjs';

// An incident of one's own, by events that another system sends, at a site of its own: beside a fault
// that the demo plant has under way, the events would belong to that one's incident.
async function makeIncident(v) {
  const id = unique('e2e-');
  const [{ class_id }] = await v.list('/api/assets?q=P-101&limit=1');
  const site = await v.call('POST', '/api/sites', { code: `${id}-site`, name: `Site ${id}` }, 201);
  const asset = `${id}-pump`;
  await v.call('POST', '/api/assets', { code: asset, site_id: site.id, class_id, name: `Pump ${id}` }, 201);
  const at = (seconds) => new Date(Date.now() - 60_000 + seconds * 1000).toISOString();
  const event = (n, seconds, severity, category, summary) => ({
    source_system: 'E2E', source_id: `${id}-${n}`, time: at(seconds), severity, category, asset,
    summary,
  });
  await v.call('POST', '/api/events', [
    event(1, 0, 'WARNING', 'SENSOR', `${id} flow falls`),
    event(2, 10, 'CRITICAL', 'FAILURE', `${id} pump trips`),
    event(3, 12, 'MINOR', 'SENSOR', `${id} pressure falls`),
  ]);
  return id;
}

async function openIncident(v, id) {
  for (let tries = 0; tries < 60; tries++) {
    await v.go(`/blackbox?q=${id}`);
    if (await v.page.locator('#incident-rows tbody tr').count()) break;
    await v.page.waitForTimeout(500);
  }
  await v.page.locator('#incident-rows tbody th a').first().click();
  await v.page.waitForURL(/\/blackbox\/incidents\//);
}

story('an incident: why, what a person says of it, its timeline, its report', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.admin);
  const id = await makeIncident(v);
  await openIncident(v, id);
  const address = v.path().split('?')[0];
  for (let tries = 0; tries < 60 && !(await v.page.locator('.cause').count()); tries++) {
    await v.page.waitForTimeout(500);
    await v.go(address);
  }
  await v.reads('incident.summary');
  await inspect(v, 'an incident');

  const cause = v.page.locator('.cause').last();
  await cause.locator('summary').click();
  assert.equal(await cause.evaluate((one) => one.open), true, 'a cause unfolds');

  const marks = v.page.locator('.lane-mark');
  await marks.first().waitFor();
  assert.ok(await marks.count() >= 2, 'events stand in lanes');
  await v.page.locator('[data-part="rows"]').focus();
  await v.page.keyboard.press('n');
  await v.page.locator('.lane-list li').first().waitFor();
  await v.page.keyboard.press('+');
  await v.page.waitForURL(/from=.*to=/);

  await v.field('incident.other_cause').fill('bearing_fault');
  await v.button('incident.confirm_do').click();
  await v.reads('incident.cause_set');
  const incident = await v.call('GET', `/api${address}`);
  assert.equal(incident.confirmed_cause, 'bearing_fault');

  await v.link('incident.report').click();
  await v.page.waitForURL(/\/report$/);
  await v.reads('report.management');
  await inspect(v, 'the report of an incident');
  for (const lang of ['ar', 'en']) {
    const download = v.page.waitForEvent('download');
    await v.link(`report.pdf_${lang}`).click();
    assert.match((await download).suggestedFilename(), new RegExp(`^INC-\\d+-${lang}\\.pdf$`));
  }
});

story('who only reads sees why in a word, and nothing to press', async (come) => {
  const admin = await (await come({ lang: 'en' })).enter(people.admin);
  const [incident] = await admin.list('/api/blackbox/incidents?limit=1');
  const address = `/blackbox/incidents/${incident.id}`;
  const v = await (await come({ lang: 'ar' })).enter(people.viewer);
  await v.go('/blackbox?severity=CRITICAL');
  await inspect(v, 'the black box');
  await v.go(address);
  await v.reads('incident.summary_only');
  assert.equal(await v.button('incident.confirm_do').count(), 0);
  assert.equal(await v.page.locator('[data-lanes]').count(), 0);
  await inspect(v, 'an incident, to read');
});
