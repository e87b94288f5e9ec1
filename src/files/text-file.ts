import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { PlimsollError } from '../core/errors.ts';
import { withFile } from './file-source.ts';

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
