/** Files of an input on this machine: opened as what they must be, and known again in the state they were in. */
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { PlimsollError } from '../../../core/errors.ts';
import type { FrozenFile } from './format.ts';

export interface FileState {
  readonly size: number;
  /** Whole milliseconds. */
  readonly mtimeMs: number;
  /** Names the file in this state: another text once it was written to or replaced. */
  readonly id: string;
}

/** What a file is now. Errors: FILE_NOT_FOUND, FILE_UNREADABLE (no regular file, no permission). */
export async function stateOf(path: string): Promise<FileState> {
  const stats = await stat(path, { bigint: true }).catch((cause) => {
    throw systemError(path, cause);
  });
  if (!stats.isFile()) throw new PlimsollError('FILE_UNREADABLE', { path, reason: 'it is no file' });
  return stateFrom(path, stats);
}

/** The state that the system tells of an open file. */
export const stateFrom = (path: string, { size, mtimeNs, ctimeNs, ino, dev }: BigIntStats): FileState => ({
  size: Number(size),
  mtimeMs: Number(mtimeNs / 1_000_000n),
  id: [path, size, mtimeNs, ctimeNs, dev, ino].join('\n'),
});

/** Opens a regular file for reading. Errors: FILE_NOT_FOUND, FILE_UNREADABLE. */
export async function openInput(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK a named pipe would hold a thread until somebody writes to it.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause) => {
    throw systemError(path, cause);
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new PlimsollError('FILE_UNREADABLE', { path, reason: 'it is no file' });
}

function systemError(path: string, cause: NodeJS.ErrnoException): PlimsollError {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    return new PlimsollError('FILE_NOT_FOUND', { path }, { cause });
  }
  return new PlimsollError(
    'FILE_UNREADABLE',
    { path, reason: `the system answers ${cause.code}` },
    { cause },
  );
}

/** Bytes `[from, to)` of a file. Throws INPUT_CHANGED where it has not as many. */
export async function readRange(path: string, from: number, to: number): Promise<Buffer> {
  const handle = await openInput(path);
  try {
    const bytes = Buffer.allocUnsafe(to - from);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at);
      if (bytesRead === 0) throw changed(path, `an end at byte ${from + at}`, `${to} bytes at least`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** The file is no longer what it was. */
export const changed = (path: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('INPUT_CHANGED', { path, found, wanted });

/** Throws INPUT_CHANGED where a file has not the size and time with which it was frozen, or is gone. */
export async function assertUnchanged(path: string, { size, mtimeMs }: FrozenFile): Promise<void> {
  const now = await stateOf(path).catch(() => null);
  if (now === null) throw changed(path, 'no file', `one of ${size} bytes`);
  if (now.size !== size) throw changed(path, `${now.size} bytes`, `${size} bytes`);
  if (now.mtimeMs !== mtimeMs) {
    throw changed(
      path,
      `a file of ${new Date(now.mtimeMs).toISOString()}`,
      `one of ${new Date(mtimeMs).toISOString()}`,
    );
  }
}
