/** Tensors as the bytes of their elements: little-endian, row-major, without padding, as KServe's V2 and `.npy` have them. Pure. */
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { InputErrors, type InputLocation } from './input-errors.ts';

/** Bytes of one element; 0 of texts, which say their own length. */
export const elementBytes = (dtype: DType): number =>
  dtype === 'string' ? 0 : TYPED_ARRAYS[dtype].BYTES_PER_ELEMENT;

/** Where bytes stand in a request, and what they are called in complaints. */
export interface BytesPlace {
  readonly loc: InputLocation;
  /** `input 'x'`, `body`. */
  readonly what: string;
}

/**
 * A tensor of exactly these bytes. Every platform that Node runs on is little-endian. Throws INPUT_INVALID where they are more or
 * fewer than the shape says, or texts are no UTF-8.
 */
export function tensorOfBytes(
  dtype: DType,
  shape: readonly number[],
  bytes: Uint8Array,
  place: BytesPlace,
): Tensor {
  const count = shape.reduce((product, n) => product * n, 1);
  if (dtype === 'string') return newTensor(dtype, shape, textsOf(bytes, count, place));
  const wanted = count * elementBytes(dtype);
  if (bytes.length !== wanted) {
    const msg = `${place.what}: ${dtype} of shape ${JSON.stringify(shape)} takes ${wanted} bytes, got ${bytes.length}`;
    return new InputErrors().fail(place.loc, { type: 'byte_length', msg });
  }
  // A copy of its own, which is aligned and which nobody transfers.
  const { buffer } = new Uint8Array(bytes);
  if (dtype !== 'bool') return newTensor(dtype, shape, new TYPED_ARRAYS[dtype](buffer));
  return newTensor(
    dtype,
    shape,
    new Uint8Array(buffer).map((byte) => (byte === 0 ? 0 : 1)),
  );
}

/** Bytes before each element of BYTES: how many it has. */
const LENGTH = 4;

/** Elements of BYTES: each after its length. Throws INPUT_INVALID where they are not `count`, to the last byte. */
export function byteElements(bytes: Uint8Array, count: number, { loc, what }: BytesPlace): Uint8Array[] {
  const fail = (found: string): never =>
    new InputErrors().fail(loc, {
      type: 'byte_length',
      msg: `${what}: expected ${count} elements of BYTES, each after its length in 4 bytes, got ${found}`,
    });
  if (count * LENGTH > bytes.length) fail(`${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let at = 0;
  for (let k = 0; k < count; k++) {
    if (at + LENGTH > bytes.length) fail(`${k} of them in ${bytes.length} bytes`);
    const end = at + LENGTH + view.getUint32(at, true);
    if (end > bytes.length)
      fail(`element ${k} of ${end - at - LENGTH} bytes where ${bytes.length - at - LENGTH} are left`);
    elements.push(bytes.subarray(at + LENGTH, end));
    at = end;
  }
  return at === bytes.length ? elements : fail(`${bytes.length - at} bytes more`);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that bytes are in UTF-8, or null. */
export function textOfBytes(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const textsOf = (bytes: Uint8Array, count: number, place: BytesPlace): readonly string[] =>
  byteElements(bytes, count, place).map((element, k) => {
    const text = textOfBytes(element);
    if (text !== null) return text;
    const msg = `${place.what}, element ${k}: expected text in UTF-8, got other bytes`;
    return new InputErrors().fail([...place.loc, k], { type: 'string_unicode', msg });
  });

const encoder = new TextEncoder();

/** The bytes of a tensor; of texts, each after its length. */
export function bytesOfTensor(tensor: Tensor): Uint8Array {
  if (tensor.dtype !== 'string') {
    const { buffer, byteOffset, byteLength } = tensor.data;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  const texts = tensor.data.map((text) => encoder.encode(text));
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + LENGTH + text.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + LENGTH);
    at += LENGTH + text.length;
  }
  return bytes;
}
