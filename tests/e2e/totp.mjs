// The second factor's codes, as an authenticator application makes them (RFC 6238: SHA-1, 30 s, six
// digits).
import { createHmac } from 'node:crypto';
import { until } from './support.mjs';

const STEP_MS = 30_000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytesOf(secret) {
  const bits = [...secret.replace(/[^A-Z2-7]/g, '')]
    .map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

// The code `offset` steps from now.
export function totp(secret, offset = 0, now = Date.now()) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MS) + offset));
  const digest = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const at = digest.at(-1) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
}

// Until a step has begun that lasts long enough for a few clicks.
export const freshStep = (leastMs) =>
  until('a step has begun', () => STEP_MS - (Date.now() % STEP_MS) > leastMs, STEP_MS);
