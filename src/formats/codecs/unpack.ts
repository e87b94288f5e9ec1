import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { DecompressionCodec } from '../format.ts';
import type { LimitName } from '../limits.ts';

/** Output below which the ratio says nothing: a few MiB of zeros pack very well. */
const RATIO_FLOOR = 32 * 2 ** 20;

/** One compressed stream of a file. */
export interface PackedStream {
  readonly data: Uint8Array;
  readonly id: DecompressionCodec['id'];
  /** Bytes that the file says come out, or null where it does not say. */
  readonly size: number | null;
  /** What it is and where it starts, for messages. */
  readonly what: string;
  readonly offset: number;
}

/**
 * Unpacks one compressed stream within what is left of the limits, and charges what comes out. No more than the stated size is
 * ever allocated. Errors: READ_LIMIT with the limit that was passed, READ_TRUNCATED, READ_CORRUPT.
 */
export function unpack(
  stream: PackedStream,
  codecs: readonly DecompressionCodec[],
  budget: ReadBudget,
): Uint8Array {
  const { data, id, size, what, offset } = stream;
  budget.unpacks();
  const corrupt = (found: string, wanted: string): PlimsollError =>
    new PlimsollError('READ_CORRUPT', { what, offset, found, wanted });
  const codec = codecs.find((candidate) => candidate.id === id);
  if (codec === undefined) throw corrupt(`${id} data`, 'a compression this build unpacks');
  const { name, limit } = outputLimit(data.length, budget);
  if (size !== null && size > limit) throw budget.over(name, size, what, offset);
  try {
    const output = codec.decompress(data, size ?? limit, () => budget.checkTime(what, offset));
    budget.charge(output.length, what, offset);
    budget.checkTime(what, offset);
    if (size === null || output.length === size) return output;
    throw corrupt(`${output.length} bytes`, `${size} bytes`);
  } catch (cause) {
    // The codec knows the size of the limit, not which limit it is.
    if (!isPlimsollError(cause) || cause.details['name'] !== 'decompressedBytes') throw cause;
    if (size !== null) throw corrupt('more bytes', `${size} bytes`);
    throw new PlimsollError(cause.code, { ...cause.details, name }, { cause });
  }
}

/** The tightest of the limits on output, and its name. */
function outputLimit(size: number, budget: ReadBudget): { name: LimitName; limit: number } {
  const { decompressedBytes, decompressionRatio, totalBytes } = budget.limits;
  const limits: { name: LimitName; limit: number }[] = [
    { name: 'decompressedBytes', limit: decompressedBytes },
    { name: 'decompressionRatio', limit: Math.max(RATIO_FLOOR, size * decompressionRatio) },
    { name: 'totalBytes', limit: Math.max(0, totalBytes - budget.bytes) },
  ];
  return limits.reduce((tightest, one) => (one.limit < tightest.limit ? one : tightest));
}
