import { largestModel } from '../formats/limits.ts';
import { totalMemory } from '../process/available-memory.ts';

/** What decides how large a file may be. */
export interface MemoryOptions {
  /** Largest model file to read, in bytes, where somebody trusts it. @default {what half of the memory holds} */
  readonly maxModel?: number | undefined;
  /** Bytes of memory that there are. @default {totalMemory} */
  readonly memory?: number | undefined;
}

/** Bytes of the largest model file that is read on this machine, or in this container, where nobody says more. */
export const largestModelHere = (): number => largestModel(totalMemory());
