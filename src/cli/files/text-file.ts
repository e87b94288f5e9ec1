import { writeFileSync } from 'node:fs';
import { systemCodeOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';

/** Writes a file that a person asked for. Throws FILE_UNWRITABLE. */
export function writeOutputFile(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw fileUnwritable(path, error);
  }
}

/** FILE_UNWRITABLE out of what the system says. */
export function fileUnwritable(path: string, error: unknown): PlimsollError {
  const code = systemCodeOf(error);
  const reason = REASONS.get(code) ?? `the system answers ${code}`;
  return new PlimsollError('FILE_UNWRITABLE', { path, reason }, { cause: error });
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'its folder does not exist'],
  ['ENOTDIR', 'its folder does not exist'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'permission is denied'],
  ['EPERM', 'permission is denied'],
  ['EROFS', 'the disk is read-only'],
  ['ENOSPC', 'the disk is full'],
]);
