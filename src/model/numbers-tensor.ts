import { halfToNumber } from '../core/float.ts';
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from './tensor.ts';

const HALF = new DataView(new ArrayBuffer(2));

/** The nearest float16 of a number, as bits; ties go to even. */
function float16Bits(value: number): number {
  HALF.setFloat16(0, value);
  return HALF.getUint16(0);
}

/**
 * A whole number of 64 bits. Ends of slices are 2⁶³ - 1, which no number holds: what is larger than any size may be any such
 * number.
 */
const wholeOf = (value: number): bigint =>
  BigInt(Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value)));

/**
 * Numbers as a tensor of a type, each as near as the type has it; as texts where it is of those. Throws RangeError for a fraction in 64
 * bits of whole numbers.
 */
export function numbersTensor(
  values: readonly number[] | Float64Array,
  dtype: DType,
  shape: readonly number[],
): Tensor {
  if (dtype === 'string') return { dtype, shape, data: Array.from(values, String) };
  if (dtype === 'int64') return { dtype, shape, data: BigInt64Array.from(values, wholeOf) };
  if (dtype === 'uint64') return { dtype, shape, data: BigUint64Array.from(values, wholeOf) };
  if (dtype === 'float16') return { dtype, shape, data: Uint16Array.from(values, float16Bits) };
  return newTensor(dtype, shape, TYPED_ARRAYS[dtype].from(values));
}

/** The elements of a tensor as float64, whatever their type; NaN of texts that are no numbers. */
export const tensorNumbers = ({ dtype, data }: Tensor): Float64Array =>
  Float64Array.from(
    data as ArrayLike<unknown>,
    dtype === 'float16' ? (bits) => halfToNumber(Number(bits)) : Number,
  );
