import { PlimsollError } from '../../../../core/errors.ts';
import { kernelStarter, type RunningKernel } from '../../web-assembly.ts';
import { HASH_KERNEL } from './generated/bytes.ts';

/** The functions of `kernel.as.ts`: addresses and sizes in bytes of its memory. */
interface HashKernel {
  cityHash(at: number, length: number): number;
}

const startHash = kernelStarter<HashKernel>(HASH_KERNEL);

/** Characters that are copied one by one: for short texts sooner than an encoder. */
const SHORT = 48;
/** Bytes that a character may take in UTF-8. */
const WIDEST = 3;
const TEXT_BYTES = 2 ** 16;

let shared: RunningKernel<HashKernel> | null = null;
let sharedBytes = new Uint8Array(0);
const encoder = new TextEncoder();

/** The hash of a category, as int32: the low half of CityHash64 of its UTF-8 bytes (catboost/libs/cat_feature). */
export function hashCategory(text: string): number {
  if (shared === null) {
    shared = start(TEXT_BYTES);
    sharedBytes = new Uint8Array(shared.memory);
  }
  const { length } = text;
  if (length > SHORT) return hashLong(shared, sharedBytes, text);
  let all = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    all |= code;
    sharedBytes[i] = code;
  }
  return all > 127 ? hashLong(shared, sharedBytes, text) : shared.functions.cityHash(0, length);
}

function hashLong(kernel: RunningKernel<HashKernel>, bytes: Uint8Array, text: string): number {
  if (text.length * WIDEST <= bytes.length)
    return kernel.functions.cityHash(0, encoder.encodeInto(text, bytes).written);
  const own = start(text.length * WIDEST);
  return own.functions.cityHash(0, encoder.encodeInto(text, new Uint8Array(own.memory)).written);
}

function start(bytes: number): RunningKernel<HashKernel> {
  const kernel = startHash(bytes);
  if (kernel === null)
    throw new PlimsollError('INTERNAL', {
      action: 'hashing a category',
      reason: `no ${bytes} bytes of memory`,
    });
  return kernel;
}
