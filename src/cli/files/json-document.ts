import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../files/text-file.ts';

/** What a file of JSON holds. Throws FILE_NOT_FOUND, FILE_UNREADABLE, DOCUMENT_INVALID. */
export function readJsonDocument(path: string): unknown {
  const text = readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PlimsollError('DOCUMENT_INVALID', { path, problem: messageOf(error) });
  }
}
