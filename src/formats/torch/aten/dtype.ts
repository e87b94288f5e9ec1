import type { DType } from '../../../model/tensor.ts';

/** Bytes an element takes in a storage of torch, of each type that is read. */
export const ELEMENT_SIZE: Readonly<Record<Exclude<DType, 'string'>, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  int64: 8,
  uint64: 8,
  int32: 4,
  uint32: 4,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** Categories of types, as torch promotes them: booleans, integers, floats. */
const CATEGORY = (dtype: DType): number =>
  dtype === 'bool' ? 0 : dtype.startsWith('float') ? 2 : dtype === 'string' ? 3 : 1;

export const isFloating = (dtype: DType): boolean => CATEGORY(dtype) === 2;
export const isIntegral = (dtype: DType): boolean => CATEGORY(dtype) === 1;

/** One operand of a promotion: what a tensor, a tensor without dimensions or a number of Python brings along. */
export interface PromotedOperand {
  readonly dtype: DType;
  /** The higher one decides within a category: tensors, then tensors without dimensions, then numbers. */
  readonly rank: 'tensor' | 'scalar-tensor' | 'number';
}

const RANKS = ['tensor', 'scalar-tensor', 'number'] as const;

/**
 * The type in which operands meet.
 *
 * @see https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
 */
export function promoted(operands: readonly PromotedOperand[]): DType {
  let result: DType | null = null;
  for (const rank of RANKS) {
    const dtypes = operands.filter((operand) => operand.rank === rank).map(({ dtype }) => dtype);
    if (dtypes.length === 0) continue;
    const own = dtypes.reduce(wider);
    if (result === null || CATEGORY(own) > CATEGORY(result)) result = own;
  }
  return result ?? 'float32';
}

const WIDTH = (dtype: DType): number => (dtype === 'string' ? 0 : ELEMENT_SIZE[dtype]);

/** The narrowest type that holds both: of an unsigned and a signed one, the next wider signed one. */
function wider(a: DType, b: DType): DType {
  if (a === b) return a;
  const [low, high] = CATEGORY(a) <= CATEGORY(b) ? [a, b] : [b, a];
  if (CATEGORY(low) !== CATEGORY(high)) return high;
  const [narrow, wide] = WIDTH(low) <= WIDTH(high) ? [low, high] : [high, low];
  const isUnsigned = wide.startsWith('uint');
  if (narrow.startsWith('uint') === isUnsigned || !isUnsigned) return wide;
  return wide === 'uint8' ? 'int16' : wide === 'uint16' ? 'int32' : 'int64';
}
