// A work order from the planner's desk to the engineer's hands: made, taken up, checked off, noted,
// done, closed; a card that is dragged; a file; who comes second; long words on a narrow phone.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { people, story, unique } from './support.mjs';

const LONG = 'فحص محمل المضخة الرئيسية قبل بدء تشغيل خط التكرير الثاني مع تسجيل درجة الحرارة والاهتزاز'.repeat(2);

// An order of the engineer's, made by the planner; gives its record.
async function order(v, title, more = {}) {
  const [me] = (await v.list('/api/users')).filter(({ email }) => email === people.engineer);
  return v.call('POST', '/api/work-orders', {
    title, title_ar: `${title} ع`, priority: 'high', assigned_user_id: me.id,
    checks: ['واقي القارنة', LONG], ...more,
  }, 201);
}

story('the main path: take up, check off, note, done, close', async (come) => {
  const planner = await (await come({ lang: 'en' })).enter(people.admin);
  const title = unique('Align the coupling ');
  const { id, number } = await order(planner, title);

  const v = await (await come({ lang: 'ar' })).enter(people.engineer);
  await v.go('/work-orders?assignee=me');
  await v.sees(number);
  await v.go(`/work-orders/${id}`);
  await v.button('work.take_up').click();
  await v.reads('work.moved');

  const first = v.page.locator('.check').first();
  const passed = first.getByRole('button', { name: v.say('check_result.ok'), exact: true });
  const box = await passed.boundingBox();
  assert.ok(box.height >= 48, 'a target that a glove does not miss');
  await passed.click();
  await v.reads('work.checked');
  assert.equal(await passed.getAttribute('aria-pressed'), 'true');
  await v.page.locator('.check').nth(1).getByRole('button', { name: v.say('check_result.failed') }).click();
  await v.reads('work.follow_up_made');

  await v.page.locator('#new-note').fill('استُبدلت الرقائق');
  await v.page.locator('section:has(#notes) form').getByRole('button').click();
  await v.sees('استُبدلت الرقائق');
  await inspect(v, 'an order in progress', { widths: [360, 1280] });

  await v.button('work.finish').first().click();
  await v.page.locator('dialog[open] input[name="labour_h"]').fill('1.5');
  await v.page.locator('dialog[open] button[type="submit"]').click();
  await v.page.waitForLoadState();
  await v.button('work.close').first().click();
  await v.page.locator('dialog[open] input[name="downtime_h"]').fill('2');
  await v.page.locator('dialog[open] select[name="downtime_reason"]').selectOption('VIB');
  await v.page.locator('dialog[open] button[type="submit"]').click();
  await v.page.waitForLoadState();

  const closed = await planner.call('GET', `/api/work-orders/${id}`);
  assert.equal(closed.status, 'closed');
  assert.equal(closed.downtime_reason, 'VIB');
  assert.equal(closed.labour_h, 1.5);
});

story('the board: cards move by their buttons, and by dragging', async (come) => {
  const v = await (await come({ lang: 'ar' })).enter(people.admin);
  const title = unique('Drag ');
  const { id, number } = await order(v, title, { priority: 'critical' });
  await v.go('/work-orders/board');
  const columns = v.page.locator('[data-column]');
  const [left, right] = [await columns.nth(1).boundingBox(), await columns.nth(0).boundingBox()];
  assert.ok(left.x < right.x, 'columns run in the direction of reading');

  const card = v.page.locator('.board-card', { hasText: number });
  await card.dragTo(v.page.locator('[data-column="in_progress"]'), { targetPosition: { x: 40, y: 20 } });
  await v.page.locator('[data-column="in_progress"] .board-card', { hasText: number }).waitFor();
  assert.equal((await v.call('GET', `/api/work-orders/${id}`)).status, 'in_progress');
  await v.page.locator('[data-column="in_progress"] .board-card', { hasText: number })
    .getByRole('button', { name: v.say('work.give_back') }).click();
  await v.page.locator('[data-column="open"] .board-card', { hasText: number }).waitFor();
  await inspect(v, 'the board', { widths: [360, 1440] });
});

story('who comes second is told on the page, and a file is attached', async (come) => {
  const v = await (await come({ lang: 'en' })).enter(people.admin);
  const { id, version } = await order(v, unique('Race '));
  await v.go(`/work-orders/${id}`);
  await v.call('POST', `/api/work-orders/${id}/status`, { status: 'in_progress', version }, 200);
  v.expect(`/work-orders/${id}/status`);
  await v.button('work.take_up').click();
  await v.page.getByRole('alert').waitFor();
  await v.go(`/work-orders/${id}`);
  await v.page.locator('input[type="file"]').setInputFiles({
    name: 'قراءة.txt', mimeType: 'text/plain', buffer: Buffer.from('7.1 mm/s'),
  });
  await v.page.getByRole('link', { name: 'قراءة.txt' }).waitFor();
});
