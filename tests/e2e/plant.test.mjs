// The plant's data as people mend it: a class is found with its metrics and limits, a limit is
// changed, and a file is tried before anything of it is stored.
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { inspect } from './inspect.mjs';
import { Visitor, people, story, unique } from './support.mjs';

const word = unique('z');
const plant = { class: `fan_${word}`, en: `Fan ${word}`, ar: `مروحة ${word}` };

async function furnish() {
  const v = await (await Visitor.come({ lang: 'en' })).enter(people.admin);
  const made = await v.call('POST', '/api/asset-classes', { code: plant.class, name: plant.en, name_ar: plant.ar }, 201);
  await v.call('POST', '/api/class-metrics', {
    class_id: made.id, metric: 'temperature', name: 'Bearing temperature', name_ar: 'حرارة المحمل', unit: 'degC',
    high: 80, high_high: 95,
  }, 201);
  plant.id = made.id;
  await v.leave();
}

before(furnish);

const section = (v, key) => v.page.locator('section').filter({ has: v.page.getByRole('heading', { name: v.say(key) }) });
const row = (v, text) => v.page.locator('tr').filter({ hasText: text });

for (const lang of ['ar', 'en']) {
  story(`a class is found, and a limit of its metric is changed (${lang})`, async (come) => {
    const v = await (await come({ lang })).enter(people.admin);
    await v.go('/app');
    await v.link('nav.plant').click();
    await v.link('plant.kinds.asset_class').click();
    await v.field('plant.search').fill(plant[lang]);
    await v.page.keyboard.press('Enter');
    await v.page.waitForURL(/q=/);
    await v.page.getByRole('link', { name: plant.class }).click();
    await v.page.waitForURL(new RegExp(plant.id));
    assert.equal(await v.title(), plant[lang]);

    await section(v, 'plant.below.class_metric').getByRole('link', { name: 'temperature' }).click();
    const high = v.page.locator('[name="high"]');
    await v.page.waitForURL(/class-metrics/);
    assert.match(await v.page.locator('label[for="form-high"]').innerText(), /°C/);
    v.expect(v.path());
    await high.fill('99');
    await v.button('plant.save').click();
    await v.reads('error.plant.limits_disorder', { lower: '99', upper: '95' });
    await inspect(v, 'a refused limit');
    const limit = lang === 'ar' ? '82.5' : '85';
    await high.fill(limit);
    await v.button('plant.save').click();
    await v.page.waitForURL(new RegExp(`asset-classes/${plant.id}`));
    await v.reads('plant.saved');
    assert.match(await row(v, 'temperature').innerText(), new RegExp(limit.replace('.', '\\.')));
    await inspect(v, 'a class');
  });

  story(`a file is tried, its bad rows are told by line, and the good ones are stored (${lang})`, async (come) => {
    const v = await (await come({ lang })).enter(people.admin);
    const metric = `flow_${lang}`;
    const csv = `class,metric,name,unit,low,high\n${plant.class},${metric},Flow,m3/h,1,9\n`
      + `${plant.class},speed_${lang},Speed,1/min,9,1\nno_such_class,flow,Flow,m3/h,,\n`;
    await v.go('/plant/import');
    await v.field('plant.kind').selectOption('class-metrics');
    await v.page.waitForURL(/kind=class-metrics/);
    await v.sees('high_high'); // its columns
    await v.field('plant.file_text').fill(csv);
    v.expect('/plant/import');
    await v.button('plant.check_file').click();
    await v.reads('plant.import_refused');
    assert.match(await row(v, `speed_${lang}`).innerText(), /^3\b/);
    assert.match(await row(v, 'no_such_class').innerText(), /^4\b/);
    await inspect(v, 'bad rows of a file');

    const file = { name: 'metrics.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
    await v.page.locator('#import-file').setInputFiles(file);
    await v.field('plant.skip_bad').check();
    await v.button('plant.store_file').click();
    await v.reads('plant.import_stored');
    await v.go(`/plant/asset-classes/${plant.id}`);
    await v.sees(metric);
    assert.equal(await row(v, `speed_${lang}`).count(), 0);
  });
}
