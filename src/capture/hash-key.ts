/** The key by which columns are hashed, in a file that is made once in a data folder, and the hashes. */
import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCodeOf } from '../core/error-text.ts';
import { redactionKeyPath } from './paths.ts';

const KEY_BYTES = 32;
/** Hex digits that a value becomes. */
const DIGITS = 16;

/** The key of a data folder, made by whoever needs it first. Throws what the file system does, and where it is no key. */
export function hashKeyOf(dataDir: string): Uint8Array {
  const path = redactionKeyPath(dataDir);
  try {
    return keyIn(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
  mkdirSync(dirname(path), { recursive: true });
  const made = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(made, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600, flush: true });
  try {
    // Of several processes at once one makes the key, and all use that.
    linkSync(made, path);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(made, { force: true });
  }
  return keyIn(path);
}

function keyIn(path: string): Uint8Array {
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
  if (key.length !== KEY_BYTES) throw new Error(`"${path}" holds no key of ${KEY_BYTES} bytes in hex`);
  return key;
}

/**
 * 16 hex digits of HMAC-SHA256 over the text of a value: without a key the values of a small set could be tried out one by
 * one. In the log, what serving has hashed is hashed again: a value that only looks like a hash would be kept as it is
 * otherwise.
 */
export const hasherOf =
  (key: Uint8Array) =>
  (value: string): string =>
    createHmac('sha256', key).update(value).digest('hex').slice(0, DIGITS);
