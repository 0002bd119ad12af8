// What holds of every page, whatever it is about: it can be read by everybody (axe-core), in both
// themes and on every width; its head says what it is; no key, placeholder or foreign sentence
// shows through.
import assert from 'node:assert/strict';
import { fromWeb, textKeys } from './support.mjs';

const { source: axeSource } = fromWeb('axe-core');

export const WIDTHS = [360, 768, 1440];
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const COLOURS = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

// --- axe ------------------------------------------------------------------------------------------

// The pages' policy allows no script but their own; the debugger's protocol stands outside of it, so
// the page is judged as it is delivered.
async function axe(v, options) {
  v.debug ??= await v.context.newCDPSession(v.page);
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await v.debug.send('Runtime.evaluate', {
      expression, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'axe failed');
    return result.value;
  };
  if (!(await evaluate('"axe" in window'))) await evaluate(`${axeSource};undefined`);
  const settings = JSON.stringify({ ...options, resultTypes: ['violations'] });
  return evaluate(`axe.run(document, ${settings}).then((r) => r.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => one.id + ': ' + one.help + '\\n' + one.nodes.slice(0, 5)
      .map((node) => '  ' + node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join('\\n')))`);
}

// --- width ----------------------------------------------------------------------------------------

// What reaches beyond the page's edges and lies in nothing that scrolls or cuts off by itself. A new
// width is in all lengths only with the second frame.
async function overflowing() {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  await frame();
  const edge = document.documentElement.clientWidth;
  const isHeld = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== 'visible') return true;
    }
    return false;
  };
  const found = [...document.body.querySelectorAll('*')].filter((element) => {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) return false;
    return (box.right > edge + 1 || box.left < -1) && !isHeld(element)
      && getComputedStyle(element).position !== 'fixed'
      && !element.closest('svg svg, .visually-hidden, .skip, .trap, :not(svg) > svg *');
  });
  const scrolls = document.documentElement.scrollWidth - edge;
  return [
    ...(scrolls > 0 ? [`the page scrolls sideways by ${scrolls} px`] : []),
    ...found.slice(0, 5).map((element) =>
      `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} `
      + `${JSON.stringify(element.textContent.trim().slice(0, 40))} reaches beyond the edge`),
  ];
}

// --- words ----------------------------------------------------------------------------------------

// Everything a person reads or hears, but for code: {text, isQuoted}. Quoted is what people and
// plants named themselves, and what is in another language on purpose.
function wordsOfPage() {
  const code = 'code, pre, script, style, template, datalist';
  const quoted = '[dir="auto"], bdi, textarea, .ltr, option, [lang]:not(html)';
  const found = [];
  const add = (text, element) => {
    if (text !== '') found.push({ text, isQuoted: element.closest(quoted) !== null });
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest(code)) add(node.textContent.trim(), node.parentElement);
  }
  for (const name of ['aria-label', 'title', 'alt', 'placeholder']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      if (!element.closest(code)) add(element.getAttribute(name).trim(), element);
    }
  }
  return found;
}

const keys = new Set(textKeys);
const areas = new Set(textKeys.map((key) => key.split('.')[0]));
const ARABIC = /[\u0621-\u064a]/;

// Without what stands in a direction of its own (U+2068 to U+2069, also one within another): names.
function unnamed(text) {
  const outer = text.replace(/\u2068[^\u2068\u2069]*\u2069/g, '');
  return outer === text ? text : unnamed(outer);
}

function wrongWords(lang, words) {
  const wrong = [];
  for (const { text, isQuoted } of words) {
    if (/(?<!\/)\{\w*\}|\{\{/.test(text)) wrong.push(`placeholder: ${text}`);
    if (isQuoted) continue;
    for (const word of text.match(/[a-z_]+(?:\.[a-z0-9_]+)+/g) ?? []) {
      if (keys.has(word) || (areas.has(word.split('.')[0]) && text === word)) wrong.push(`key: ${text}`);
    }
    if (lang === 'en' && ARABIC.test(unnamed(text))) wrong.push(`Arabic on an English page: ${text}`);
    if (lang === 'ar' && !ARABIC.test(text) && /[A-Za-z]+ [A-Za-z]+ [a-z]+/.test(text)) {
      wrong.push(`English on an Arabic page: ${text}`);
    }
  }
  return wrong;
}

// --- all of it -------------------------------------------------------------------------------------

function headOfPage() {
  const { lang, dir } = document.documentElement;
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  return {
    lang, dir, title: document.title,
    h1: [...document.querySelectorAll('h1')].map((element) => element.textContent.trim()),
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    sameButtons: [...document.querySelectorAll('dialog')].filter((dialog) => {
      const names = [...dialog.querySelectorAll('button')].map((button) => button.textContent.trim());
      return new Set(names).size < names.length;
    }).map((dialog) => dialog.id),
  };
}

async function setTheme(v, theme) {
  await v.page.emulateMedia({ colorScheme: theme });
}

// The page this visitor is looking at. `widths: []` where only the words have changed.
export async function inspect(v, name, { widths = WIDTHS } = {}) {
  const found = [];
  const add = (where, list) => found.push(...list.map((one) => `${where}: ${one}`));

  const head = await v.page.evaluate(headOfPage);
  if (head.lang !== v.lang) found.push(`lang is ${head.lang}`);
  if (head.dir !== (v.lang === 'ar' ? 'rtl' : 'ltr')) found.push(`dir is ${head.dir}`);
  if (head.h1.length !== 1 || head.h1[0] === '') found.push(`h1: ${JSON.stringify(head.h1)}`);
  if (!/^.+ · OPTRIA IQ$/.test(head.title)) found.push(`title: ${head.title}`);
  add('id used twice', head.twice);
  add('buttons of one name in one dialog', head.sameButtons);
  add('words', wrongWords(v.lang, await v.page.evaluate(wordsOfPage)));

  const size = v.page.viewportSize();
  for (const width of widths) {
    await v.page.setViewportSize({ width, height: size.height });
    add(`${width} px`, await v.page.evaluate(overflowing));
    if (width === WIDTHS[0]) add(`axe, ${width} px`, await axe(v, RULES));
  }
  if (widths.length) await v.page.setViewportSize(size);
  add('axe', await axe(v, RULES));
  await setTheme(v, 'dark');
  add('axe, dark', await axe(v, COLOURS));
  await setTheme(v, 'light');
  assert.deepEqual(found, [], `${name} (${v.lang})`);
}
