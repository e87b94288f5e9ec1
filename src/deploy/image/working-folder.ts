import { existsSync, realpathSync, rmSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { makeFolder } from '../../disk/durable.ts';

/** Folders in which something is made before it is put where it was asked for. */

/** How their names begin; one that is there without a process is what a killed one has left. */
export const WORK = '.plimsoll-work-';
/** What was left is cleared away when it is so old. */
const LEFT_MILLIS = 86_400_000;

/** Where a path leads to: what a link names is written, not the link. */
export function realPath(output: string): string {
  const path = resolve(output);
  return existsSync(path) ? realpathSync(path) : path;
}

/**
 * Gives `make` an empty folder on the file system of `path`, which goes away whatever happens; `check` looks first at what is
 * there. Throws FILE_UNWRITABLE for what the system says of a place that cannot be written.
 */
export async function withWork<T>(
  path: string,
  check: (path: string) => void,
  make: (work: string) => Promise<T>,
): Promise<T> {
  let work = path;
  try {
    check(path);
    work = await workFolder(path);
    const release = clearedAtEnd(() => rmSync(work, { recursive: true, force: true }));
    try {
      return await make(work);
    } finally {
      release();
      await rm(work, { recursive: true, force: true });
    }
  } catch (error) {
    throw unwritable(path, work, error);
  }
}

/** In a folder that is there, since it may be a mount or the one we are in, neither of which can be renamed; else beside. */
async function workFolder(path: string): Promise<string> {
  const within = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path);
  await makeFolder(within);
  await clearLeft(within);
  return mkdtemp(join(within, WORK));
}

async function clearLeft(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(WORK)) continue;
    const left = await stat(join(folder, name)).catch(() => null);
    if (left === null || Date.now() - left.mtimeMs < LEFT_MILLIS) continue;
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined); // somebody else's
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Has `clear` done when the process is told to end, which then ends. Answers what takes that back. */
export function clearedAtEnd(clear: () => void): () => void {
  const end = (signal: NodeJS.Signals): void => {
    release();
    clear();
    process.kill(process.pid, signal); // now as if nobody had listened
  };
  const release = (): void => SIGNALS.forEach((signal) => void process.off(signal, end));
  for (const signal of SIGNALS) process.on(signal, end);
  return release;
}

/** What the system says of a place that cannot be written. */
const HINDRANCES = new Set([
  ...['ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EIO'],
  ...['ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY', 'ENAMETOOLONG', 'ELOOP'],
]);

/** Coded; of another place than the output (the cache, a folder for what goes away) with that place. */
function unwritable(path: string, work: string, error: unknown): unknown {
  const { code, syscall, message, path: place, dest } = error as NodeJS.ErrnoException & { dest?: string };
  // A folder that is there and takes no names, such as /proc.
  const isHindered = HINDRANCES.has(code ?? '') || (code === 'ENOENT' && syscall === 'mkdtemp');
  if (error instanceof PlimsollError || !isHindered) return error;
  const at = dest ?? place ?? path;
  const isWithin = at === work || at.startsWith(work + sep) || basename(at).startsWith(WORK);
  return new PlimsollError(
    'FILE_UNWRITABLE',
    { path: isWithin ? path : at, reason: message },
    { cause: error },
  );
}
