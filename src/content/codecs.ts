import { isPlimsollError } from '../core/errors.ts';
import { CODECS } from '../files/codecs.ts';
import type { Batch } from '../model/batch.ts';
import type { Signature } from '../model/signature.ts';
import {
  type ContentCodecs,
  type ContentForm,
  isMediaFile,
  takesContent,
} from '../serving/rows/content-codecs.ts';
import { InputErrors } from '../serving/rows/input-errors.ts';
import { decodeContentRow, decodeTensorBytes, decodeTensors } from './decode-tensors.ts';
import { readNpyTensor, readNpz } from './npy.ts';
import { contentRow } from './row.ts';

const now = (): number => performance.now();

function rowsOf(form: ContentForm, bytes: Uint8Array, signature: Signature): Batch {
  switch (form) {
    case 'npy':
      return decodeTensors(new Map([['arr_0', readNpyTensor(bytes, now)]]), signature);
    case 'npz':
      return decodeTensors(readNpz(bytes, CODECS, now), signature);
    case 'bytes':
      return takesContent(signature) && isMediaFile(bytes)
        ? decodeContentRow(bytes, signature)
        : decodeTensorBytes(bytes, signature);
    case 'image':
    case 'audio':
      return decodeContentRow(bytes, signature);
  }
}

/** What a reader of files says, as said of a body. */
function told(form: ContentForm, bytes: Uint8Array, signature: Signature): Batch {
  try {
    return rowsOf(form, bytes, signature);
  } catch (error) {
    if (!isPlimsollError(error) || error.code === 'INTERNAL' || error.code === 'INPUT_INVALID') throw error;
    return new InputErrors().fail(['body'], { type: 'content_invalid', msg: `body: ${error.message}` });
  }
}

/** Every reader of content. */
export const CONTENT_CODECS: ContentCodecs = { rows: told, row: contentRow };
