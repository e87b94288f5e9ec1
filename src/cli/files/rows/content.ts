import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import type { Batch } from '../../../model/batch.ts';
import type { Signature } from '../../../model/signature.ts';
import { type ContentForm, UNBOUNDED_CONTENT } from '../../../serving/rows/content-codecs.ts';

/** Forms of files by the ends of their names. */
const FORMS: Readonly<Record<string, ContentForm>> = {
  '.npy': 'npy',
  '.npz': 'npz',
  '.png': 'image',
  '.jpg': 'image',
  '.jpeg': 'image',
  '.wav': 'audio',
};

/** Whether a file of rows is one that NumPy writes, or a picture or sound, which is one row. */
export const isContentFile = (path: string): boolean => Object.hasOwn(FORMS, extname(path).toLowerCase());

/**
 * The rows of a `.npy` file, of the arrays of a `.npz` file by input or column, or the row of a picture or sound. Throws
 * FILE_NOT_FOUND, INPUT_INVALID with the path in front.
 */
export async function contentFileRows(path: string, signature: Signature): Promise<Batch> {
  if (!existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  const { contentCodecsWithin } = await import('../../../content/codecs.ts');
  const form = FORMS[extname(path).toLowerCase()] ?? 'image';
  try {
    return contentCodecsWithin(UNBOUNDED_CONTENT).rows(form, readFileSync(path), signature);
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    throw new PlimsollError('INPUT_INVALID', { problem: `${path}: ${error.message.replace(/^body: /, '')}` });
  }
}
