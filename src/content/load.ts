import { type ContentMemory, provideContentCodecs } from '../serving/rows/content-codecs.ts';

let loading: Promise<void> | null = null;

/** Loads what reads files of NumPy, pictures and sounds within so much memory, once. */
export function loadContent(memory: ContentMemory): Promise<void> {
  loading ??= import('./codecs.ts').then(({ contentCodecsWithin }) =>
    provideContentCodecs(contentCodecsWithin(memory)),
  );
  return loading;
}
