import type { DType } from '../../model/tensor.ts';
import type { ValueName } from '../../onnx/graph.ts';
import type { TensorValue } from './emitter.ts';
import type { Shape } from './shapes.ts';

/** What an edge of a TensorFlow graph carries. */
export type EdgeValue =
  | TensorValue
  | VariableHandle
  | TableHandle
  | TensorList
  | TensorArrayHandle
  | ExampleRows
  | NoValue;

/** A resource of a variable, by the name of the node that makes it. */
export interface VariableHandle {
  readonly kind: 'variable';
  readonly node: string;
}

export interface TableHandle {
  readonly kind: 'table';
  readonly node: string;
}

/** A list of tensors of one type: a TensorList, or what a TensorArray holds at a point. */
export interface TensorList {
  readonly kind: 'list';
  readonly dtype: DType;
  /** Of an element. */
  readonly shape: Shape;
  readonly elements: ListElements;
}

export type ListElements =
  /** A sequence of ONNX. */
  | { readonly as: 'sequence'; readonly name: ValueName }
  /** All of them along the first axis of a tensor; up to `padTo` others are zeros, where that is given. */
  | { readonly as: 'stacked'; readonly tensor: TensorValue; readonly padTo: TensorValue | null }
  /** So many that nothing has set; null: none, and more can be added. */
  | { readonly as: 'reserved'; readonly count: TensorValue | null }
  /** What each turn of a loop adds to: that of this turn, once it is known. An open list had none before. */
  | {
      readonly as: 'turns';
      readonly slot: object;
      readonly isOpen: boolean;
      readonly set: TurnElement | null;
    };

/** What one turn puts in a list. */
export interface TurnElement {
  /** Where; null: behind the others. */
  readonly at: TensorValue | null;
  readonly value: TensorValue;
}

/** A TensorArray of TensorFlow 1: what it holds is carried by its flow. */
export interface TensorArrayHandle {
  readonly kind: 'array';
  readonly dtype: DType;
}

/** Examples that the model parses: their features are inputs of the model. */
export interface ExampleRows {
  readonly kind: 'examples';
}

/** What only control edges follow. */
export interface NoValue {
  readonly kind: 'none';
}

export const NO_VALUE: NoValue = { kind: 'none' };

/** What a constant condition says, or null where only a run tells. */
export function constantTruth({ constant }: TensorValue): boolean | null {
  if (constant?.dtype !== 'bool' || constant.shape.some((size) => size !== 1)) return null;
  return Number(constant.load().data[0]) !== 0;
}
