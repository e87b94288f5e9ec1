/** The data folder, for its owner alone: rows of people, keys and the token that lets commands in lie in it. */
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { makeFoldersSync } from '../disk/make-folders.ts';
import { localTokenPath } from './access/local-token.ts';

/** Mode of a data folder that is made. */
const OWNER_ONLY = 0o700;
/** Permissions of all but the owner, and of those who are not even in the group. */
const NOT_OWNER = 0o077;
const OTHERS = 0o007;
const OWNER_WRITES = 0o200;
/** Folders in it whose files are secrets each. */
const SECRET = ['keys', 'access'];

/**
 * Makes the folder where there is none, and takes from one that is there what others may do with it; `say` is told of it, and
 * of what cannot be mended because the folder is another user's. Throws DATA_UNWRITABLE.
 */
export function ownDataFolder(folder: string, say: (line: string) => void = sayOnStderr): void {
  try {
    makeFoldersSync(folder, OWNER_ONLY);
    const { mode, uid } = statSync(folder);
    const own = process.getuid?.();
    if (own === undefined) return;
    // Where its owner has given up the right to write, it is to be looked at and left as it is.
    if (uid === own && (mode & OWNER_WRITES) === 0) return;
    if (uid === own) mend(folder, mode, say);
    else if ((mode & OTHERS) !== 0)
      say(
        `Other users of this machine may read ${folder} (mode ${octal(mode)}), which belongs to user ${uid}: have them run \`chmod 700 ${folder}\``,
      );
  } catch (cause) {
    throw new PlimsollError('DATA_UNWRITABLE', { path: folder, reason: messageOf(cause) }, { cause });
  }
}

function mend(folder: string, mode: number, say: (line: string) => void): void {
  const paths = [folder, ...SECRET.flatMap((name) => below(join(folder, name)))];
  // The token is made anew where others could read it, by the next server.
  const open = paths.filter((path) => path !== localTokenPath(folder) && isOpen(path));
  for (const path of open) chmodSync(path, statSync(path).mode & ~NOT_OWNER);
  if (open.length === 0) return;
  const what = open[0] === folder ? `${folder} (mode ${octal(mode)})` : open.join(', ');
  say(
    `Other users of this machine could read ${what}: only its owner can now; change keys that they may have seen`,
  );
}

/** What a folder holds, and itself; nothing where it is not there. Links are left: they may lead anywhere. */
function below(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const kept = entries.filter((entry) => entry.isFile() || entry.isDirectory());
    return [folder, ...kept.map((entry) => join(entry.parentPath, entry.name))];
  } catch {
    return [];
  }
}

/** Whether others may read it, of what this user owns. */
function isOpen(path: string): boolean {
  const { mode, uid } = statSync(path);
  return uid === process.getuid?.() && (mode & NOT_OWNER) !== 0;
}

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

const sayOnStderr = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
