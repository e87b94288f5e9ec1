import { PlimsollError } from '../core/errors.ts';
import type { ByteSource } from '../formats/format.ts';
import { largestModel, neededToRead, readingMemory } from '../formats/limits.ts';
import { bytesText } from '../text/bytes.ts';

/** What decides how large a file may be. */
export interface MemoryLimits {
  /** Largest model file to read, in bytes, where somebody trusts it; undefined: what half of the memory holds. */
  readonly maxModel?: number | undefined;
  /** Bytes of memory that there are. */
  readonly memory: number;
}

/** Refuses a file that the memory does not hold, before anything of it is read. Throws MODEL_TOO_LARGE. */
export function checkModelSize(
  { name, size }: Pick<ByteSource, 'name' | 'size'>,
  { maxModel, memory }: MemoryLimits,
): void {
  if (size <= (maxModel ?? largestModel(memory))) return;
  if (maxModel !== undefined)
    throw new PlimsollError('READ_LIMIT', {
      ...{ what: `"${name}"`, offset: 0, found: `${size} bytes`, limit: maxModel, name: '--max-model' },
    });
  throw new PlimsollError('MODEL_TOO_LARGE', {
    path: name,
    size: bytesText(size),
    needed: bytesText(neededToRead(size)),
    allowed: bytesText(readingMemory(memory)),
    memory: bytesText(memory),
    option: `--max-model ${Math.ceil(size / 1e6)}mb`,
  });
}
