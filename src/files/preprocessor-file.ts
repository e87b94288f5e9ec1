import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { withFile } from './file-source.ts';

/** What is in such a file. */
export type PreprocessorDocument = Readonly<Record<string, unknown>>;

/** What Hugging Face's libraries call it, beside a model. */
export const PREPROCESSOR_FILE = 'preprocessor_config.json';
const BYTES_MAX = 64 << 10;
/** Levels of lists and objects; documents of the libraries have three. */
const DEPTH_MAX = 16;

/** A document that says how images or sounds become numbers. Throws FILE_NOT_FOUND, FILE_UNREADABLE, PREPROCESSOR_INVALID. */
export function readPreprocessor(path: string): PreprocessorDocument {
  const fail = (reason: string): never => {
    throw new PlimsollError('PREPROCESSOR_INVALID', { path, reason });
  };
  const text = withFile(path, (file, size) =>
    size > BYTES_MAX
      ? fail(`it has ${size} bytes, at most ${BYTES_MAX} are read`)
      : readFileSync(file, 'utf8'),
  );
  const document = parsed(text, fail);
  if (!isRecord(document)) return fail('expected an object');
  return isDeeper(document, DEPTH_MAX) ? fail(`it is more than ${DEPTH_MAX} levels deep`) : document;
}

function parsed(text: string, fail: (reason: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`expected JSON (${messageOf(error)})`);
  }
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1)));

/** The document beside a model file; undefined where there is none. */
export function preprocessorBeside(file: string): PreprocessorDocument | undefined {
  const path = join(dirname(file), PREPROCESSOR_FILE);
  return existsSync(path) ? readPreprocessor(path) : undefined;
}
