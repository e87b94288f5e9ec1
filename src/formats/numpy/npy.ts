import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { dictGet } from '../pickle/access.ts';
import { decodeLatin1, decodeUtf8 } from '../pickle/text.ts';
import { describeValue, isType, type PyArray, type PyDType, type PyValue } from '../pickle/value.ts';
import { rawArray, rawSize } from './array.ts';
import { elementCount, parseDType, shapeOfTuple } from './dtype.ts';
import { parseLiteral } from './literal.ts';

/** `.npy` files (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3). */

const WHAT = 'a .npy file';
const MAGIC = '\x93NUMPY';
const MAX_HEADER = 2 ** 20;

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });

interface NpyHeader {
  readonly dtype: PyDType;
  readonly shape: readonly number[];
  readonly fortran: boolean;
}

function readHeader(cursor: ByteCursor, budget: ReadBudget): NpyHeader {
  const magic = decodeLatin1(cursor.take(6, WHAT));
  const version = cursor.u8(WHAT);
  cursor.u8(WHAT);
  if (magic !== MAGIC || version < 1 || version > 3)
    throw corrupt(0, 'other bytes', 'a .npy file of version 1 to 3');
  const length = version === 1 ? cursor.u16(WHAT) : cursor.u32(WHAT);
  if (length > MAX_HEADER) throw corrupt(8, `a header of ${length} bytes`, `at most ${MAX_HEADER}`);
  const start = cursor.offset;
  const bytes = cursor.take(length, WHAT);
  const literal = parseLiteral(version === 3 ? decodeUtf8(bytes, WHAT, start) : decodeLatin1(bytes), start);
  if (!isType(literal, 'dict')) throw corrupt(start, describeValue(literal), 'a dict');
  const fortran = dictGet(literal, 'fortran_order');
  if (typeof fortran !== 'boolean')
    throw corrupt(start, describeValue(fortran), 'fortran_order True or False');
  return {
    dtype: descriptor(dictGet(literal, 'descr'), budget, start),
    shape: shapeOfTuple(dictGet(literal, 'shape'), budget, start),
    fortran,
  };
}

/** A type string, or a record as `[(name, type[, shape]), …]`; unnamed fields are padding. */
function descriptor(value: PyValue | undefined, budget: ReadBudget, offset: number): PyDType {
  if (typeof value === 'string') return parseDType(value, offset);
  if (!isType(value, 'tuple')) throw corrupt(offset, describeValue(value), 'a type');
  budget.check('dtypeFields', value.items.length, WHAT, offset);
  let itemSize = 0;
  const fields: { name: string; dtype: PyDType; offset: number }[] = [];
  for (const item of value.items) {
    const [name, type, shape] = isType(item, 'tuple') ? item.items : [];
    if (typeof name !== 'string') throw corrupt(offset, describeValue(item), 'a field');
    const base = descriptor(type, budget, offset);
    const subShape = shape === undefined ? null : shapeOfTuple(shape, budget, offset);
    const size = base.itemSize * (subShape === null ? 1 : elementCount(subShape, budget, offset));
    if (name !== '') fields.push({ name, dtype: { ...base, itemSize: size, subShape }, offset: itemSize });
    itemSize += size;
  }
  return { type: 'dtype', code: 'V', itemSize, littleEndian: true, fields, subShape: null };
}

/**
 * Reads a `.npy` file. The data of object arrays is a pickle: `nested` reads it from the given position, or such
 * arrays are refused where it is null.
 */
export function readNpy(
  bytes: Uint8Array,
  budget: ReadBudget,
  nested: ((bytes: Uint8Array) => PyValue) | null,
): PyArray {
  const cursor = new ByteCursor(bytes);
  const { dtype, shape, fortran } = readHeader(cursor, budget);
  const start = cursor.offset;
  if (dtype.code === 'O') {
    const value = nested?.(bytes.subarray(start));
    if (!isType(value, 'array')) throw corrupt(start, describeValue(value), 'a pickled array');
    return value;
  }
  const size = rawSize(dtype, shape, budget, start);
  const data = cursor.take(size, WHAT);
  if (cursor.left > 0) throw corrupt(cursor.offset, `${cursor.left} bytes after the array`, 'nothing');
  return rawArray(dtype, shape, fortran, data, budget, start);
}
