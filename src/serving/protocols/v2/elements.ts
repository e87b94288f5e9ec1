/** The elements of one tensor of a V2 body. Pure. */

import { PlimsollError } from '../../../core/errors.ts';
import { halfToNumber } from '../../../core/float.ts';
import { isRecord } from '../../../core/record.ts';
import type { DType, Tensor } from '../../../model/tensor.ts';
import { bytesOfBase64 } from '../../rows/base64.ts';
import { describeInput, InputErrors } from '../../rows/input-errors.ts';
import { byteElements, tensorOfBytes } from '../../rows/tensor-bytes.ts';
import { elementType, type TensorElement } from '../../rows/tensor-element.ts';
import { dtypeOfDatatype } from './datatypes.ts';

/** One input of a request, checked against itself alone. */
export interface InputTensor {
  readonly name: string;
  readonly datatype: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Its first dimension. */
  readonly rows: number;
  /** In row-major order; null where a value is missing, which only columns may say. */
  readonly elements: ArrayLike<TensorElement | null>;
  /** The same, where it came as bytes. */
  readonly tensor: Tensor | null;
  /** Pictures or sounds, where it is of BYTES and they stand for rows; there are no elements then. */
  readonly contents: readonly Uint8Array[] | null;
}

/** More than any model has: each is a level of nesting. */
const RANK_MAX = 32;
/** Elements of a tensor: a shape whose product is beyond this is no shape that a body could fill. */
const ELEMENTS_MAX = 2 ** 31;

export const complain = (loc: readonly (string | number)[], type: string, msg: string): never =>
  new InputErrors().fail(['body', ...loc], { type, msg });

/**
 * Reads `inputs[index]`, whose `data` are bytes where they came after the JSON; those of `contents` may be pictures or sounds. Throws
 * INPUT_INVALID, BINARY_TENSORS.
 */
export function readInput(input: unknown, index: number, contents: ReadonlySet<string>): InputTensor {
  const loc = ['inputs', index];
  if (!isRecord(input))
    return complain(loc, 'object_type', `inputs[${index}]: expected an object, got ${describeInput(input)}`);
  const { name, shape, datatype, data } = input;
  if (typeof name !== 'string')
    return complain(
      [...loc, 'name'],
      'missing',
      `inputs[${index}]: expected a "name", got ${describeInput(name)}`,
    );
  const of = `input '${name}'`;
  const dtype = dtypeOfDatatype(datatype);
  if (dtype === undefined)
    return complain([...loc, 'datatype'], 'datatype', `${of}: unknown datatype ${describeInput(datatype)}`);
  const sizes = shapeOf(shape, of, [...loc, 'shape']);
  const [rows = 0] = sizes;
  const about = { name, datatype: String(datatype), dtype, shape: sizes, rows, contents: null };
  if (dtype === 'string' && contents.has(name))
    return { ...about, elements: [], tensor: null, contents: contentsOf(data, sizes, of, [...loc, 'data']) };
  if (data instanceof Uint8Array) {
    const tensor = tensorOfBytes(dtype, sizes, data, { loc: ['body', ...loc, 'data'], what: of });
    return { ...about, tensor, elements: numbersOf(tensor) };
  }
  if (dtype === 'float16') throw new PlimsollError('BINARY_TENSORS', { what: `${of} of ${datatype}` });
  if (!Array.isArray(data))
    return complain(
      [...loc, 'data'],
      'list_type',
      `${of}: expected a list "data", got ${describeInput(data)}`,
    );
  const flat = flatOf(data, sizes, of, [...loc, 'data']);
  const elements = flat.map((value, k) =>
    elementOf(value, dtype, `${of}, element ${k}`, [...loc, 'data', k]),
  );
  return { ...about, elements, tensor: null };
}

/** A file an element: bytes after the JSON, or base64 in it, as MLServer's codecs have it. */
function contentsOf(
  data: unknown,
  shape: readonly number[],
  of: string,
  loc: readonly (string | number)[],
): readonly Uint8Array[] {
  const count = shape.reduce((product, n) => product * n, 1);
  if (data instanceof Uint8Array) return byteElements(data, count, { loc: ['body', ...loc], what: of });
  if (!Array.isArray(data))
    return complain(loc, 'list_type', `${of}: expected a list "data", got ${describeInput(data)}`);
  return flatOf(data, shape, of, loc).map((text, k) => {
    const bytes = typeof text === 'string' ? bytesOfBase64(text) : null;
    return (
      bytes ??
      complain([...loc, k], 'string_type', `${of}, element ${k}: expected base64, got ${describeInput(text)}`)
    );
  });
}

/** Elements as the numbers that they stand for. */
const numbersOf = ({ dtype, data }: Tensor): ArrayLike<TensorElement> =>
  dtype === 'float16' ? Float32Array.from(data, halfToNumber) : data;

function shapeOf(shape: unknown, of: string, loc: readonly (string | number)[]): readonly number[] {
  if (!isShape(shape)) {
    const found = Array.isArray(shape)
      ? JSON.stringify(shape.slice(0, RANK_MAX)).slice(0, 120)
      : describeInput(shape);
    return complain(loc, 'shape', `${of}: expected a "shape" of whole numbers from 0, got ${found}`);
  }
  const count = shape.reduce((product, n) => product * n, 1);
  if (count > ELEMENTS_MAX)
    complain(loc, 'shape', `${of}: a shape of ${count} elements exceeds ${ELEMENTS_MAX}`);
  return shape;
}

const isShape = (shape: unknown): shape is readonly number[] =>
  Array.isArray(shape) &&
  shape.length > 0 &&
  shape.length <= RANK_MAX &&
  shape.every((n) => Number.isSafeInteger(n) && n >= 0);

/** The elements in row-major order, from nested lists or a flat one. */
function flatOf(
  data: readonly unknown[],
  shape: readonly number[],
  of: string,
  loc: readonly (string | number)[],
): readonly unknown[] {
  const count = shape.reduce((product, n) => product * n, 1);
  const mismatch = (): never =>
    complain(
      loc,
      'shape',
      `${of}: shape does not match true shape of 'data' field: ${JSON.stringify(shape)} has ${count} elements`,
    );
  if (!Array.isArray(data[0])) return data.length === count ? data : mismatch();
  const flat: unknown[] = [];
  const gather = (value: unknown, axis: number): void => {
    if (axis === shape.length) flat.push(value);
    else if (!Array.isArray(value) || value.length !== shape[axis]) mismatch();
    else for (const item of value) gather(item, axis + 1);
  };
  gather(data, 0);
  return flat;
}

function elementOf(
  value: unknown,
  dtype: DType,
  of: string,
  loc: readonly (string | number)[],
): TensorElement | null {
  const type = elementType(dtype);
  const element = value === null ? null : type.read(value);
  if (element !== undefined) return element;
  return complain(loc, type.fault(value), `${of}: expected ${type.wanted}, got ${describeInput(value)}`);
}
