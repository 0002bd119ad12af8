// Every page, in both languages: it can be read by everybody, on every width, in both themes, and
// is whole (inspect.mjs). The list of pages is the program's own, so a new page is covered on its
// first day; pages with an id get one of what the API lists under the same noun.
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { inspect } from './inspect.mjs';
import { pages, rights } from './pages.mjs';
import { Visitor, people, story, unique } from './support.mjs';

// Not looked at here: what installation.test.mjs looks at, for the demo has no such thing; what leads
// on to another page; files.
const elsewhere = new Set(['/setup', '/jobs/{id}', '/notifications/{id}', '/audit.csv', '/leads.csv']);

const LONG = {
  name: 'عبدالرحمن بن عبدالعزيز آل عبداللطيف – Abdulrahman bin Abdulaziz Al Abdullatif', // 79 letters
  word: 'منشأة'.repeat(12), // 60 without a blank
};

// --- something to look at ------------------------------------------------------------------------

let oncePath;

// A tenant, people and a token, with names as long as they may be.
async function furnish() {
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
  await owner.leave();
  await admin.leave();
}

before(furnish);

// --- who looks -----------------------------------------------------------------------------------

// The platform's owner where the page is the platform's; else who has most rights inside a tenant.
function lookerAt(page) {
  if (page.capability === 'public') return null;
  if (page.isPlatform || page.path.startsWith('/once/')) return 'owner';
  const roles = rights.get(page.capability);
  assert.ok(roles.has('tenant_admin'), `who may see ${page.path}?`);
  return 'admin';
}

// "/users/{id}" with an id of what there is: the first of GET /api/users.
async function addressOf(v, { path }) {
  if (!path.includes('{')) return path;
  if (path.startsWith('/once/')) return oncePath;
  const noun = path.split('/')[1];
  const [first] = await v.list(`/api/${noun}`);
  assert.ok(first, `furnish() makes something for ${path}`);
  return path.replace('{id}', first.id);
}

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
