import { chmodSync, lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemCodeOf } from '../../core/error-text.ts';
import { unwritableError } from '../../core/unwritable.ts';

/** Of this process, where the folder of its user is another's. */
let own: string | null = null;

/**
 * Folder below which workers get theirs, for nobody but this user to look into. Anyone may write to the system's temporary
 * folder: where someone else has made it first, this process makes one of its own. In the data folder, a server that
 * only reads could not make one. A container may run as a user that no file knows: only the number is asked for. Throws
 * DISK_UNWRITABLE.
 */
export function scratchRoot(base: string = tmpdir(), uid: number = process.getuid!()): string {
  const path = join(base, `plimsoll-python-${uid}`);
  try {
    mkdirSync(path, { recursive: false, mode: 0o700 });
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw unwritableError(error) ?? error;
  }
  // A link to a folder of this user is no folder here.
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== uid) return ownFolder(path);
  chmodSync(path, 0o700);
  return path;
}

function ownFolder(path: string): string {
  own ??= mkdtempSync(`${path}-`);
  return own;
}
