import type { ModelDescription } from '../model/description.ts';
import type { ReadLimits } from './limits.ts';

/** Random access to bytes that nobody trusts yet. */
export interface ByteSource {
  readonly name: string;
  readonly size: number;
  /** Exactly `end - start` bytes; throws READ_TRUNCATED past the end. */
  slice(start: number, end: number): Uint8Array;
  /** A file beside this one, or below its folder (`variables/variables.index`); null where there is none. */
  sibling(name: string): ByteSource | null;
}

/** Decompressors are passed in: `formats` stays free of `node:`. */
export interface DecompressionCodec {
  readonly id: 'deflate' | 'zlib' | 'gzip' | 'bz2' | 'lzma' | 'xz' | 'lz4';
  /**
   * Whole stream at once; throws READ_LIMIT as soon as the output would pass `limit` bytes. Slow codecs call `tick`
   * every so often, and it throws where time is up.
   */
  decompress(data: Uint8Array, limit: number, tick: () => void): Uint8Array;
}

export interface ReadContext {
  readonly limits: ReadLimits;
  readonly codecs: readonly DecompressionCodec[];
  /** Which model is meant in a file that holds several things; null where that was not said. */
  readonly member?: string | null;
  /** Iterations that predict, the first ones; null where that was not said. */
  readonly iterations?: number | null;
  /** The library's class whose answers are wanted of a file that holds its booster alone; null where that was not said. */
  readonly modelClass?: string | null;
  /** Whether trees keep the weight of the training rows at each node, which explanations need and predictions do not. */
  readonly covers?: boolean;
  /**
   * Milliseconds of computing since some start, for the limit on time; passed in so that readers read no clock. Of one
   * thread: a machine that is busy with something else makes no file slow.
   */
  readonly now: () => number;
  /** Hears now and then how many bytes of the file were read; null while what it unpacks to is. */
  readonly onBytes?: ((bytes: number | null) => void) | undefined;
}

/** One file format: a cheap look at the first bytes, then the whole as plain data. No format knows another. */
export interface FileFormatReader {
  readonly id: string;
  match(head: Uint8Array): boolean;
  /** Bytes of the file and of all beside it that are read with it, where there are such. */
  sizeOf?(source: ByteSource): number;
  read(source: ByteSource, context: ReadContext): ModelDescription;
}
