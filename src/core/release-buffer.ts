/** Bytes below which the garbage collector is cheaper. */
const WORTH_GIVING_BACK = 4096;

/**
 * Frees bytes at once instead of at the next collection: the collector sees small objects, but the memory behind them counts
 * for the process. The bytes must not be used afterwards. Bytes that share their buffer with others are not freed.
 */
export function releaseBuffer({ buffer, byteLength }: ArrayBufferView): void {
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isAlone && byteLength >= WORTH_GIVING_BACK && !buffer.detached) buffer.transfer(0);
}
