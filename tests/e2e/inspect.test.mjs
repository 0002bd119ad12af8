// The watch itself: what no page may do is noticed.
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { story, until } from './support.mjs';

// Breaks a good page in one way; gives what is noticed of it.
const faults = [
  ['h1: ', () => document.querySelector('h1').remove()],
  ['title: ', () => (document.title = 'Sign in')],
  ['lang is ', () => (document.documentElement.lang = 'fr')],
  ['dir is ', () => (document.documentElement.dir = 'rtl')],
  ['id used twice: ', () => document.querySelectorAll('input').forEach((input) => (input.id = 'same'))],
  ['words: key: ', () => (document.querySelector('h1').textContent = 'login.title')],
  ['words: placeholder: ', () => document.querySelector('h1').append(' {name}')],
  ['words: Arabic on an English page: ', () => document.querySelector('h1').append(' دخول')],
  ['sideways', () => document.querySelector('h1').append('W'.repeat(200))],
  ['axe: color-contrast', () => (document.querySelector('.gate-lead').className = 'fault-faint')],
  ['axe: label', () => document.querySelector('[for="form-email"]').remove()],
  ['buttons of one name', () => {
    const dialog = document.createElement('dialog');
    dialog.innerHTML = '<button>Yes</button><button>Yes</button>';
    document.querySelector('main').append(dialog);
  }],
];

story('a page with a fault does not pass', async (come) => {
  const v = await come({ lang: 'en' });
  for (const [noticed, breakPage] of faults) {
    await v.go('/login');
    await v.page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('.fault-faint { color: #ccc; } h1 { overflow-wrap: normal; }');
      document.adoptedStyleSheets = [sheet];
    });
    await v.page.evaluate(breakPage);
    await assert.rejects(inspect(v, 'broken', { widths: [360] }), (error) => error.message.includes(noticed),
      `${noticed} is noticed`);
  }
});

story('errors, violations of the policy and faults of the server do not pass unnoticed', async (come) => {
  const v = await come({ lang: 'en' });
  await v.go('/login');
  await v.page.evaluate(() => {
    console.error('said a script');
    document.body.setAttribute('style', 'color: red');
    setTimeout(() => { throw new Error('thrown by a script'); });
    const image = new Image();
    image.src = 'https://other.example/pixel.png';
    document.body.append(image);
    fetch('/static/none.js');
  });
  for (const what of ['said a script', 'style-src', 'thrown by a script', 'img-src', '404']) {
    await until(`${what} is noticed`, () => v.problems.some((problem) => problem.includes(what)));
  }
  await assert.rejects(v.leave());
  v.problems = [];
});
