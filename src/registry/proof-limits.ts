import { PlimsollError } from '../core/errors.ts';
import { availableMemory } from '../process/available-memory.ts';
import { bytesText } from '../text/bytes.ts';

/** What the child that proves a file may take. */
export interface ProofLimits {
  readonly millis: number;
  /** Heap; file contents live in typed arrays, which the readers' own limits bound. */
  readonly heapMegabytes: number;
  /** Memory with that of native code. */
  readonly memoryBytes: number;
}

const MIB = 2 ** 20;

/** Time for any file, and more for a large one: 1 MB/s, a tenth of what one that is alone on two cores keeps. */
const MILLIS = 120_000;
const BYTES_A_MILLI = 1000;
/** Memory for any file, and a file so many times over. */
const NATIVE_BYTES = 3 * 2 ** 30;
const COPIES = 16;
const HEAP_MEGABYTES = 2048;
const HEAP_COPIES = 4;

/**
 * Memory that a proof takes by the bytes of the file: what was read, both engines, and the graph of one on its way into
 * onnxruntime. Measured at 300 MB (peak of the child over the file): CatBoost 3, scikit-learn 6, XGBoost in JSON 7, LightGBM 9.
 */
const PROOF_COPIES = 9;
/** Files below this are not asked about: a server has as much to spare, or does not run at all. */
const LARGE = 32 * MIB;

/** Limits of the proof of so many bytes. */
export const proofLimits = (size: number): ProofLimits => ({
  millis: MILLIS + Math.ceil(size / BYTES_A_MILLI),
  heapMegabytes: Math.max(HEAP_MEGABYTES, Math.ceil((HEAP_COPIES * size) / MIB)),
  memoryBytes: NATIVE_BYTES + COPIES * size,
});

/**
 * Refuses to prove a large file where the memory that is free does not hold what that takes, before the kernel ends something for
 * want of it. Throws PROOF_MEMORY.
 */
export function checkProofMemory(
  path: string,
  size: number,
  available: () => number = availableMemory,
): void {
  if (size < LARGE) return;
  const free = available();
  const needed = PROOF_COPIES * size;
  if (needed <= free) return;
  const numbers = { size: bytesText(size), needed: bytesText(needed), available: bytesText(free) };
  throw new PlimsollError('PROOF_MEMORY', { path, ...numbers });
}
