// Runs Lighthouse on every page of a demo with something on each page (tests/e2e/furnish.mjs), signed
// in as who has most rights there, in Arabic and in English, and prints what it scores. Lighthouse's own
// default is kept: a middling phone on a slow network, simulated.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as launcher from 'chrome-launcher';
import lighthouse from 'lighthouse';

const GATES = { performance: 90, accessibility: 95 };
const bin = fileURLToPath(new URL('../../../build/src/main/optria', import.meta.url));
const words = (process.env.OPTRIA_BENCH_PAGES ?? '').split(',').filter(Boolean);

// `optria demo` in a folder of its own; gives its address.
async function startDemo(home, password) {
  chmodSync(home, 0o711); // its database runs under an account of its own
  const { OPTRIA_SHARED, OPTRIA_TEST_TCP_PORT, OPTRIA_BENCH_PAGES, ...inherited } = process.env;
  const demo = spawn(bin, ['demo'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...inherited, OPTRIA_HOME: join(home, 'data'), OPTRIA_HTTP_PORT: '0', OPTRIA_LOG_LEVEL: 'warn',
      OPTRIA_DEMO_DAYS: '7', OPTRIA_DEMO_PASSWORD: password },
  });
  for await (const line of createInterface({ input: demo.stdout })) {
    const ready = /^ready (http:\S+)$/.exec(line);
    if (ready) {
      demo.stdout.resume();
      return { demo, address: ready[1] };
    }
  }
  throw new Error('the demo did not get ready: see above');
}

// On a busy machine a trace may come to nothing; then it is taken again.
async function score(chrome, address, headers, tries = 3) {
  const { lhr } = await lighthouse(address, {
    port: chrome.port, extraHeaders: headers, logLevel: 'error', output: 'json',
    onlyCategories: Object.keys(GATES),
  });
  if (!lhr.runtimeError) return lhr;
  if (tries === 1) throw new Error(`${address}: ${lhr.runtimeError.message}`);
  return score(chrome, address, headers, tries - 1);
}

// What costs a page its points, for who mends it.
function faults(lhr, category) {
  return lhr.categories[category].auditRefs
    .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 0.9)
    .map(({ id }) => `${id} ${lhr.audits[id].displayValue ?? ''}`.trim());
}

function tell(name, value, gate, rest = {}) {
  console.log(JSON.stringify({ name, value, unit: 'points', peer: null, peer_value: null, ratio: null,
    gate, ok: value >= gate, ...rest }));
}

async function scoreAll(server) {
  const { addressOf, elsewhere, furnish, lookerAt } = await import('../../e2e/furnish.mjs');
  const { pages } = await import('../../e2e/pages.mjs');
  const { Visitor, closeBrowser, people } = await import('../../e2e/support.mjs');
  const chrome = await launcher.launch({
    chromePath: '/usr/bin/chromium', chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'],
  });
  const all = { performance: [], accessibility: [] };
  try {
    await furnish();
    for (const lang of ['ar', 'en']) {
      for (const page of pages) {
        if (elsewhere.has(page.path)) continue;
        if (words.length && !words.some((word) => page.path.includes(word))) continue;
        const v = await Visitor.come({ lang });
        const who = lookerAt(page);
        if (who) await v.enter(people[who]);
        const path = await addressOf(v, page);
        const cookies = await v.context.cookies();
        const lhr = await score(chrome, server + path,
          { Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') });
        await v.context.close();
        for (const [category, gate] of Object.entries(GATES)) {
          const points = Math.round(lhr.categories[category].score * 100);
          all[category].push(points);
          if (points < gate) tell(`${category} of ${page.path} (${lang})`, points, gate, { faults: faults(lhr, category) });
        }
      }
    }
    for (const [category, gate] of Object.entries(GATES)) {
      const sorted = all[category].toSorted?.((a, b) => a - b) ?? [...all[category]].sort((a, b) => a - b);
      tell(`${category}, lowest of ${sorted.length} pages`, sorted[0], gate);
      tell(`${category}, median`, sorted[Math.floor(sorted.length / 2)], gate);
    }
  } finally {
    await closeBrowser();
    chrome.kill();
  }
}

const home = mkdtempSync(join(tmpdir(), 'optria-pages-'));
const password = randomBytes(24).toString('hex');
const { demo, address } = await startDemo(home, password);
Object.assign(process.env, { OPTRIA_TEST_BIN: bin, OPTRIA_TEST_SERVER: address, OPTRIA_TEST_PASSWORD: password });
try {
  await scoreAll(address);
} finally {
  const ended = new Promise((done) => { demo.once('exit', done); });
  demo.kill('SIGTERM');
  await ended;
  rmSync(home, { recursive: true, force: true });
}
