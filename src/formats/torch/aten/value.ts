import type { DType, Tensor } from '../../../model/tensor.ts';
import type { ValueName } from '../../../onnx/graph.ts';

/** A size that is known, or the symbol of one that is chosen with each call: equal symbols are equal sizes. */
export type TensorSize = number | string;

/** A tensor in the graph under construction. */
export interface AtenTensor {
  readonly type: 'tensor';
  readonly dtype: DType;
  readonly shape: readonly TensorSize[];
  /** Its name in the graph, or the constant that becomes part of the graph once something reads it. */
  readonly source: ValueName | Tensor;
}

/** An integer that is chosen with each call, as a tensor of one element. */
export interface SymbolicInteger {
  readonly type: 'symbolic';
  readonly symbol: string;
  readonly tensor: AtenTensor;
}

/** A Python float: kept apart from integers, for `x * 2` of integers is one and `x * 2.0` is none. */
export interface AtenFloat {
  readonly type: 'float';
  readonly value: number;
}

export interface AtenDType {
  readonly type: 'dtype';
  readonly dtype: DType;
}

/** What an operator of ATen takes and gives; a number is a Python int. */
export type AtenValue =
  | null
  | boolean
  | number
  | string
  | AtenFloat
  | AtenDType
  | AtenTensor
  | SymbolicInteger
  | readonly AtenValue[];

type TaggedValue = AtenFloat | AtenDType | AtenTensor | SymbolicInteger;

/** Narrows to one of the tagged values. */
export const isValue = <T extends TaggedValue['type']>(
  value: AtenValue | undefined,
  type: T,
): value is Extract<TaggedValue, { type: T }> =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === type;

export const isValues = (value: AtenValue | undefined): value is readonly AtenValue[] => Array.isArray(value);

/** An integer of a size, a view or a shape. */
export type AtenInteger = number | SymbolicInteger;

export const sizeOfInteger = (value: AtenInteger): TensorSize =>
  typeof value === 'number' ? value : value.symbol;

/** What a value is, for messages. */
export function describeAten(value: AtenValue | undefined): string {
  if (value === undefined) return 'missing';
  if (isValues(value)) return `a list of ${value.length}`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (value.type === 'tensor') return `a tensor of ${value.dtype} [${value.shape.join(', ')}]`;
  if (value.type === 'float') return String(value.value);
  return value.type === 'dtype' ? value.dtype : `the symbolic size ${value.symbol}`;
}
