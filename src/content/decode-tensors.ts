/** Whole tensors as the rows of a request: a `.npy` file, the arrays of a `.npz` file, the bytes of the one input. */
import { halfToNumber } from '../core/float.ts';
import type { Batch } from '../model/batch.ts';
import type { Signature, TensorSpec } from '../model/signature.ts';
import { newTensor, type Tensor } from '../model/tensor.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { checkHeldRows } from '../serving/rows/held-rows.ts';
import { InputErrors } from '../serving/rows/input-errors.ts';
import type { JsonValue } from '../serving/rows/outputs-to-json.ts';
import { elementBytes, tensorOfBytes } from '../serving/rows/tensor-bytes.ts';
import { elementType, type TensorElement } from '../serving/rows/tensor-element.ts';
import { contentRow } from './row.ts';

const BODY = ['body'];
const fail = (type: string, msg: string): never => new InputErrors().fail(BODY, { type, msg });

/**
 * Rows of arrays by name, `arrays` of which the only one may have any, as may several that were saved without (`arr_0`, …): then
 * they are meant in the order of the inputs. A model of columns takes a matrix, or an array a column. Throws INPUT_INVALID.
 */
export function decodeTensors(arrays: ReadonlyMap<string, Tensor>, signature: Signature): Batch {
  const [first, ...others] = arrays.values();
  if (first === undefined) return fail('missing', 'body: expected arrays, got none');
  if (signature.form === 'tensors') return tensorBatch(arrays, signature.tensors);
  checkHeldRows(first.shape[0] ?? 1, [...arrays], BODY);
  if (others.length === 0 && first.shape.length === 2)
    return decodeInput({ instances: jsonOf(first) }, signature);
  const lists = Array.from(arrays, ([name, array]): [string, JsonValue] => {
    if (array.shape.length === 1 || (array.shape.length === 2 && array.shape[1] === 1))
      return [name, jsonOf({ ...array, shape: [array.data.length] })];
    const msg = `array "${name}": expected [rows], a value for each, or one matrix of [rows, ${signature.columns.length}], got shape ${JSON.stringify(array.shape)}`;
    return fail('shape', msg);
  });
  const [column, second] = lists;
  const isBare = second === undefined && column !== undefined && signature.columns.length === 1;
  return decodeInput(isBare ? { instances: column[1] } : { inputs: Object.fromEntries(lists) }, signature);
}

/** Nested lists, NaN as a missing value. */
function jsonOf({ dtype, shape, data }: Tensor): JsonValue {
  const [rows = 0, width] = shape;
  const cells = Array.from(data as ArrayLike<TensorElement>, (element): JsonValue => {
    if (typeof element === 'bigint')
      return Number.isSafeInteger(Number(element)) ? Number(element) : `${element}`;
    if (dtype === 'bool') return element === 1;
    const value = dtype === 'float16' ? halfToNumber(Number(element)) : element;
    return typeof value === 'number' && Number.isNaN(value) ? null : value;
  });
  if (width === undefined) return cells;
  return Array.from({ length: rows }, (_, i) => cells.slice(i * width, (i + 1) * width));
}

function tensorBatch(arrays: ReadonlyMap<string, Tensor>, specs: readonly TensorSpec[]): Batch {
  const names = specs.map(({ name }) => name).join(', ');
  const isUnnamed = Array.from(arrays.keys()).every((name, i) => name === `arr_${i}`);
  const isOnly = specs.length === 1 && arrays.size === 1;
  const list = [...arrays.values()];
  const stranger = Array.from(arrays.keys()).find((name) => !specs.some((spec) => spec.name === name));
  if (!isOnly && !isUnnamed && stranger !== undefined)
    return fail('extra_forbidden', `array "${stranger}": the model has no such input; it has ${names}`);
  if (arrays.size !== specs.length)
    return fail(
      'missing',
      `body: expected ${specs.length} arrays, one for each of the inputs ${names}, got ${arrays.size}`,
    );
  const tensors = specs.map((spec, i): [string, Tensor] => {
    const array = isOnly || isUnnamed ? list[i] : arrays.get(spec.name);
    return [
      spec.name,
      array === undefined ? fail('missing', `input "${spec.name}": absent`) : fitted(array, spec),
    ];
  });
  return batchOf(tensors);
}

function batchOf(tensors: readonly (readonly [string, Tensor])[]): Batch {
  const [[, first] = fail('missing', 'body: expected an input')] = tensors;
  const [rows = 0] = first.shape;
  for (const [name, { shape }] of tensors) {
    if (shape[0] !== rows)
      fail(
        'shape',
        `input "${name}": expected ${rows} rows as the first input has, got shape ${JSON.stringify(shape)}`,
      );
  }
  checkHeldRows(rows, tensors, BODY);
  return { kind: 'tensors', rows, tensors: Object.fromEntries(tensors) };
}

/** An array as an input takes it: one row may lack its batch dimension, numbers may be of another type that holds them. */
function fitted(array: Tensor, { name, dtype, shape }: TensorSpec): Tensor {
  const wanted = shape.length === 0 ? [-1] : shape;
  const given = array.shape.length === wanted.length - 1 ? [1, ...array.shape] : array.shape;
  const fits =
    given.length === wanted.length && wanted.every((size, axis) => size < 0 || size === given[axis]);
  if (!fits)
    fail(
      'shape',
      `input "${name}": expected shape ${JSON.stringify(wanted)}, got ${JSON.stringify(array.shape)}`,
    );
  return { ...castTensor(array, dtype, name), shape: given };
}

/** The same values in another type, as JSON would take them: refused where one does not fit. */
function castTensor(array: Tensor, dtype: TensorSpec['dtype'], name: string): Tensor {
  if (array.dtype === dtype) return array;
  const type = elementType(dtype);
  const isText = array.dtype === 'string';
  const items = Array.from(array.data as ArrayLike<TensorElement>, (element, k): TensorElement => {
    const value = array.dtype === 'float16' ? halfToNumber(Number(element)) : element;
    const plain = typeof value !== 'bigint' ? value : dtype.endsWith('int64') ? String(value) : Number(value);
    const item = isText && dtype !== 'string' ? undefined : type.read(plain);
    return (
      item ??
      fail(
        type.fault(value),
        `input "${name}", element ${k}: expected ${type.wanted}, got ${array.dtype} ${value}`,
      )
    );
  });
  return newTensor(dtype, array.shape, type.pack(items));
}

/**
 * Rows whose elements are the bytes of a body, little-endian, for a model of one tensor whose rows have one size, or whose one row
 * has one free dimension. Throws INPUT_INVALID where they are no whole number of rows.
 */
export function decodeTensorBytes(bytes: Uint8Array, signature: Signature): Batch {
  const [spec, second] = signature.form === 'tensors' ? signature.tensors : [];
  if (spec === undefined || second !== undefined || spec.dtype === 'string') {
    const has = signature.form === 'tensors' ? `the inputs ${namesOf(signature.tensors)}` : 'columns';
    return fail(
      'content_type',
      `body: bytes are read for a model of one tensor of numbers, and this one has ${has}: send JSON, or application/x-npz`,
    );
  }
  return batchOf([[spec.name, tensorOfBytes(spec.dtype, shapeOfBytes(bytes.length, spec), bytes, PLACE)]]);
}

const PLACE = { loc: BODY, what: 'body' };
const namesOf = (specs: readonly TensorSpec[]): string =>
  specs.map(({ name, dtype }) => `${name} (${dtype})`).join(', ');

/** One row of a picture or a sound, for a model of one input, within `room` bytes. Errors: READ_*, INPUT_INVALID, MEMORY_EXCEEDED. */
export function decodeContentRow(bytes: Uint8Array, signature: Signature, room: number): Batch {
  const [spec, second] = signature.form === 'tensors' ? signature.tensors : [];
  if (spec === undefined || second !== undefined || spec.dtype === 'string') {
    const has = signature.form === 'tensors' ? `the inputs ${namesOf(signature.tensors)}` : 'columns';
    const msg = `body: an image or a sound is read for a model of one input of numbers, and this one has ${has}: send JSON with {"b64": "…"} where an input takes one`;
    return fail('content_type', msg);
  }
  const row = contentRow(bytes, spec, 'body', room);
  return batchOf([[spec.name, { ...row, shape: [1, ...row.shape] }]]);
}

/** The shape that so many bytes have. */
function shapeOfBytes(length: number, { name, dtype, shape }: TensorSpec): readonly number[] {
  const row = shape.slice(1);
  const free = row.filter((size) => size < 0).length;
  const rowBytes = row.reduce((product, size) => product * Math.max(1, size), elementBytes(dtype));
  const whole = length / rowBytes;
  const of = `${dtype} of shape ${JSON.stringify(shape)}`;
  if (free > 1)
    fail(
      'shape',
      `body: the input "${name}" is ${of}: bytes do not say how they fill its free dimensions; send application/x-npy, which does`,
    );
  if (!Number.isInteger(whole) || whole === 0)
    fail(
      'byte_length',
      `body: expected a whole number of rows of the input "${name}", ${of}, which take ${rowBytes} bytes each${free === 1 ? ' for each step of the free dimension' : ''}; got ${length} bytes`,
    );
  const rows = free === 1 ? 1 : whole;
  const [frozen = -1] = shape;
  if (frozen >= 0 && frozen !== rows)
    fail('batch_size', `body: the model takes exactly ${frozen} rows at a time, got ${rows}`);
  return [rows, ...row.map((size) => (size < 0 ? whole : size))];
}
