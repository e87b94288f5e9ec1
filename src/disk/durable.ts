/** Files that are there completely or not at all, also after a power failure. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, systemCodeOf } from '../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { makeFolders } from './make-folders.ts';

const PIECE = 1 << 20;
const FULL = /No space left on device|Disk quota exceeded/i;
const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);
/** How DuckDB begins what it says about files. */
const DUCKDB_IO = /^IO Error: /;

/** Waits until a file, or the names in a folder, are on the disk. */
export async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Renames a file that was flushed; once it returns, the new name survives a power failure. */
export async function move(from: string, to: string): Promise<void> {
  await rename(from, to);
  await flush(dirname(to));
}

/** Writes a small file under its name at once. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await writing(temporary, text.length, () => writeFile(temporary, text, { flush: true }));
  await move(temporary, path);
}

/** sha256 of a file's bytes, in hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: PIECE })) hash.update(piece);
  return hash.digest('hex');
}

/** Whether there is a file or folder of that path. */
export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Writes `path` by `work`; what fails leaves nothing under that name. `wanted` are the bytes it takes, 0 where that is
 * not known. Throws DISK_FULL (with what is free, once the torso is gone) and FILE_UNWRITABLE.
 */
export async function writing<T>(path: string, wanted: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const torso = await stat(path).catch(() => null);
    await rm(path, { force: true });
    throw await writeError(cause, path, Math.max(wanted, torso?.size ?? 0));
  }
}

/** Makes a folder, and those it lies in, where they are not there. Throws DISK_FULL, FILE_UNWRITABLE. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(path);
  } catch (cause) {
    throw await writeError(cause, path, 0);
  }
}

/** Throws DISK_FULL where a folder has less than `wanted` bytes of space. */
export async function requireSpace(folder: string, wanted: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free < wanted) throw new PlimsollError('DISK_FULL', { path: folder, free, wanted });
}

/** What hinders writing `path`, coded: DISK_FULL with `wanted` bytes or more, FILE_UNWRITABLE, or as it is. */
export async function writeError(cause: unknown, path: string, wanted: number): Promise<unknown> {
  if (isPlimsollError(cause)) return cause;
  const [code, message] = [systemCodeOf(cause), messageOf(cause)];
  const [reason = ''] = message.split('\n');
  if (FULL_CODES.has(code) || FULL.test(message)) {
    const free = await freeBytes(dirname(path));
    return new PlimsollError('DISK_FULL', { path, free, wanted: Math.max(wanted, free + 1) }, { cause });
  }
  if (code === undefined && !DUCKDB_IO.test(message)) return cause;
  return new PlimsollError('FILE_UNWRITABLE', { path, reason }, { cause });
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
