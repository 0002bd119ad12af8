// Which pages there are, and who may see them: from the program's own tables (`optria docs`), so that
// a new page is among them on its first day.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin } from './support.mjs';

// The rows of the table behind `heading` in a page of the manual, cells without their backticks.
function table(text, heading) {
  const [, part] = text.split(heading);
  assert.ok(part !== undefined, `the manual has a part "${heading.trim()}"`);
  const rows = part.split('\n## ')[0].split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim().replaceAll('`', '')));
}

function readManual() {
  const folder = mkdtempSync(join(tmpdir(), 'optria-manual-'));
  try {
    execFileSync(bin, ['docs', folder], { stdio: 'pipe' });
    const read = (name) => readFileSync(join(folder, name), 'utf8');
    return { routes: read('routes.md'), capabilities: read('capabilities.md') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const manual = readManual();

// capability → set of roles
function readRights() {
  const head = /^\| capability \| what \|(.+)\|$/m.exec(manual.capabilities);
  const roles = head[1].split('|').map((cell) => cell.trim().replaceAll('`', ''));
  return new Map(table(manual.capabilities, '| capability |').map(([name, , ...cells]) =>
    [name, new Set(roles.filter((role, at) => cells[at] === '●'))]));
}
export const rights = readRights();

// Pages that are asked for by GET: {path, capability, isPlatform}.
export const pages = table(manual.routes, '## Pages\n')
  .filter(([method]) => method === 'GET')
  .map(([, path, capability, , , where]) => ({ path, capability, isPlatform: where === 'platform' }));

assert.ok(pages.length > 20, 'the manual lists the pages');
