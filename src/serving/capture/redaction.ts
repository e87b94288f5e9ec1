import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CapturedColumn } from '../../capture/block.ts';
import type { CaptureRule } from '../../capture/rules.ts';

/** Hex digits that a value becomes. */
const DIGITS = 16;
const KEY_BYTES = 32;

/**
 * Leaves out what must not leave the process, and hashes what must not be read: the first half of HMAC-SHA-256's first 16
 * bytes, in hex, of a text or of a number's shortest decimal form. Without a key the values of a small set could be tried
 * out one by one.
 */
export function redacted(
  columns: readonly CapturedColumn[],
  { drop, hash }: Pick<CaptureRule, 'drop' | 'hash'>,
  key: () => Uint8Array | null,
): readonly CapturedColumn[] {
  if (drop.length === 0 && hash.length === 0) return columns;
  return columns.flatMap((column) => {
    if (drop.includes(column.name)) return [];
    if (!hash.includes(column.name)) return [column];
    const secret = key();
    return secret === null ? [] : [hashed(column, secret)];
  });
}

function hashed({ name, values }: CapturedColumn, key: Uint8Array): CapturedColumn {
  const known = new Map<string, string>();
  const hashOf = (value: string): string => {
    const found = known.get(value) ?? createHmac('sha256', key).update(value).digest('hex').slice(0, DIGITS);
    known.set(value, found);
    return found;
  };
  const texts = Array.from<string | number | null, string | null>(values, (value) =>
    value === null || Number.isNaN(value) ? null : hashOf(String(value)),
  );
  return { name, values: texts };
}

/** The key in a file, made by whoever needs it first. Throws what the file system does. */
export function hashKey(path: string): Uint8Array {
  try {
    return keyIn(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(dirname(path), { recursive: true });
  const made = `${path}.${process.pid}.tmp`;
  writeFileSync(made, randomBytes(KEY_BYTES).toString('hex'), { mode: 0o600 });
  try {
    // Of several processes at once one makes the key, and all use that.
    linkSync(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
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
