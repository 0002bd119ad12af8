// Something to look at on every page: a demo's records, with names as long as they may be, and the
// address of each page with an id of what there is.
import assert from 'node:assert/strict';
import { rights } from './pages.mjs';
import { Visitor, people, unique, until } from './support.mjs';

// Not looked at here: what installation.test.mjs looks at, for the demo has no such thing; what leads
// on to another page; files.
export const elsewhere = new Set(['/setup', '/jobs/{id}', '/notifications/{id}', '/audit.csv', '/leads.csv',
  '/plant/assets', '/plant/export', '/plant/sample', '/work-orders.csv']);

const LONG = {
  name: 'عبدالرحمن بن عبدالعزيز آل عبداللطيف – Abdulrahman bin Abdulaziz Al Abdullatif', // 79 letters
  word: 'منشأة'.repeat(12), // 60 without a blank
};

// --- something to look at ------------------------------------------------------------------------

let oncePath;

// A tenant, people and a token, with names as long as they may be.
export async function furnish() {
  const owner = await (await Visitor.come()).enter(people.owner);
  const code = unique('AXE_').toUpperCase();
  const email = `${code.toLowerCase()}@axe.example`;
  const made = await owner.call('POST', '/api/tenants', {
    code, name: LONG.name, industry: 'oil_gas', admin_email: email, admin_name: LONG.name,
  }, 201);
  oncePath = made.credentials_url;
  const admin = await (await Visitor.come()).enter(people.admin);
  for (const [name, role] of [[LONG.name, 'engineer'], [LONG.word, 'viewer']]) {
    await admin.call('POST', '/api/users',
      { email: `${unique('axe')}@aramco.com`, full_name: name, role }, 201);
  }
  await admin.call('POST', '/api/tokens',
    { name: unique(LONG.name.slice(0, 30)), capabilities: ['job.read', 'audit.read'], days: 5 }, 201);
  await admin.call('POST', '/api/plant/import', plantRecords(unique('axe')), 200);
  await admin.call('POST', '/api/work-orders',
    { title: LONG.name, title_ar: LONG.word, description: LONG.word, checks: [LONG.word, LONG.name] }, 201);
  await admin.call('POST', '/api/webhooks',
    { name: unique(LONG.name.slice(0, 40)), url: 'https://hooks.axe.example/in' }, 201);
  await raiseAlarm(admin, unique('axe'));
  await makePlans(admin);
  await scorePump(admin);
  await owner.leave();
  await admin.leave();
}

// An alarm that every demo has, and its incident: a pump vibrates at all.
async function raiseAlarm(admin, code) {
  const [pump] = await admin.list('/api/assets?q=P-101&limit=1');
  await admin.call('POST', '/api/alarm-rules', {
    code, name: LONG.name, name_ar: LONG.word, asset_id: pump.id, priority: 'critical',
    condition: { metric: 'vibration_rms', is: 'above', limit: -1 }, response: LONG.name,
  }, 201);
  for (let tries = 0; tries < 200; tries++) {
    if ((await admin.list('/api/blackbox/incidents?limit=1')).length > 0) return;
    await new Promise((done) => { setTimeout(done, 200); });
  }
  assert.fail('no alarm with its incident within 40 seconds');
}

// Two plans with an answer, and a scenario.
async function makePlans(admin) {
  const plan = { horizon_days: 7 };
  await admin.call('POST', '/api/optimization/scenarios',
    { name: `${LONG.name} ${unique('')}`.slice(-100), problem: 'maintenance_priority', note: LONG.word }, 201);
  for (let i = 0; i < 2; i++) await admin.call('POST', '/api/optimization/maintenance-priority', plan, 202);
  await until('two plans', async () =>
    (await admin.list('/api/optimization/runs?status=done&limit=2')).length === 2, 60_000);
}

// A pump with a score, and models of its class: the demo has its past, and fits all of its classes first.
async function scorePump(admin) {
  const [pump] = await admin.list('/api/assets?q=P-101&limit=1');
  await admin.call('POST', '/api/ai/models/fit', { class_id: pump.class_id }, 202);
  await admin.call('POST', `/api/ai/assets/${pump.id}/score`, {}, 202);
  await until('a score and a model', async () => {
    const { scored_at: at } = await admin.call('GET', `/api/ai/assets/${pump.id}`);
    return at && (await admin.list('/api/ai/models?limit=1')).length > 0;
  }, 300_000);
}

// A record of each kind of the plant's data, as a file of them would have it.
function plantRecords(mark) {
  const named = { name: LONG.name.slice(0, 60), name_ar: LONG.word };
  const by = { user: people.engineer };
  return {
    sites: [{ code: mark, ...named, country: 'SA', work_days: 31 }],
    units: [{ code: `${mark}-U`, site: mark, kind: 'area', ...named }],
    'asset-classes': [{ code: mark, ...named }],
    'class-metrics': [{ class: mark, metric: 'flow', unit: 'm3/h', ...named, low: 1, high: 9 }],
    'cost-models': [{ code: mark, ...named, currency: 'SAR', failure_minor: 1234567 }],
    assets: [{ code: `${mark}-A`, site: mark, unit: `${mark}-U`, class: mark, ...named }],
    components: [{ asset: `${mark}-A`, code: 'C', ...named }],
    'failure-modes': [{ class: mark, code: 'wear', category: 'mechanical', ...named,
      severity: 5, occurrence: 5, detection: 5 }],
    'machine-specs': [{ class: mark, kind: 'inspection', title: LONG.name, title_ar: LONG.word }],
    thresholds: [{ class: mark, metric: 'flow', unit: 'm3/h', high: 9 }],
    'carbon-factors': [{ energy_type: mark, value: 1, unit: 'kg/GJ', year: 2024, scope: 1,
      source: LONG.name, valid_from: '2024-01-01' }],
    shifts: [{ code: mark, ...named, days: 31, starts_min: 420, length_min: 480 }],
    'user-shifts': [{ ...by, shift: mark, from_day: '2026-01-01', is_on_call: true }],
    absences: [{ ...by, from_day: '2026-02-01', to_day: '2026-02-02', reason: 'leave' }],
    skills: [{ code: mark, ...named }],
    'user-skills': [{ ...by, skill: mark, level: 3 }],
    holidays: [{ ...named, from_day: '2026-09-23', to_day: '2026-09-23' }],
    'maintenance-windows': [{ code: mark, ...named, site: mark, kind: 'shutdown',
      from_time: '2026-11-01T04:00:00Z', to_time: '2026-11-15T16:00:00Z' }],
    'spare-parts': [{ part_number: mark, ...named, unit: 'pcs', in_stock: 1 }],
    'source-clocks': [{ source: mark, offset_ms: -1500, valid_from: '2026-01-01T00:00:00Z' }],
    integrations: [{ type: 'demo', name: mark }],
    mappings: [{ integration: mark, external_tag: LONG.word, asset: `${mark}-A`,
      internal_metric_name: 'flow', unit: 'm3/h' }],
  };
}

// --- who looks -----------------------------------------------------------------------------------

// The platform's owner where the page is the platform's; else who has most rights inside a tenant.
export function lookerAt(page) {
  if (page.capability === 'public') return null;
  if (page.isPlatform || page.path.startsWith('/once/')) return 'owner';
  const roles = rights.get(page.capability);
  assert.ok(roles.has('tenant_admin'), `who may see ${page.path}?`);
  return 'admin';
}

// "/users/{id}" with an id of what there is: the first of GET /api/users.
export async function addressOf(v, { path }) {
  if (path === '/optimization/compare') {
    const [a, b] = await v.list('/api/optimization/runs?status=done&limit=2');
    return `${path}?a=${a.id}&b=${b.id}`;
  }
  if (!path.includes('{')) return path;
  if (path.startsWith('/once/')) return oncePath;
  if (path === '/tenant/{id}/data-mapping') {
    const me = await v.call('GET', '/api/me');
    return path.replace('{id}', me.tenant.id);
  }
  const noun = path.startsWith('/blackbox/') ? 'blackbox/incidents'
    : path.startsWith('/optimization/') ? 'optimization/runs?status=done'
    : path.startsWith('/models/') ? 'ai/models'
    : path.split('/').at(path.startsWith('/plant/') ? 2 : 1);
  const [first] = await v.list(`/api/${noun}`);
  assert.ok(first, `furnish() makes something for ${path}`);
  return path.replace('{id}', first.id);
}
