import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { pyFloat, pyLong } from '../pickle/construct.ts';
import { decodeLatin1 } from '../pickle/text.ts';
import {
  describeValue,
  isType,
  type PyArray,
  type PyDType,
  type PyScalar,
  type PyValue,
} from '../pickle/value.ts';

/** Typed values of numpy arrays and scalars, whatever the byte order and memory order they were written in. */

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: 'a numpy array', offset, found, wanted });

/** Reads one element at a byte position. */
type Read<T> = (view: DataView, at: number, little: boolean) => T;

/** IEEE half precision (binary16) to a number. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const NUMBER_READS = new Map<string, Read<number>>([
  ['b1', (v, at) => (v.getUint8(at) === 0 ? 0 : 1)],
  ['i1', (v, at) => v.getInt8(at)],
  ['i2', (v, at, little) => v.getInt16(at, little)],
  ['i4', (v, at, little) => v.getInt32(at, little)],
  ['i8', (v, at, little) => Number(v.getBigInt64(at, little))],
  ['u1', (v, at) => v.getUint8(at)],
  ['u2', (v, at, little) => v.getUint16(at, little)],
  ['u4', (v, at, little) => v.getUint32(at, little)],
  ['u8', (v, at, little) => Number(v.getBigUint64(at, little))],
  ['f2', (v, at, little) => halfToNumber(v.getUint16(at, little))],
  ['f4', (v, at, little) => v.getFloat32(at, little)],
  ['f8', (v, at, little) => v.getFloat64(at, little)],
]); // prettier-ignore

/** Size of one element without its sub-array. */
const unitSize = (dtype: PyDType): number =>
  dtype.itemSize / (dtype.subShape?.reduce((product, dim) => product * dim, 1) ?? 1);

export const isNumeric = (dtype: PyDType): boolean =>
  dtype.fields === null && NUMBER_READS.has(`${dtype.code}${unitSize(dtype)}`);

function numberRead(dtype: PyDType, offset: number): Read<number> {
  const read = dtype.fields === null ? NUMBER_READS.get(`${dtype.code}${unitSize(dtype)}`) : undefined;
  if (read === undefined) throw corrupt(offset, `elements of type ${numpyDtypeName(dtype)}`, 'numbers');
  return read;
}

/** A dtype as numpy spells it: `<f8`, `|O`, `{left_child, right_child, …}`. */
export function numpyDtypeName(dtype: PyDType): string {
  if (dtype.fields !== null) return `{${dtype.fields.map((field) => field.name).join(', ')}}`;
  const size = dtype.code === 'U' ? dtype.itemSize / 4 : unitSize(dtype);
  const order = size <= 1 || 'SVO'.includes(dtype.code) ? '|' : dtype.littleEndian ? '<' : '>';
  return `${order}${dtype.code}${dtype.code === 'O' ? '' : size}`;
}

export const elementsOf = (array: PyArray): number => array.shape.reduce((product, dim) => product * dim, 1);

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** For each element in C order, its position in memory order. Identity unless the array is Fortran-ordered. */
function fortranPositions(shape: readonly number[]): Uint32Array {
  const positions = new Uint32Array(shape.reduce((product, dim) => product * dim, 1));
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, dim) => product * dim, 1));
  const index = new Array<number>(shape.length).fill(0);
  let position = 0;
  for (let i = 0; i < positions.length; i++) {
    positions[i] = position;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      position -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return positions;
}

const isTransposed = (array: PyArray): boolean =>
  array.fortran && array.shape.filter((dim) => dim !== 1).length > 1;

interface Sink {
  [index: number]: number;
  readonly length: number;
}

/** Fills `target` with the numbers at `base`, `base + stride`, … in C order. */
function fill<T extends Sink>(target: T, array: PyArray, dtype: PyDType, base: number): T {
  if (!(array.data instanceof Uint8Array)) throw corrupt(array.offset, 'an array of objects', 'numbers');
  const read = numberRead(dtype, array.offset);
  const view = viewOf(array.data);
  const unit = unitSize(dtype);
  const each = dtype.itemSize / unit;
  const stride = array.dtype.itemSize;
  const positions = isTransposed(array) ? fortranPositions(array.shape) : null;
  for (let i = 0, at = 0; i < target.length / each; i++) {
    const start = (positions === null ? i : positions[i]!) * stride + base;
    for (let j = 0; j < each; j++) target[at++] = read(view, start + j * unit, dtype.littleEndian);
  }
  return target;
}

const unitsOf = (array: PyArray, dtype: PyDType): number =>
  elementsOf(array) * (dtype.itemSize === 0 ? 0 : dtype.itemSize / unitSize(dtype));

/** Objects of an object array as numbers. */
function objectNumbers(array: PyArray): number[] {
  return (array.data as readonly PyValue[]).map((item) => {
    const plain = isType(item, 'scalar') ? scalarValue(item) : item;
    if (isType(plain, 'int') || isType(plain, 'float')) return plain.value;
    if (typeof plain === 'boolean' || typeof plain === 'bigint') return Number(plain);
    throw corrupt(array.offset, describeValue(item), 'numbers');
  });
}

const isObjects = (array: PyArray): boolean => !(array.data instanceof Uint8Array);

/** All numbers in C order (booleans are 0 and 1, int64 is rounded as Python's float() does). */
export function toFloat64(array: PyArray): Float64Array {
  if (isObjects(array)) return Float64Array.from(objectNumbers(array));
  const data = array.data as Uint8Array;
  // The common case, without a call an element: native doubles in memory order.
  if (
    array.dtype.code === 'f' &&
    array.dtype.itemSize === 8 &&
    array.dtype.littleEndian &&
    !isTransposed(array)
  ) {
    return new Float64Array(new Uint8Array(data).buffer);
  }
  return fill(new Float64Array(unitsOf(array, array.dtype)), array, array.dtype, 0);
}

function fieldOf(array: PyArray, name: string): { dtype: PyDType; offset: number } {
  const field = array.dtype.fields?.find((candidate) => candidate.name === name);
  if (field === undefined)
    throw corrupt(
      array.offset,
      `elements of type ${numpyDtypeName(array.dtype)}`,
      `records with a field "${name}"`,
    );
  return field;
}

export const hasField = (array: PyArray, name: string): boolean =>
  array.dtype.fields?.some((field) => field.name === name) ?? false;

/** One field of an array of records as numbers, decoded by the record's own type (packed, i4 or i8, any byte order). */
export function fieldColumn(array: PyArray, name: string): Float64Array {
  const field = fieldOf(array, name);
  return fill(new Float64Array(unitsOf(array, field.dtype)), array, field.dtype, field.offset);
}

/** Text of one element: numpy drops trailing NULs of U and S elements. */
function readText(dtype: PyDType, view: DataView, at: number, offset: number): string {
  if (dtype.code === 'S') {
    let end = dtype.itemSize;
    while (end > 0 && view.getUint8(at + end - 1) === 0) end -= 1;
    return decodeLatin1(new Uint8Array(view.buffer, view.byteOffset + at, end));
  }
  let end = dtype.itemSize / 4;
  while (end > 0 && view.getUint32(at + 4 * (end - 1), dtype.littleEndian) === 0) end -= 1;
  const points: number[] = [];
  for (let i = 0; i < end; i++) {
    const point = view.getUint32(at + 4 * i, dtype.littleEndian);
    if (point > 0x10ffff)
      throw corrupt(offset, `the character 0x${point.toString(16)}`, 'code points up to 10ffff');
    points.push(point);
  }
  return points.length < 4096
    ? String.fromCodePoint(...points)
    : points.map((point) => String.fromCodePoint(point)).join('');
}

/** Elements of a U, S or object array in C order; objects must be strings. S elements are read as Latin-1. */
export function toStrings(array: PyArray): string[] {
  return toValues(array).map((value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Uint8Array) return decodeLatin1(value);
    throw corrupt(array.offset, describeValue(value), 'strings');
  });
}

/** The Python value of one element. */
function elementValue(dtype: PyDType, view: DataView, at: number, offset: number): PyValue {
  if (dtype.code === 'U') return readText(dtype, view, at, offset);
  if (dtype.code === 'S') {
    const text = readText(dtype, view, at, offset);
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  }
  if (dtype.code === 'b') return view.getUint8(at) !== 0;
  if (dtype.code === 'i' && dtype.itemSize === 8) return pyLong(view.getBigInt64(at, dtype.littleEndian));
  if (dtype.code === 'u' && dtype.itemSize === 8) return pyLong(view.getBigUint64(at, dtype.littleEndian));
  const value = numberRead(dtype, offset)(view, at, dtype.littleEndian);
  return dtype.code === 'f' ? pyFloat(value) : pyLong(BigInt(value));
}

/** Elements in C order as Python values: ints, floats, bools, str, bytes, or the objects of an object array. */
export function toValues(array: PyArray): PyValue[] {
  if (!(array.data instanceof Uint8Array))
    return array.data.map((item) => (isType(item, 'scalar') ? scalarValue(item) : item));
  const view = viewOf(array.data);
  const positions = isTransposed(array) ? fortranPositions(array.shape) : null;
  return Array.from({ length: elementsOf(array) }, (_, i) =>
    elementValue(
      array.dtype,
      view,
      (positions === null ? i : positions[i]!) * array.dtype.itemSize,
      array.offset,
    ),
  );
}

/** The Python value of a numpy scalar: an int, float, bool, str or bytes. */
export function scalarValue(scalar: PyScalar): PyValue {
  return elementValue(scalar.dtype, viewOf(scalar.bytes), 0, 0);
}

/** A Python or numpy number (also a 0-d array) as a number; null for anything else. */
export function numberOf(value: PyValue | undefined): number | null {
  const plain = isType(value, 'scalar') && isNumeric(value.dtype) ? scalarValue(value) : value;
  if (isType(plain, 'int') || isType(plain, 'float')) return plain.value;
  if (typeof plain === 'boolean' || typeof plain === 'bigint') return Number(plain);
  if (isType(plain, 'array') && plain.shape.length === 0 && isNumeric(plain.dtype))
    return elementAt(toFloat64(plain), 0);
  return null;
}
