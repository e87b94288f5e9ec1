/**
 * Readers of what is no JSON. They are loaded where the first such body comes (`src/content`), so that no start pays for them. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import type { Signature, TensorSpec } from '../../model/signature.ts';
import type { Tensor } from '../../model/tensor.ts';

/** Elements of a tensor, files of NumPy, a picture, a sound. */
export const CONTENT_FORMS = ['bytes', 'npy', 'npz', 'image', 'audio'] as const;
export type ContentForm = (typeof CONTENT_FORMS)[number];

export interface ContentCodecs {
  /** The rows of a body. Errors: INPUT_INVALID, MEMORY_EXCEEDED. */
  rows(form: ContentForm, bytes: Uint8Array, signature: Signature): Batch;
  /**
   * A picture or a sound as one row of the input that it is for, without the batch dimension; `what` it is called in complaints.
   * `held` are bytes of such rows before it. Errors: READ_*, MEMORY_EXCEEDED, INPUT_INVALID where nothing says how it becomes
   * numbers.
   */
  row(bytes: Uint8Array, spec: TensorSpec, what: string, held: number): Tensor;
}

/** What one body may take while it is read, in bytes. */
export interface ContentMemory {
  /** Arrays that are unpacked. */
  readonly unpacked: number;
  /** A picture while it is decoded and made a row, beside the rows before it. */
  readonly arrays: number;
}
export const UNBOUNDED_CONTENT: ContentMemory = { unpacked: Infinity, arrays: Infinity };

/** Numbers that the pictures and sounds of one request may become. */
export const CONTENT_ELEMENTS_MAX = 2 ** 25;

/** Whether some input is declared to take pictures or sounds. */
export const takesContent = (signature: Signature): boolean =>
  signature.form === 'tensors' && signature.tensors.some(({ content }) => content !== undefined);

/** First bytes of PNG, JPEG and WAV. */
const MAGIC = ['\x89PNG', '\xff\xd8\xff', 'RIFF'].map((text) => Array.from(text, (one) => one.charCodeAt(0)));

/** Whether bytes are a picture or a sound, and not the elements of a tensor. */
export const isMediaFile = (bytes: Uint8Array): boolean =>
  MAGIC.some((magic) => magic.every((byte, k) => bytes[k] === byte));

let loaded: ContentCodecs | null = null;

export const provideContentCodecs = (codecs: ContentCodecs): void => {
  loaded = codecs;
};

/** Throws INTERNAL where nobody has loaded them. */
export function contentCodecs(): ContentCodecs {
  if (loaded !== null) return loaded;
  throw new PlimsollError('INTERNAL', { action: 'reading content', reason: 'its codecs are not loaded' });
}
