/** The key by which values are hashed in the prediction log: made once in a data folder, never told. */
import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { redactionKeyPath } from '../../capture/files.ts';

const KEY_BYTES = 32;
/** Hex digits that a value becomes. */
const DIGITS = 16;

/** The key that serving hashes by, too; of two processes that make it at the same time, one is heeded by both. */
export function hashKeyOf(dataDir: string): Buffer {
  const path = redactionKeyPath(dataDir);
  const there = readKey(path);
  if (there !== null) return there;
  mkdirSync(dirname(path), { recursive: true });
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

/**
 * 16 hex digits of HMAC-SHA256 over the text of a value. What serving has hashed is hashed again: a value that only looks like
 * a hash would be kept as it is otherwise.
 */
export const hasherOf =
  (key: Uint8Array) =>
  (value: string): string =>
    createHmac('sha256', key).update(value).digest('hex').slice(0, DIGITS);
