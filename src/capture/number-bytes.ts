/** Numbers as their bytes, little-endian whatever the machine is. Pure. */

type Numbers = Float64Array | Float32Array | Uint32Array | Int8Array;

interface Room<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): T;
}

const IS_LITTLE = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The bytes of numbers; of a little-endian machine they are those in memory. */
export function numberBytes(values: Numbers): Uint8Array {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return IS_LITTLE ? raw : swapByteOrder(raw.slice(), values.BYTES_PER_ELEMENT);
}

/** The numbers of bytes, in memory of their own. */
export function numbersFromBytes<T extends Numbers>(Made: Room<T>, bytes: Uint8Array): T {
  const raw = new Uint8Array(bytes);
  if (!IS_LITTLE) swapByteOrder(raw, Made.BYTES_PER_ELEMENT);
  return new Made(raw.buffer);
}

/** Turns the bytes of each number around. */
export function swapByteOrder(bytes: Uint8Array, size: number): Uint8Array {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}
