import { provideContentCodecs } from '../serving/rows/content-codecs.ts';

let loading: Promise<void> | null = null;

/** Loads what reads files of NumPy, pictures and sounds, once. */
export function loadContent(): Promise<void> {
  loading ??= import('./codecs.ts').then(({ CONTENT_CODECS }) => provideContentCodecs(CONTENT_CODECS));
  return loading;
}
