import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import type { Batch } from '../../../model/batch.ts';
import type { Signature } from '../../../model/signature.ts';

/** Whether a file of rows is one that NumPy writes. */
export const isNumpyFile = (path: string): boolean => /^\.np[yz]$/i.test(extname(path));

/**
 * The rows of a `.npy` file, or of the arrays of a `.npz` file by input or column. Throws FILE_NOT_FOUND, INPUT_INVALID with the path
 * in front.
 */
export async function numpyFileRows(path: string, signature: Signature): Promise<Batch> {
  if (!existsSync(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  const { CONTENT_CODECS } = await import('../../../content/codecs.ts');
  const { decodeTensors } = await import('../../../serving/rows/decode-tensors.ts');
  try {
    const bytes = readFileSync(path);
    const isArchive = extname(path).toLowerCase() === '.npz';
    const arrays = isArchive
      ? CONTENT_CODECS.archive(bytes)
      : new Map([['arr_0', CONTENT_CODECS.array(bytes)]]);
    return decodeTensors(arrays, signature);
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    throw new PlimsollError('INPUT_INVALID', { problem: `${path}: ${error.message.replace(/^body: /, '')}` });
  }
}
