import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';

/** What is in such a file. */
export type PreprocessorDocument = Readonly<Record<string, unknown>>;

/** What Hugging Face's libraries call it, beside a model. */
export const PREPROCESSOR_FILE = 'preprocessor_config.json';
const BYTES_MAX = 64 << 10;

/** A document that says how images or sounds become numbers. Throws FILE_NOT_FOUND, PREPROCESSOR_INVALID. */
export function readPreprocessor(path: string): PreprocessorDocument {
  if (!existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  const fail = (reason: string): never => {
    throw new PlimsollError('PREPROCESSOR_INVALID', { path, reason });
  };
  const { size } = statSync(path);
  if (size > BYTES_MAX) return fail(`it has ${size} bytes, at most ${BYTES_MAX} are read`);
  try {
    const document: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isRecord(document) ? document : fail('expected an object');
  } catch (error) {
    if (error instanceof PlimsollError) throw error;
    return fail(`expected JSON (${messageOf(error)})`);
  }
}

/** The document beside a model file; undefined where there is none. */
export function preprocessorBeside(file: string): PreprocessorDocument | undefined {
  const path = join(dirname(file), PREPROCESSOR_FILE);
  return existsSync(path) ? readPreprocessor(path) : undefined;
}
