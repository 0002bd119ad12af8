// Assets and their signals as people see them: the list that finds, the chart that can be read
// without eyes and without a mouse, values that arrive, a record that is mended.
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { inspect } from './inspect.mjs';
import { Visitor, people, story, unique, until } from './support.mjs';

const MINUTE = 60_000;
const word = unique('z');
const plant = {
  site: `SITE-${word}`, class: `pump_${word}`, pump: `P-${word}`, twin: `Q-${word}`,
  ar: `مضخة أحمد ${word}`, en: `Feed pump ${word}`,
};
const start = Date.now();

// A wave with a peak, a silence of an hour and a stretch of bad quality; the newest is a minute old.
function wave() {
  return Array.from({ length: 360 }, (_, i) => {
    const age = 360 - i;
    return {
      time: new Date(start - age * MINUTE).toISOString(),
      value: age === 200 ? 9.5 : Number((4 + Math.sin(i / 20)).toFixed(2)),
      quality: age >= 100 && age < 120 ? 0x808c0000 : 0,
      age,
    };
  }).filter(({ age }) => age < 240 || age >= 300);
}

const samples = (key, list) => list.map(({ time, value, quality = 0 }) => ({ series: key, time, value, quality }));

// A site with two pumps; the first one has a vibration, a temperature and a state.
async function furnish() {
  const v = await (await Visitor.come({ lang: 'en' })).enter(people.admin);
  const make = (noun, data) => v.call('POST', `/api/${noun}`, data, 201);
  const site = await make('sites', { code: plant.site, name: `Site ${word}`, time_zone: 'Asia/Riyadh' });
  const kind = await make('asset-classes', { code: plant.class, name: `Pump ${word}` });
  await make('class-metrics', {
    class_id: kind.id, metric: 'vibration', name: 'Vibration', name_ar: 'الاهتزاز', unit: 'mm/s', high: 7.1,
    high_high: 9, gap_max_s: 600, position: 1,
  });
  const pump = await make('assets', {
    code: plant.pump, site_id: site.id, class_id: kind.id, name: plant.en, name_ar: plant.ar, criticality: 'high',
  });
  await make('assets', { code: plant.twin, site_id: site.id, name: `Spare ${word}`, criticality: 'low' });
  await make('failure-modes', {
    class_id: kind.id, code: 'bearing', name: 'Bearing fault', category: 'mechanical', severity: 8, occurrence: 5,
    detection: 4,
  });
  plant.assetId = pump.id;
  plant.siteId = site.id;
  const series = [
    { metric: 'vibration' }, { metric: 'temperature', unit: 'degC' },
    { metric: 'mode', is_state: true, state_texts: { 0: { en: 'stopped', ar: 'متوقفة' }, 2: { en: 'running', ar: 'تعمل' } } },
  ];
  for (const one of series) plant[one.metric] = (await make('series', { asset_id: pump.id, ...one })).id;
  const key = (metric) => `${plant.pump}.${metric}`;
  const list = wave();
  await v.call('POST', '/api/ingest/json', [
    ...samples(key('vibration'), list),
    ...samples(key('temperature'), list.map((s) => ({ ...s, value: s.value * 10, quality: 0 }))),
    ...samples(key('mode'), [{ time: list[0].time, value: 0 }, { time: list[90].time, value: 2 }]),
  ]);
  await v.leave();
}

before(furnish);

const send = (v, metric, value, time = new Date().toISOString()) =>
  v.call('POST', '/api/ingest/json', samples(`${plant.pump}.${metric}`, [{ time, value }]));

// The chart is there once it has asked the server and drawn what came.
async function drawn(v) {
  await v.page.locator('.chart.is-live:not([aria-busy]) canvas').first().waitFor();
}
const cell = (v, at, name) => v.page.locator(`.chart [data-series="${at}"] [data-cell="${name}"]`);

// --- the list ------------------------------------------------------------------------------------

for (const lang of ['ar', 'en']) {
  story(`assets are found by words folded alike, and by what they are (${lang})`, async (come) => {
    const v = await (await come({ lang })).enter(people.viewer);
    await v.go('/assets');
    await inspect(v, 'assets');
    const rows = v.page.locator('tbody tr');
    // أ and ا, a word in the middle, letters of either case.
    await v.field('assets.search').fill(`احمد ${word.toUpperCase()}`);
    await v.page.keyboard.press('Enter');
    await v.page.waitForURL(/q=/);
    assert.equal(await rows.count(), 1);
    await v.sees(plant.pump);

    await v.go(`/assets?q=${word}`);
    assert.equal(await rows.count(), 2);
    await v.field('assets.criticality').selectOption('low');
    await v.page.waitForURL(/criticality=low/);
    assert.equal(await rows.count(), 1);
    await v.sees(plant.twin);
    assert.equal(await v.page.getByText(v.say('assets.add'), { exact: true }).count(), 0, 'who may only look');

    await v.field('assets.search').fill(unique('nothing'));
    await v.page.keyboard.press('Enter');
    await v.reads('assets.none_found');
    await inspect(v, 'assets, nothing found', { widths: [360] });
    await v.go('/assets?criticality=urgent', 422);
    await inspect(v, 'assets, wrong filter', { widths: [] });
  });
}

story('the list is sorted in the address, and figures lead into it', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.engineer);
  await v.go(`/assets?q=${word}`);
  const codes = () => v.page.locator('tbody th a').allInnerTexts();
  assert.deepEqual(await codes(), [plant.pump, plant.twin]);
  await v.page.getByRole('link', { name: v.say('assets.asset'), exact: true }).click();
  await v.page.waitForURL(/sort=-code/);
  assert.deepEqual(await codes(), [plant.twin, plant.pump]);
  await v.page.getByRole('link', { name: v.say('assets.criticality'), exact: true }).click();
  await v.page.waitForURL(/sort=criticality/);
  assert.deepEqual(await codes(), [plant.pump, plant.twin], 'high before low');
  await v.page.locator('.kpi').filter({ hasText: v.say('assets.kpi_low') }).click();
  await v.page.waitForURL(/criticality=low/);
  assert.deepEqual(await codes(), [plant.twin]);
});

// --- one asset -----------------------------------------------------------------------------------

for (const lang of ['ar', 'en']) {
  story(`an asset with its chart, signals and knowledge (${lang})`, async (come) => {
    const v = await (await come({ lang })).enter(people.admin);
    await v.go(`/assets/${plant.assetId}`);
    await drawn(v);
    await v.sees(lang === 'ar' ? plant.ar : plant.en);
    await v.reads('assets.modes');
    await v.sees('160'); // 8 × 5 × 4
    await v.reads('chart.key_gap');
    await v.reads('chart.key_bad');
    await v.sees(lang === 'ar' ? 'تعمل' : 'running');
    await inspect(v, 'asset');
    await v.go(`/series/compare?ids=${plant.vibration},${plant.temperature},${plant.mode}`);
    await drawn(v);
    await inspect(v, 'compare');
    const overview = await v.call('GET', `/api/assets/${plant.assetId}/overview`);
    assert.equal(overview.signals[0].metric, 'vibration', 'in the order of the class');
    assert.equal(overview.signals[0].high, 7.1);
  });
}

story('without scripts an asset still says what is known', async (come) => {
  const v = await (await come({ lang: 'en', js: false })).enter(people.viewer);
  await v.go(`/assets/${plant.assetId}`);
  await v.page.locator('.chart .spark').first().waitFor();
  await v.sees('mm/s');
  await v.link('chart_range.7d').click();
  await v.page.waitForURL(/range=7d/);
});

// --- the chart -----------------------------------------------------------------------------------

// What the chart asks of the server from now on: its windows.
function watchPlots(v) {
  const asked = [];
  v.page.on('request', (request) => {
    const url = new URL(request.url());
    if (!url.pathname.endsWith('/plot')) return;
    asked.push(Date.parse(url.searchParams.get('to')) - Date.parse(url.searchParams.get('from')));
  });
  return asked;
}

story('zooming by drag and by keys asks for finer data, and is in the address', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.viewer);
  await v.go(`/series/${plant.vibration}?range=8h`);
  await drawn(v);
  const asked = watchPlots(v);
  const box = await v.page.locator('.u-over').first().boundingBox();
  await v.page.mouse.move(box.x + box.width * 0.4, box.y + 50);
  await v.page.mouse.down();
  await v.page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
  await v.page.mouse.up();
  await v.page.waitForURL(/from=.*to=/);
  await until('finer data is asked for', () => asked.some((length) => length < 2 * 3_600_000));
  await drawn(v);
  const shared = v.path();

  const plots = v.page.locator('[data-part="plots"]');
  await plots.focus();
  const length = () => {
    const { searchParams } = new URL(v.page.url());
    return Date.parse(searchParams.get('to')) - Date.parse(searchParams.get('from'));
  };
  const first = length();
  await v.page.keyboard.press('+');
  assert.ok(Math.abs(length() - first / 2) < 2000, 'plus halves the window');
  const from = new URL(v.page.url()).searchParams.get('from');
  await v.page.keyboard.press('ArrowLeft');
  assert.ok(new URL(v.page.url()).searchParams.get('from') < from, 'an arrow moves it');
  await v.page.keyboard.press('Shift+ArrowLeft');
  await until('the cursor is read out', async () =>
    (await v.page.locator('[data-part="said"]').innerText()).includes('Vibration'));
  await v.page.keyboard.press('0');
  await v.page.waitForURL(/range=8h/);

  const other = await (await come({ lang: 'ar' })).enter(people.viewer);
  await other.go(shared);
  await drawn(other);
  const range = await other.page.locator('[data-range][aria-current]').count();
  assert.equal(range, 0, 'a window that somebody chose is no range');
});

story('the cursor tells value and quality, the table tells the same', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.viewer);
  await v.go(`/series/${plant.vibration}?range=8h`);
  await drawn(v);
  const box = await v.page.locator('.u-over').first().boundingBox();
  const at = (age) => box.x + box.width * (1 - age / 480);
  await v.page.mouse.move(at(110), box.y + 60);
  await until('bad is said', async () => (await cell(v, 0, 'quality').innerText()) === v.say('chart.bad'));
  await v.page.mouse.move(at(270), box.y + 60);
  await until('a gap is said', async () => (await cell(v, 0, 'value').innerText()) === v.say('chart.no_data'));
  await v.page.mouse.move(at(60), box.y + 60);
  await until('a value is said', async () => /mm\/s/.test(await cell(v, 0, 'value').innerText()));
  await v.page.getByText(v.say('chart.table')).click();
  await until('rows', async () => (await v.page.locator('.chart-values tbody tr').count()) > 20);
  await inspect(v, 'a chart with its table');
});

story('values appear as they are sent, unless somebody looks at the past', async (come) => {
  const sender = await (await come()).enter(people.admin);
  const v = await (await come({ lang: 'en' })).enter(people.viewer);
  await v.go(`/assets/${plant.assetId}?range=1h`);
  await drawn(v);
  const row = v.page.locator(`[data-live-rows] tr`).filter({ hasText: `${plant.pump}.vibration` });
  await send(sender, 'vibration', 8.25);
  await until('the row', async () => (await row.locator('[data-cell="value"]').innerText()).includes('8.25'));
  assert.equal(await row.locator('[data-cell="state"]').innerText(), v.say('signal_state.high'));
  await until('the chart', async () => (await cell(v, 0, 'value').innerText()).includes('8.25'));

  await v.button('chart.pause').click();
  assert.equal(await v.button('chart.pause').getAttribute('aria-pressed'), 'true');
  await send(sender, 'vibration', 5.75);
  await until('the row goes on', async () => (await row.locator('[data-cell="value"]').innerText()).includes('5.75'));
  assert.ok((await cell(v, 0, 'value').innerText()).includes('8.25'), 'the chart stands still');
  await v.button('chart.pause').click();
  await until('and catches up', async () => (await cell(v, 0, 'value').innerText()).includes('5.75'));
});

story('a chart whose data cannot be had says so, and tries again', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.viewer);
  await v.page.route('**/plot?*', (route) => route.fulfill({ status: 404, body: '{}' }));
  v.expect(`/api/series/${plant.vibration}/plot`);
  await v.go(`/series/${plant.vibration}`);
  await v.reads('chart.failed');
  await inspect(v, 'a chart without data', { widths: [360] });
  await v.page.unroute('**/plot?*');
  await v.button('chart.again').click();
  await drawn(v);
  await until('the notice is gone', async () => !(await v.page.getByText(v.say('chart.failed')).isVisible()));
});

story('the export has what the chart shows', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.viewer);
  await v.go(`/series/${plant.vibration}?range=8h`);
  await drawn(v);
  await v.button('chart.export').click();
  await inspect(v, 'export dialog', { widths: [360] });
  const download = v.page.waitForEvent('download');
  await v.button('chart.export_do').click();
  const file = await download;
  assert.match(file.suggestedFilename(), /\.csv$/);
});

// --- definitions and corrections -------------------------------------------------------------------

story('a calculated signal: what is wrong with it, where, and what it would give', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.admin);
  await v.go(`/series/new?asset_id=${plant.assetId}`);
  assert.equal(await v.field('signals.asset_code').inputValue(), plant.pump);
  await v.field('signals.metric').fill('double');
  await v.field('signals.unit').fill('mm/s');
  await v.field('signals.kind').selectOption('calculated');
  const text = v.page.locator('textarea[name="expression"]');
  v.expect('/series/new');
  await text.fill(`'${plant.pump}.vibration' + 'no.such'`);
  await v.button('signals.show_preview').click();
  await v.page.locator('[name="expression"][aria-invalid="true"]').waitFor();
  await inspect(v, 'a wrong expression', { widths: [360] });
  await text.fill(`'${plant.pump}.vibration' + 'no`);
  await v.button('signals.show_preview').click();
  await v.page.locator('.formula-wrong mark').waitFor();
  await text.fill(`'${plant.pump}.vibration' * 2`);
  await v.button('signals.show_preview').click();
  await v.reads('signals.preview');
  await v.page.locator('.formula-spark .spark').waitFor();
  await v.button('signals.create').click();
  await v.reads('signals.created_toast');
  await v.reads('signals.reads');
  await inspect(v, 'a calculated signal');
});

story('a correction: what will change is shown, the reason is asked, and it is done', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.admin);
  const iso = (age) => new Date(start - age * MINUTE).toISOString().replace(/\.\d+Z$/, 'Z');
  const where = `from=${iso(205)}&to=${iso(195)}`;
  const path = `/series/${plant.vibration}/correct`;
  await v.go(`${path}?kind=set&value=4.4&${where}`);
  await v.reads('correct.step_preview');
  await v.sees('9.5');
  await v.sees('4.4');
  await inspect(v, 'a correction');
  await v.page.getByRole('button', { name: v.say('correct.do'), exact: true }).click();
  assert.equal(new URL(v.page.url()).pathname, path, 'not without a reason');
  await v.field('correct.reason').fill('قراءة خاطئة بعد تبديل الحساس');
  await v.page.getByRole('button', { name: v.say('correct.do'), exact: true }).click();
  await v.reads('correct.ordered');
  await v.sees('قراءة خاطئة بعد تبديل الحساس');
  await until('the job has done it', async () => {
    const at = await v.call('GET', `/api/series/${plant.vibration}/at?time=${iso(200)}`);
    return at.value === 4.4;
  }, 240_000); // the demo may still be filling its history
  await v.go(`/series/${plant.vibration}?range=8h`);
  await v.reads('correction_status.done');
  await inspect(v, 'a signal with its corrections', { widths: [360] });
  const only = await (await come({ lang: 'en' })).enter(people.viewer);
  await only.go(path, 403);
});

story('a definition that somebody else changed meanwhile', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.admin);
  const path = `/series/${plant.temperature}/edit`;
  await v.go(path);
  await v.field('signals.name').fill('Oil temperature');
  const now = await v.call('GET', `/api/series/${plant.temperature}`);
  await v.call('PATCH', `/api/series/${plant.temperature}`, { name: 'Other', version: now.version }, 200);
  v.expect(path);
  await v.button('signals.save').click();
  await v.page.getByRole('alert').first().waitFor();
  assert.equal(await v.field('signals.name').inputValue(), 'Oil temperature', 'what was typed is kept');
  await v.button('signals.save').click();
  await v.reads('signals.saved_toast');
  assert.equal((await v.call('GET', `/api/series/${plant.temperature}`)).name, 'Oil temperature');
});
