/** The key by which values are hashed in the prediction log: made once in a data folder, never told. */
import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const KEY_BYTES = 32;
/** Long enough that two values of one column never meet, short enough to be kept a row. */
const DIGITS = 32;
const HASHED = /^hmac:[0-9a-f]{32}$/;

/** The key of a data folder; of two processes that make it at the same time, one is heeded by both. */
export function hashKeyOf(dataDir: string): Buffer {
  const path = join(dataDir, 'keys', 'monitoring-hash.key');
  const there = readKey(path);
  if (there !== null) return there;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(temporary, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600, flush: true });
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return readKey(path)!;
}

function readKey(path: string): Buffer | null {
  try {
    return Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** `hmac:` and 32 hex digits of HMAC-SHA256 over the text of a value; of what is such a text already, itself. */
export const hasherOf =
  (key: Uint8Array) =>
  (value: string): string =>
    HASHED.test(value)
      ? value
      : `hmac:${createHmac('sha256', key).update(value).digest('hex').slice(0, DIGITS)}`;
