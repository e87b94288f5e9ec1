import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { encodeLatin1 } from '../pickle/text.ts';
import {
  describeValue,
  isType,
  type PyArray,
  type PyDType,
  type PyScalar,
  type PyValue,
} from '../pickle/value.ts';
import { elementCount, parseDType, settled, shapeOfTuple } from './dtype.ts';

/** numpy arrays and scalars from their pickled records (numpy/_core/src/multiarray/methods.c, array_setstate). */

const WHAT = 'a numpy array';

/** An array while its BUILD is still to come. */
export type ArrayDraft = { -readonly [K in keyof PyArray]: PyArray[K] };

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });

const EMPTY: Omit<PyArray, 'offset'> = {
  type: 'array',
  dtype: parseDType('i1', 0),
  shape: [0],
  fortran: false,
  data: new Uint8Array(0),
  mask: null,
};

/** `_reconstruct(subtype, shape, typecode)`: an empty array that BUILD fills. */
export function emptyArray(offset: number): PyArray {
  return { ...EMPTY, offset };
}

/** Bytes of a bytes object, or of a Python 2 str. */
export function pyBytesOf(value: PyValue | undefined, offset: number): Uint8Array {
  const bytes = typeof value === 'string' ? encodeLatin1(value) : value;
  if (!(bytes instanceof Uint8Array)) throw corrupt(offset, describeValue(value), 'bytes');
  return bytes;
}

/** Bytes that an array takes once decoded: what its reader may have to allocate. */
function decodedBytes(dtype: PyDType, elements: number): number {
  if (dtype.code === 'O') return 8 * elements;
  if (dtype.code === 'U' || dtype.code === 'S') return elements * (40 + dtype.itemSize);
  return elements * Math.max(8, dtype.itemSize);
}

/** Bytes of the raw data of an array of this type and shape, within the limits. */
export function rawSize(
  dtype: PyDType,
  shape: readonly number[],
  budget: ReadBudget,
  offset: number,
): number {
  const elements = elementCount(shape, budget, offset);
  const size = elements * dtype.itemSize;
  budget.check('arrayBytes', size, WHAT, offset);
  budget.chargeObjects(200, WHAT, offset);
  return size;
}

/** An array over raw bytes, which must be exactly as many as type and shape say. */
export function rawArray(
  dtype: PyDType,
  shape: readonly number[],
  fortran: boolean,
  data: Uint8Array,
  budget: ReadBudget,
  offset: number,
): PyArray {
  const size = rawSize(dtype, shape, budget, offset);
  if (dtype.code === 'O' || holdsObjects(dtype))
    throw corrupt(offset, 'raw bytes for an array of objects', 'a list of objects');
  if (size !== data.length)
    throw corrupt(offset, `${data.length} bytes`, `${size} bytes for shape (${shape.join(', ')})`);
  budget.chargeDecoded(data, decodedBytes(dtype, elementCount(shape, budget, offset)), WHAT, offset);
  return { type: 'array', dtype: settled(dtype), shape, fortran, data, mask: null, offset };
}

const holdsObjects = (dtype: PyDType): boolean =>
  dtype.fields?.some((f) => f.dtype.code === 'O' || holdsObjects(f.dtype)) ?? false;

/** An array of objects in C order. */
function objectArray(
  dtype: PyDType,
  shape: readonly number[],
  items: readonly PyValue[],
  budget: ReadBudget,
  offset: number,
): PyArray {
  const size = rawSize(dtype, shape, budget, offset) / dtype.itemSize;
  if (size !== items.length)
    throw corrupt(offset, `${items.length} items`, `${size} items for shape (${shape.join(', ')})`);
  budget.charge(decodedBytes(dtype, size), WHAT, offset);
  return {
    type: 'array',
    dtype: settled(dtype),
    shape,
    fortran: false,
    data: [...items],
    mask: null,
    offset,
  };
}

/** BUILD with `(version, shape, dtype, is_fortran, data[, mask, fill value])`; version is absent in the oldest files. */
export function buildArray(array: ArrayDraft, state: PyValue, budget: ReadBudget): void {
  const items = isType(state, 'tuple') ? state.items : [];
  const [shape, dtype, fortran, data, mask] = isType(items[0], 'int') ? items.slice(1) : items;
  if (!isType(dtype, 'dtype')) throw corrupt(array.offset, describeValue(state), 'an array state');
  const dims = shapeOfTuple(shape, budget, array.offset);
  chargeText(data, budget, array.offset);
  const built = isType(data, 'list')
    ? objectArray(dtype, dims, data.items, budget, array.offset)
    : rawArray(dtype, dims, isTrue(fortran), pyBytesOf(data, array.offset), budget, array.offset);
  Object.assign(array, built, { mask: mask === undefined ? null : maskOf(mask, built) });
}

/** A str of Python 2 is no bytes of the file: each array makes its own of it. */
function chargeText(data: PyValue | undefined, budget: ReadBudget, offset: number): void {
  if (typeof data === 'string') budget.charge(data.length, WHAT, offset);
}

const isTrue = (value: PyValue | undefined): boolean =>
  value === true || (isType(value, 'int') && value.value !== 0);

/** The mask bytes of `numpy.ma` (numpy/ma/core.py, MaskedArray.__getstate__), one an element. */
function maskOf(value: PyValue, array: PyArray): Uint8Array {
  const mask = pyBytesOf(value, array.offset);
  const elements = array.shape.reduce((product, dim) => product * dim, 1);
  if (mask.length !== elements)
    throw corrupt(array.offset, `a mask of ${mask.length} bytes`, `${elements} bytes`);
  return mask;
}

/** `_frombuffer(bytes, dtype, shape, order)` of protocol 5. */
export function arrayFromBuffer(args: readonly PyValue[], budget: ReadBudget, offset: number): PyArray {
  const [data, dtype, shape, order] = args;
  if (!isType(dtype, 'dtype')) throw corrupt(offset, describeValue(dtype), 'a dtype');
  chargeText(data, budget, offset);
  return rawArray(
    dtype,
    shapeOfTuple(shape, budget, offset),
    order === 'F',
    pyBytesOf(data, offset),
    budget,
    offset,
  );
}

/** `scalar(dtype, bytes)`; an object scalar is the object itself. */
export function makeScalar(args: readonly PyValue[], offset: number): PyScalar | PyValue {
  const [dtype, value] = args;
  if (!isType(dtype, 'dtype')) throw corrupt(offset, describeValue(dtype), 'the dtype of a scalar');
  if (dtype.code === 'O' && value !== undefined) return value;
  // numpy leaves the bytes out where all of them are zero-width.
  const bytes = value === undefined ? new Uint8Array(dtype.itemSize) : pyBytesOf(value, offset);
  if (bytes.length !== dtype.itemSize)
    throw corrupt(offset, `a scalar of ${bytes.length} bytes`, `${dtype.itemSize} bytes`);
  return { type: 'scalar', dtype: settled(dtype), bytes };
}
