/** What lets a program on this machine use the control API, where it is not known to be the owner's: a file for him alone. */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { replacePrivateFile } from '../../disk/replace-file.ts';

const TOKEN_BYTES = 32;
/** Permissions of everybody but the owner. */
const OTHERS = 0o077;

export const localTokenPath = (dataDir: string): string => join(resolve(dataDir), 'access', 'token');

/** The token of a data folder; null where there is none that this user may read. */
export function readLocalToken(dataDir: string): string | null {
  try {
    return readFileSync(localTokenPath(dataDir), 'utf8').trim() || null;
  } catch {
    return null;
  }
}

/** The token of a data folder, made where there is none. To be called under the lock of the folder. Throws DATA_UNWRITABLE. */
export function ensureLocalToken(dataDir: string): string {
  const path = localTokenPath(dataDir);
  try {
    const there = readLocalToken(dataDir);
    // What others could read, they may have read.
    if (there !== null && (statSync(path).mode & OTHERS) === 0) return there;
    const made = randomBytes(TOKEN_BYTES).toString('base64url');
    replacePrivateFile(path, `${made}\n`, { flush: true });
    return made;
  } catch (cause) {
    throw new PlimsollError('DATA_UNWRITABLE', { path, reason: messageOf(cause) }, { cause });
  }
}

/** Whether two are the same, in a time that tells nothing of where they differ. */
export function isSameToken(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
