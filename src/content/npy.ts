/** Arrays of NumPy as tensors. Pure. */
import { PlimsollError } from '../core/errors.ts';
import { ReadBudget } from '../formats/budget.ts';
import type { DecompressionCodec } from '../formats/format.ts';
import { DEFAULT_LIMITS } from '../formats/limits.ts';
import { numpyDtypeName, toStrings } from '../formats/numpy/decode.ts';
import { readNpy } from '../formats/numpy/npy.ts';
import type { PyArray } from '../formats/pickle/value.ts';
import { ZipArchive } from '../formats/zip/archive.ts';
import { type DType, newTensor, type Tensor } from '../model/tensor.ts';
import { tensorOfBytes } from '../serving/rows/tensor-bytes.ts';

const MIB = 2 ** 20;
/** What a body may unpack to: bodies are 32 MiB at most unless a server allows more. */
const LIMITS = {
  ...DEFAULT_LIMITS,
  decompressedBytes: 128 * MIB,
  arrayBytes: 256 * MIB,
  members: 1000,
};

/** Types by kind and size, as NumPy spells them. */
const DTYPES: Readonly<Record<string, DType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

const budgetOf = (now: () => number, unpacked = Infinity): ReadBudget =>
  new ReadBudget({
    limits: { ...LIMITS, totalBytes: Math.min(LIMITS.totalBytes, unpacked) },
    now,
  });

/** The array of a `.npy` file. Errors: READ_*; arrays of objects are pickles, which nothing here reads. */
export const readNpyTensor = (bytes: Uint8Array, now: () => number): Tensor =>
  tensorOf(readNpy(bytes, budgetOf(now), null));

/** The arrays of a `.npz` file by name, which together unpack to at most `unpacked` bytes. Errors: READ_*. */
export function readNpz(
  bytes: Uint8Array,
  codecs: readonly DecompressionCodec[],
  now: () => number,
  unpacked: number,
): ReadonlyMap<string, Tensor> {
  const budget = budgetOf(now, unpacked);
  const archive = new ZipArchive(bytes, codecs, budget);
  return new Map(
    Array.from(archive.names, (name) => [
      name.replace(/\.npy$/, ''),
      tensorOf(readNpy(archive.read(name), budget, null)),
    ]),
  );
}

function tensorOf(array: PyArray): Tensor {
  const { dtype, shape } = array;
  if ('US'.includes(dtype.code) && dtype.fields === null) return newTensor('string', shape, toStrings(array));
  const known =
    dtype.fields === null && dtype.subShape === null ? DTYPES[`${dtype.code}${dtype.itemSize}`] : undefined;
  if (known === undefined)
    throw new PlimsollError('READ_CORRUPT', {
      what: 'a .npy file',
      offset: array.offset,
      found: `elements of type ${numpyDtypeName(dtype)}`,
      wanted: 'numbers, booleans or texts',
    });
  return tensorOfBytes(known, shape, elementsInOrder(array), { loc: ['body'], what: 'a .npy file' });
}

/** Bytes of the elements, little-endian and the last axis fastest, however they were written. */
function elementsInOrder({ data, dtype, shape, fortran }: PyArray): Uint8Array {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array();
  const size = dtype.itemSize;
  const isTransposed = fortran && shape.filter((n) => n !== 1).length > 1;
  const isSwapped = !dtype.littleEndian && size > 1;
  if (!isTransposed && !isSwapped) return bytes;
  const ordered = new Uint8Array(bytes.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, size));
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < bytes.length; to += size) {
    const at = isTransposed ? from : to;
    for (let k = 0; k < size; k++) ordered[to + k] = bytes[isSwapped ? at + size - 1 - k : at + k] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [stride = 0, length = 1] = [strides[axis], shape[axis]];
      const next = (index[axis] ?? 0) + 1;
      from += stride;
      index[axis] = next < length ? next : 0;
      if (next < length) break;
      from -= stride * length;
    }
  }
  return ordered;
}
