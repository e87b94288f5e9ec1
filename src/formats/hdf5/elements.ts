import { ByteCursor } from '../../bytes/cursor.ts';
import { newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { decodeUtf8 } from '../pickle/text.ts';
import { elementsIn } from './dataspace.ts';
import type { Hdf5Type } from './datatype.ts';
import { corruptHdf5, type Hdf5Bytes, readAddress, unsafeHdf5 } from './file-bytes.ts';
import type { GlobalHeap } from './global-heap.ts';

const WHAT = 'a data set';
const TEXT_BYTES = 40;

/** What turns bytes into values. */
export interface ElementReader {
  readonly file: Hdf5Bytes;
  readonly heap: GlobalHeap;
}

/** The elements that `data` holds, as a tensor. READ_UNSAFE for types that are neither numbers nor texts. */
export function decodeElements(
  { file, heap }: ElementReader,
  type: Hdf5Type,
  shape: readonly number[],
  data: Uint8Array,
  offset: number,
): Tensor {
  const count = elementsIn(shape, file.budget, offset);
  if (count * type.size !== data.length)
    throw corruptHdf5(
      WHAT,
      offset,
      `${data.length} bytes`,
      `${count * type.size} bytes for shape [${shape}]`,
    );
  if (type.kind === 'other')
    throw unsafeHdf5(WHAT, offset, `elements of type ${type.name}: numbers and texts are read`);
  if (type.kind === 'number') return numbers(file, type, shape, data, offset);
  if (type.kind === 'opaque') return newTensor('uint8', [...shape, type.size], data.slice());
  file.budget.charge(count * TEXT_BYTES + data.length, WHAT, offset);
  const cursor = new ByteCursor(data);
  const texts = Array.from({ length: count }, () =>
    type.kind === 'string' ? heapText(heap, cursor, offset) : text(cursor.take(type.size, WHAT), offset),
  );
  return newTensor('string', shape, texts);
}

function numbers(
  file: Hdf5Bytes,
  type: Extract<Hdf5Type, { kind: 'number' }>,
  shape: readonly number[],
  data: Uint8Array,
  offset: number,
): Tensor {
  file.budget.chargeDecoded(data, data.length, WHAT, offset);
  const own = data.slice();
  if (!type.little && type.size > 1) reverseEach(own, type.size);
  return newTensor(type.dtype, shape, new TYPED_ARRAYS[type.dtype](own.buffer as ArrayBuffer & number));
}

function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Texts of a fixed size end at their first zero byte. */
function text(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0);
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end), `a text of an HDF5 file`, offset);
}

function heapText(heap: GlobalHeap, cursor: ByteCursor, offset: number): string {
  const length = cursor.u32(WHAT);
  const address = readAddress(cursor, WHAT);
  const index = cursor.u32(WHAT);
  if (length === 0 || address === null || address === 0) return '';
  const object = heap.object(address, index);
  if (length > object.length)
    throw corruptHdf5(WHAT, offset, `a text of ${length} bytes`, `at most ${object.length}`);
  return text(object.subarray(0, length), offset);
}
