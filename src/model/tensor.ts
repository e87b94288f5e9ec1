/** Dense row-major tensors: the one currency of values between engines, doors and checks. */
import { PlimsollError } from '../core/errors.ts';

export type TensorData = {
  float64: Float64Array;
  float32: Float32Array;
  float16: Uint16Array;
  int64: BigInt64Array;
  uint64: BigUint64Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int8: Int8Array;
  uint8: Uint8Array;
  bool: Uint8Array;
  string: readonly string[];
};
export type DType = keyof TensorData;

export type Tensor = {
  [D in DType]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: TensorData[D] };
}[DType];

/** The array that holds each numeric type. */
export const TYPED_ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies { readonly [D in Exclude<DType, 'string'>]: new (length: number) => TensorData[D] };

interface UncheckedTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData[DType];
}

/** Whether the data are in the array that holds their type. */
const isTensor = (given: UncheckedTensor): given is Tensor =>
  given.dtype === 'string' ? Array.isArray(given.data) : given.data instanceof TYPED_ARRAYS[given.dtype];

/** A tensor of a type that is known only as the program runs. Throws INTERNAL where the array is not the one of that type. */
export function newTensor(dtype: DType, shape: readonly number[], data: TensorData[DType]): Tensor {
  const tensor = { dtype, shape, data };
  if (isTensor(tensor)) return tensor;
  const reason = `its data are in ${data.constructor.name}`;
  throw new PlimsollError('INTERNAL', { action: `a tensor of ${dtype}`, reason });
}

/** Row-major float64 matrix, `data[row * cols + col]`. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/** Rows as columns. */
export function transposedMatrix({ rows, cols, data }: Matrix): Matrix {
  const out = new Float64Array(rows * cols);
  for (let k = 0; k < data.length; k++) out[(k % cols) * rows + Math.floor(k / cols)] = data[k]!;
  return { rows: cols, cols: rows, data: out };
}

/** The values of each column of a matrix, in its first `most` rows. */
export const matrixColumns = ({ rows, cols, data }: Matrix, most: number): readonly (readonly number[])[] =>
  Array.from({ length: cols }, (_, col) =>
    Array.from({ length: Math.min(rows, most) }, (_, row) => data[row * cols + col]!),
  );

/** A one-dimensional label set, in the library's own order; its type is kept through every door. */
export type LabelSet =
  | { readonly type: 'string'; readonly values: readonly string[] }
  | { readonly type: 'int'; readonly values: readonly number[] }
  | { readonly type: 'float'; readonly values: readonly number[] }
  | { readonly type: 'bool'; readonly values: readonly boolean[] };

const LABEL_DTYPE = { string: 'string', int: 'int64', float: 'float64', bool: 'bool' } as const;

/** The tensor type in which labels of this set are answered. */
export const labelDType = (labels: LabelSet): DType => LABEL_DTYPE[labels.type];

/** Labels at `indices`, as a `[N]` tensor of the labels' own type. */
export function takeLabels(labels: LabelSet, indices: ArrayLike<number>): Tensor {
  const shape = [indices.length];
  switch (labels.type) {
    case 'string':
      return { dtype: 'string', shape, data: Array.from(indices, (i) => labels.values[i]!) };
    case 'int':
      return { dtype: 'int64', shape, data: BigInt64Array.from(indices, (i) => BigInt(labels.values[i]!)) };
    case 'float':
      return { dtype: 'float64', shape, data: Float64Array.from(indices, (i) => labels.values[i]!) };
    case 'bool':
      return { dtype: 'bool', shape, data: Uint8Array.from(indices, (i) => (labels.values[i] ? 1 : 0)) };
  }
}
