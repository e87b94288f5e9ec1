/**
 * Readers of what is neither JSON nor the bytes of a tensor. They are loaded where the first such body comes (`src/content`), so
 * that no start pays for them. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import type { Tensor } from '../../model/tensor.ts';

export interface ContentCodecs {
  /** A `.npy` file. Errors: READ_*. */
  array(bytes: Uint8Array): Tensor;
  /** The arrays of a `.npz` file by name. Errors: READ_*. */
  archive(bytes: Uint8Array): ReadonlyMap<string, Tensor>;
}

let loaded: ContentCodecs | null = null;

export const provideContentCodecs = (codecs: ContentCodecs): void => {
  loaded = codecs;
};

/** Throws INTERNAL where nobody has loaded them. */
export function contentCodecs(): ContentCodecs {
  if (loaded !== null) return loaded;
  throw new PlimsollError('INTERNAL', { action: 'reading content', reason: 'its codecs are not loaded' });
}
