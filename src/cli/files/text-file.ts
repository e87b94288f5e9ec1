import { isUtf8 } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { systemCodeOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { withFile } from '../../files/file-source.ts';

/**
 * The text of a file that a person gave, without a byte order mark. Errors: FILE_NOT_FOUND, FILE_UNREADABLE,
 * INPUT_INVALID where it is no UTF-8: letters of another encoding would become other letters, and so other categories.
 */
export function readTextFile(path: string): string {
  const bytes = withFile(path, (file) => readFileSync(file));
  if (!isUtf8(bytes)) {
    const problem = `${path}: expected text in UTF-8, got another encoding: save it as UTF-8`;
    throw new PlimsollError('INPUT_INVALID', { problem });
  }
  return bytes.toString().replace(/^\uFEFF/, '');
}

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
