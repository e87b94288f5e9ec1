import { CODECS } from '../files/codecs.ts';
import type { ContentCodecs } from '../serving/rows/content-codecs.ts';
import { readNpyTensor, readNpz } from './npy.ts';

const now = (): number => performance.now();

/** Every reader of content. */
export const CONTENT_CODECS: ContentCodecs = {
  array: (bytes) => readNpyTensor(bytes, now),
  archive: (bytes) => readNpz(bytes, CODECS, now),
};
