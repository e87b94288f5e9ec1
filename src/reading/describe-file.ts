import type { ByteSource, DecompressionCodec, ReadContext } from '../formats/format.ts';
import { limitsForModel } from '../formats/limits.ts';
import type { ModelDescription } from '../model/description.ts';
import { detectFormat } from './formats.ts';
import { checkModelSize, type MemoryLimits } from './model-size.ts';

/** Where a file is read: what a process of Node or a worker of a browser has, and what was asked for. */
export interface ReadingPlace extends MemoryLimits, Omit<ReadContext, 'limits' | 'codecs' | 'onBytes'> {
  readonly codecs: readonly DecompressionCodec[];
  /** Hears now and then how far the reading has come, from 0 to 1; null where the file does not tell. */
  readonly onRead?: ((share: number | null) => void) | undefined;
}

/** The limits and means of reading `size` bytes. */
export function readContext(size: number, { maxModel, memory, onRead, ...place }: ReadingPlace): ReadContext {
  return {
    ...place,
    limits: limitsForModel({ size, memory, maxModel }),
    onBytes: onRead && ((bytes) => onRead(bytes === null ? null : Math.min(1, bytes / size))),
  };
}

/**
 * Reads a model file as data, whatever its format: nothing in it is imported, called or executed. Errors: FORMAT_UNKNOWN,
 * READ_*, MODEL_TOO_LARGE and other MODEL_*.
 */
export function describeFile(source: ByteSource, place: ReadingPlace): ModelDescription {
  const format = detectFormat(source);
  // Files of weights beside a graph may be larger than the memory is: its reader has limits of its own.
  const size = format.sizeOf?.(source) ?? source.size;
  if (format.id !== 'onnx') checkModelSize({ name: source.name, size }, place);
  return format.read(source, readContext(size, place));
}
