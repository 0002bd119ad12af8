// What the browser tests share: where the server is, who can sign in, a browser, and visitors who
// notice whatever goes wrong on the pages they see.
//
// ./run test e2e tells where everything is. By hand, beside a demo that runs already:
//     OPTRIA_TEST_BIN=build/src/main/optria OPTRIA_TEST_SERVER=http://127.0.0.1:8080 \
//         OPTRIA_TEST_PASSWORD=... node --test tests/e2e/signin.test.mjs
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const webFolder = new URL('../../web/', import.meta.url);
export const fromWeb = createRequire(new URL('package.json', webFolder));
const { chromium } = fromWeb('playwright-core');

function told(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; ./run test e2e sets it`);
  return value;
}
export const bin = told('OPTRIA_TEST_BIN');
export const demoServer = told('OPTRIA_TEST_SERVER');
export const demoPassword = told('OPTRIA_TEST_PASSWORD');
export const logFile = process.env.OPTRIA_TEST_LOG; // of the server; by hand there may be none

export const people = {
  owner: 'owner@optria.local',
  admin: 'demo@aramco.com',
  otherAdmin: 'demo@power.example',
  optimizer: 'optimizer@aramco.com',
  reliability: 'reliability@aramco.com',
  engineer: 'engineer@aramco.com',
  viewer: 'viewer@aramco.com',
};

// What no other test, and no earlier run beside the same demo, has used.
export const unique = (word) => `${word}${randomBytes(4).toString('hex')}`;

const WAIT_MS = 20_000; // for anything on a page; the machine may be busy

// --- sentences ---------------------------------------------------------------------------------

function readTexts(lang) {
  const folder = fileURLToPath(new URL('lang/', webFolder));
  const files = readdirSync(folder).filter((name) => name.endsWith(`.${lang}.json`));
  return Object.assign({}, ...files.map((name) => JSON.parse(readFileSync(folder + name, 'utf8'))));
}
const texts = { ar: readTexts('ar'), en: readTexts('en') };

// The sentence of a key as the page shows it, with {name} replaced by facts.
export function say(lang, key, facts = {}) {
  const text = texts[lang][key];
  assert.ok(text !== undefined, `there is no sentence ${key} (${lang})`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}
export const textKeys = Object.keys(texts.en);

// --- the browser -------------------------------------------------------------------------------

let browser;

async function openBrowser() {
  browser ??= chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return browser;
}

export const closeBrowser = async () => (await browser)?.close();

// --- visitors ----------------------------------------------------------------------------------

// A person with a browser of their own: cookies, language, screen. `problems` collects what no page
// may do, ever: errors on the console, violations of the content security policy, faults of
// scripts, answers of 500 and more, and requests to anybody else's server.
export class Visitor {
  static async come(options = {}) {
    const { server = demoServer, lang = 'ar', theme = 'light', js = true, width = 1280, height = 900,
      remembered = true } = options;
    const v = new Visitor();
    v.server = server;
    v.lang = lang;
    v.problems = [];
    v.expected = new Set();
    v.context = await (await openBrowser()).newContext({
      baseURL: server, javaScriptEnabled: js, viewport: { width, height }, colorScheme: theme,
      locale: lang === 'ar' ? 'ar-SA' : 'en-GB', timezoneId: 'Asia/Riyadh', reducedMotion: 'reduce',
    });
    v.context.setDefaultTimeout(WAIT_MS);
    if (remembered) await v.context.addCookies([{ name: 'lang', value: lang, url: server }]);
    await v.context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    v.page = await v.context.newPage();
    v.#watch(v.page);
    return v;
  }

  #watch(page) {
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      // Chromium reports each answer of 400 and more; those a test asks for are in `expected`.
      const { url } = message.location();
      const isAnswer = message.text().startsWith('Failed to load resource: the server responded');
      if (isAnswer && this.expected.has(new URL(url).pathname)) return;
      this.problems.push(`console: ${message.text()} (${url})`);
    });
    page.on('pageerror', (error) => this.problems.push(`script: ${error}`));
    page.on('response', (answer) => {
      const { pathname } = new URL(answer.url());
      if (answer.status() >= 500 && !this.expected.has(pathname)) {
        this.problems.push(`answer: ${answer.status()} ${answer.url()}`);
      }
    });
    page.on('request', (request) => {
      if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== this.server) {
        this.problems.push(`request to another server: ${request.url()}`);
      }
    });
  }

  // The sentence in this visitor's language.
  say(key, facts) {
    return say(this.lang, key, facts);
  }

  // Opens a page, which answers with `status`.
  async go(path, status = 200) {
    if (status >= 400) this.expect(path);
    const answer = await this.page.goto(path, { waitUntil: 'load' });
    assert.equal(answer.status(), status, `status of ${path}`);
  }

  // Answers of 400 and more from this path are part of the test.
  expect(path) {
    this.expected.add(new URL(path, this.server).pathname);
  }

  path() {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  async atPath(path) {
    await this.page.waitForURL((url) => url.pathname === path);
  }

  // --- finding, as a person finds: by what stands there ------------------------------------------
  field(key, facts) {
    return this.page.getByLabel(new RegExp(`^\\s*${escaped(this.say(key, facts))}\\s*\\*?$`)).first();
  }

  button(key) {
    return this.page.getByRole('button', { name: this.say(key), exact: true }).first();
  }

  link(key) {
    return this.page.getByRole('link', { name: this.say(key), exact: true }).first();
  }

  async sees(text) {
    await this.page.getByText(text, { exact: false }).filter({ visible: true }).first().waitFor();
  }

  async reads(key, facts) {
    await this.sees(this.say(key, facts));
  }

  async title() {
    return this.page.locator('h1').innerText();
  }

  // --- signing in ---------------------------------------------------------------------------------
  // By the page, as people do.
  async signIn(email, password = demoPassword) {
    await this.go('/login');
    await this.fillSignIn(email, password);
    await this.page.waitForURL((url) => url.pathname !== '/login');
  }

  async fillSignIn(email, password) {
    await this.field('login.email').fill(email);
    await this.field('login.password').fill(password);
    await this.button('login.submit').click();
  }

  // By the API: where signing in is not what is tested.
  async enter(email, password = demoPassword) {
    const answer = await this.context.request.post('/api/auth/login', { data: { email, password } });
    assert.equal(answer.status(), 200, `${email} signs in: ${await answer.text()}`);
    this.csrf = (await answer.json()).csrf_token;
    return this;
  }

  async signOut() {
    await this.page.locator('[popovertarget="user-menu"]').click();
    await this.button('frame.sign_out').click();
    await this.atPath('/login');
  }

  // Somebody new in this administrator's tenant, with a password: {email, password}. For tests that
  // change what is a person's own.
  async hire(role, full_name = 'Reem Al-Dossary') {
    const person = { email: `${unique('new')}@aramco.com`, password: `${unique('')} quiet words` };
    const made = await this.call('POST', '/api/users', { email: person.email, full_name, role }, 201);
    const answer = await this.context.request.post('/reset', {
      form: { reset_code: made.reset_link.split('#')[1], new_password: person.password }, maxRedirects: 0,
    });
    assert.equal(answer.status(), 303, 'a password is chosen');
    return person;
  }

  // A call of the API with this visitor's session; gives what it answers.
  async call(method, path, data, status) {
    const answer = await this.context.request.fetch(path, {
      method, data, headers: this.csrf ? { 'X-CSRF-Token': this.csrf } : {},
    });
    const wanted = status ?? (answer.ok() ? answer.status() : 200);
    assert.equal(answer.status(), wanted, `${method} ${path}: ${await answer.text()}`);
    return answer.status() === 204 ? null : answer.json();
  }

  async list(path) {
    return (await this.call('GET', path)).items;
  }

  // --- the end ------------------------------------------------------------------------------------
  async leave() {
    await this.context.close();
    assert.deepEqual(this.problems, [], 'what pages must not do');
  }

  // Where the visitor is, for who has to find out what went wrong.
  async whereabouts() {
    const text = await this.page.locator('body').innerText().catch(() => '');
    return `${this.page.url()}\n${text.slice(0, 1500)}`;
  }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A test told as what one or more visitors do: story('name', async (come, t) => { const v =
// await come(); ... }). All of them leave at its end, and what they noticed fails it.
let stories = 0;
export function story(name, body) {
  if (stories++ === 0) after(closeBrowser);
  test(name, async (t) => {
    const visitors = [];
    try {
      await body(async (how) => {
        visitors.push(await Visitor.come(how));
        return visitors.at(-1);
      }, t);
    } catch (error) {
      for (const v of visitors) error.stack += `\n\nat ${await v.whereabouts()}`;
      for (const v of visitors) await v.leave().catch((more) => (error.stack += `\n${more.message}`));
      throw error;
    }
    for (const v of visitors) await v.leave();
  });
}

// Asks until the answer is right; for what has no event to wait for.
export async function until(what, isSo, limitMs = WAIT_MS) {
  const end = Date.now() + limitMs;
  for (;;) {
    const got = await isSo();
    if (got) return got;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
