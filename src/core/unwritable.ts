/** What keeps a disk from being written to, as an error that an operator can mend. */
import { dirname } from 'node:path';
import { messageOf, systemCodeOf } from './error-text.ts';
import { PlimsollError } from './errors.ts';
import { isRecord } from './record.ts';

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EACCES', 'permission is denied'],
  ['EPERM', 'permission is denied'],
  ['EROFS', 'its file system is read-only'],
  ['ENOSPC', 'its disk is full'],
  ['EDQUOT', 'the quota is used up'],
  ['ENOTDIR', 'a part of its path is a file'],
  ['EEXIST', 'a file stands in its place'],
]);
/** Codes that only a write ends with. */
const WRITING: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);
/** Calls that write nothing but folders, whatever their code is. */
const MAKING: ReadonlySet<unknown> = new Set(['mkdtemp', 'mkdir']);

/** What an error of the system says of a place that was to be written to, in words where there are any. */
export const unwritableReason = (error: unknown): string | undefined => REASONS.get(systemCodeOf(error));

/**
 * DISK_UNWRITABLE where an error of the system says that something could not be written: a disk that is full, a temporary folder that is
 * not there or another's. null of every other error.
 */
export function unwritableError(error: unknown): PlimsollError | null {
  if (!(error instanceof Error) || !isRecord(error)) return null;
  const { syscall, path } = error;
  if (!WRITING.has(systemCodeOf(error)) && !MAKING.has(syscall)) return null;
  const at = typeof path !== 'string' ? null : syscall === 'mkdtemp' ? dirname(path) : path;
  const place = at === null ? 'the disk' : `"${at}"`;
  const reason = unwritableReason(error) ?? messageOf(error);
  return new PlimsollError('DISK_UNWRITABLE', { place, reason }, { cause: error });
}
