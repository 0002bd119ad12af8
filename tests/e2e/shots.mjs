// Makes the pictures of the README: docs/images/{landing,app,incident,order,plan}-{ar,en}.png, 1280 px
// wide, light. Not a test. It starts a demo of its own and waits for its story, some minutes:
//
//     ./run build && node tests/e2e/shots.mjs
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { deflateSync, inflateSync } from 'node:zlib';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'docs/images');
const SIZE = { width: 1280, height: 800 };
const BYTES_MAX = 300_000;

// --- smaller pictures ---------------------------------------------------------------------------

// Screens have few colours, so 256 of them in a palette lose nothing that is seen and take a third of
// the room. What Chromium writes is RGB or RGBA with 8 bits, not interlaced.
const CRC = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc = (bytes) => (bytes.reduce((c, byte) => CRC[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ -1) >>> 0;

function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

function readPng(png) {
  const parts = [];
  let [width, height, channels] = [0, 0, 0];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (type === 'IHDR') {
      [width, height, channels] = [data.readUInt32BE(0), data.readUInt32BE(4), data[9] === 6 ? 4 : 3];
    }
    if (type === 'IDAT') parts.push(data);
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : pixels[y * stride + x - channels];
      const up = y === 0 ? 0 : pixels[(y - 1) * stride + x];
      const corner = x < channels || y === 0 ? 0 : pixels[(y - 1) * stride + x - channels];
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[y * stride + x] = raw[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return { width, height, channels, pixels };
}

// The commonest colours, and for each other one the nearest of them.
function palette({ channels, pixels }) {
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += channels) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const colours = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a)).slice(0, 256);
  const distance = (a, b) => [16, 8, 0].reduce((sum, k) => sum + ((a >> k & 255) - (b >> k & 255)) ** 2, 0);
  const index = new Map();
  for (const colour of counts.keys()) {
    let best = 0;
    for (let i = 1; i < colours.length; i++) {
      if (distance(colour, colours[i]) < distance(colour, colours[best])) best = i;
    }
    index.set(colour, best);
  }
  return { colours, index };
}

function withPalette(png) {
  const image = readPng(png);
  const { width, height, channels, pixels } = image;
  const { colours, index } = palette(image);
  const rows = Buffer.alloc((width + 1) * height); // each begins with "no filter"
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + 1 + x] = index.get(pixels.readUIntBE((y * width + x) * channels, 3));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.alloc(colours.length * 3);
  colours.forEach((colour, i) => table.writeUIntBE(colour, i * 3, 3));
  return Buffer.concat([png.subarray(0, 8), chunk('IHDR', head), chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

// --- the demo -----------------------------------------------------------------------------------

async function startDemo() {
  const home = mkdtempSync(join(tmpdir(), 'optria-shots-'));
  const password = 'picture of a calm screen';
  process.env.OPTRIA_TEST_BIN ??= join(root, 'build/src/main/optria');
  const demo = spawn(process.env.OPTRIA_TEST_BIN, ['demo'], {
    env: {
      ...process.env,
      OPTRIA_HOME: join(home, 'data'), OPTRIA_HTTP_PORT: '0', OPTRIA_DEMO_PASSWORD: password,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: demo.stdout })) {
    const ready = /^ready (http:\S+)$/.exec(line);
    if (!ready) continue;
    process.env.OPTRIA_TEST_SERVER = ready[1];
    process.env.OPTRIA_TEST_PASSWORD = password;
    return async () => {
      const ended = once(demo, 'exit');
      demo.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true });
    };
  }
  throw new Error('the demo did not start');
}

// --- the pictures --------------------------------------------------------------------------------

async function save(v, name) {
  await v.page.evaluate(() => document.fonts.ready);
  await v.page.evaluate(() => document.querySelectorAll('.toast').forEach((toast) => toast.remove()));
  const file = join(folder, `${name}.png`);
  writeFileSync(file, withPalette(await v.page.screenshot()));
  const { size } = statSync(file);
  if (size > BYTES_MAX) throw new Error(`${file} has ${size} bytes`);
  console.log(`${size}  docs/images/${name}.png`);
}

const stopDemo = await startDemo();
const { Visitor, closeBrowser, people } = await import('./support.mjs');

// The demo's story: the order that its first incident made, as soon as it names a cause and a person.
async function waitForStory(v) {
  for (let tries = 0; tries < 300; tries++) {
    const [order] = (await v.list('/api/work-orders?limit=20'))
      .filter((one) => one.source === 'BLACKBOX_AUTO' && one.assigned_user_id);
    const [run] = await v.list('/api/optimization/runs?status=done&limit=1');
    if (order && run) return order;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  throw new Error('the demo has no incident with an order');
}

try {
  mkdirSync(folder, { recursive: true });
  // Somebody has worked here before, and has seen the tour.
  for (const who of ['engineer', 'viewer']) await (await (await Visitor.come(SIZE)).enter(people[who])).leave();
  const first = await (await Visitor.come({ lang: 'en', ...SIZE })).enter(people.admin);
  await first.go('/app?tour=on');
  await first.button('tour.end').click();
  await first.page.waitForURL((url) => url.search === '');
  const order = await waitForStory(first);
  await first.leave();
  for (const lang of ['ar', 'en']) {
    const guest = await Visitor.come({ lang, ...SIZE });
    await guest.go('/');
    await save(guest, `landing-${lang}`);
    await guest.leave();
    const admin = await (await Visitor.come({ lang, ...SIZE })).enter(people.admin);
    for (const [name, path] of [['app', '/app'], ['incident', `/blackbox/incidents/${order.incident_id}#causes`],
      ['order', `/work-orders/${order.id}`], ['plan', '/optimization']]) {
      await admin.go(path);
      await save(admin, `${name}-${lang}`);
    }
    await admin.leave();
  }
} finally {
  await closeBrowser();
  await stopDemo();
}
