// Every page, in both languages: it can be read by everybody, on every width, in both themes, and
// is whole (inspect.mjs). The list of pages is the program's own, so a new page is covered on its
// first day; pages with an id get one of what the API lists under the same noun (furnish.mjs).
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { addressOf, elsewhere, furnish, lookerAt } from './furnish.mjs';
import { inspect } from './inspect.mjs';
import { pages } from './pages.mjs';
import { people, story } from './support.mjs';

before(furnish);

for (const lang of ['ar', 'en']) {
  story(`every page, ${lang}`, async (come, t) => {
    const visitors = { nobody: await come({ lang }) };
    for (const who of ['owner', 'admin']) visitors[who] = await (await come({ lang })).enter(people[who]);
    for (const page of pages) {
      if (elsewhere.has(page.path)) continue;
      await t.test(`${page.path} (${lang})`, async () => {
        const v = visitors[lookerAt(page) ?? 'nobody'];
        const address = await addressOf(v, page);
        await v.go(address);
        if (address !== '/app' && (await v.page.locator('.sidebar').count())) {
          assert.equal(await v.page.locator('.crumbs [href="/app"]').count(), 1, 'a trail from the dashboard');
        }
        await inspect(v, page.path);
      });
    }
  });
}
