import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '../core/error-text.ts';
import { type ErrorCode, PlimsollError } from '../core/errors.ts';

/**
 * What a document of a deployment says, of a file or of the folder that holds it as `name`, and where it is. Throws
 * FILE_NOT_FOUND, and `invalid` where it is no YAML.
 */
export function readDocumentFile(
  path: string,
  name: string,
  invalid: ErrorCode,
): { readonly file: string; readonly written: unknown } {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, name) : path;
  if (!existsSync(file)) throw new PlimsollError('FILE_NOT_FOUND', { path: file });
  try {
    return { file, written: parse(readFileSync(file, 'utf8')) };
  } catch (error) {
    const problems = `it is no YAML: ${messageOf(error).split('\n')[0]}`;
    throw new PlimsollError(invalid, { path: file, problems }, { cause: error });
  }
}
