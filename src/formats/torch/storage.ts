import { PlimsollError } from '../../core/errors.ts';
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import type { ReadBudget } from '../budget.ts';
import { ELEMENT_SIZE } from './aten/dtype.ts';

/** Types of elements in a storage; those of bfloat16 are read as float32, which holds them all. */
export type StoredDType = Exclude<DType, 'string'> | 'bfloat16';

/** A tensor as torch keeps it: sizes and steps over a storage, counted in elements. */
export interface StorageView {
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

const corrupt = (what: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what, offset: 0, found, wanted });

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/**
 * The elements of a view, in row-major order: a view of the bytes themselves where they lie so, else a copy.
 *
 * @throws READ_CORRUPT where the view reaches beyond its storage, or counts backwards
 */
export function tensorOfStorage(
  storage: Uint8Array,
  view: StorageView,
  what: string,
  budget: ReadBudget,
): Tensor {
  if (view.dtype === 'bfloat16')
    return widened(tensorOfStorage(storage, { ...view, dtype: 'uint16' }, what, budget), what, budget);
  const { dtype, shape, strides, offset } = view;
  const size = ELEMENT_SIZE[dtype];
  budget.check('dimensions', shape.length, what, 0);
  if (strides.length !== shape.length)
    throw corrupt(what, `${strides.length} strides of ${shape.length} sizes`, 'a stride for each size');
  if (![...shape, ...strides, offset].every(isCount))
    throw corrupt(
      what,
      `sizes [${shape}], strides [${strides}] and the offset ${offset}`,
      'whole numbers from 0 on',
    );
  const count = shape.reduce((product, length) => product * length, 1);
  budget.check('arrayElements', count, what, 0);
  const last = shape.reduce(
    (sum, length, axis) => sum + Math.max(0, length - 1) * (strides[axis] ?? 0),
    offset,
  );
  const held = Math.floor(storage.length / size);
  if (count > 0 && last >= held)
    throw corrupt(what, `an element at ${last} of a storage of ${held}`, 'elements inside their storage');
  const start = storage.byteOffset + offset * size;
  if (count > 0 && isRowMajor(shape, strides) && start % size === 0) {
    const array = TYPED_ARRAYS[dtype];
    return newTensor(dtype, shape, new array(storage.buffer as ArrayBuffer, start, count));
  }
  budget.charge(count * size, what, 0);
  return newTensor(dtype, shape, copied(storage, { ...view, dtype }, count));
}

/** bfloat16 is the front half of a float32. */
function widened({ shape, data }: Tensor, what: string, budget: ReadBudget): Tensor {
  budget.charge(4 * data.length, what, 0);
  const bits = new Uint32Array(data.length);
  for (let i = 0; i < bits.length; i += 1) bits[i] = Number(data[i]) * 65_536;
  return newTensor('float32', shape, new Float32Array(bits.buffer));
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const length = shape[axis] ?? 1;
    if (length !== 1 && strides[axis] !== step) return false;
    step *= length;
  }
  return true;
}

/** Copies element by element, byte by byte. */
function copied(
  storage: Uint8Array,
  { dtype, shape, strides, offset }: StorageView & { readonly dtype: Exclude<StoredDType, 'bfloat16'> },
  count: number,
) {
  const size = ELEMENT_SIZE[dtype];
  const data = new TYPED_ARRAYS[dtype](count);
  const bytes = new Uint8Array(data.buffer);
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let at = 0; at < count; at += 1) {
    for (let i = 0; i < size; i += 1) bytes[at * size + i] = storage[from * size + i] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      from -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return data;
}
