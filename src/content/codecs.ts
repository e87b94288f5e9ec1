import { isPlimsollError } from '../core/errors.ts';
import { CODECS } from '../files/codecs.ts';
import type { Batch } from '../model/batch.ts';
import type { Signature } from '../model/signature.ts';
import {
  type ContentCodecs,
  type ContentForm,
  type ContentMemory,
  isMediaFile,
  takesContent,
} from '../serving/rows/content-codecs.ts';
import { InputErrors } from '../serving/rows/input-errors.ts';
import { decodeContentRow, decodeTensorBytes, decodeTensors } from './decode-tensors.ts';
import { readNpyTensor, readNpz } from './npy.ts';
import { contentRow } from './row.ts';

const now = (): number => performance.now();

function rowsOf(form: ContentForm, bytes: Uint8Array, signature: Signature, memory: ContentMemory): Batch {
  switch (form) {
    case 'npy':
      return decodeTensors(new Map([['arr_0', readNpyTensor(bytes, now)]]), signature);
    case 'npz':
      return decodeTensors(readNpz(bytes, CODECS, now, memory.unpacked), signature);
    case 'bytes':
      return takesContent(signature) && isMediaFile(bytes)
        ? decodeContentRow(bytes, signature, memory.arrays)
        : decodeTensorBytes(bytes, signature);
    case 'image':
    case 'audio':
      return decodeContentRow(bytes, signature, memory.arrays);
  }
}

/** What a reader of files says, as said of a body. */
function told(read: () => Batch): Batch {
  try {
    return read();
  } catch (error) {
    if (!isPlimsollError(error) || !error.code.startsWith('READ_')) throw error;
    return new InputErrors().fail(['body'], { type: 'content_invalid', msg: `body: ${error.message}` });
  }
}

/** Every reader of content, within so much memory. */
export const contentCodecsWithin = (memory: ContentMemory): ContentCodecs => ({
  rows: (form, bytes, signature) => told(() => rowsOf(form, bytes, signature, memory)),
  // Rows that are held stand once more in the whole that is made of them.
  row: (bytes, spec, what, held) => contentRow(bytes, spec, what, memory.arrays - 2 * held),
});
