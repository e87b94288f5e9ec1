import type { DType } from '../../model/tensor.ts';
import type { ValueName } from '../../onnx/graph.ts';
import type { TensorValue } from './emitter.ts';
import type { Shape } from './shapes.ts';

/** What an edge of a TensorFlow graph carries. */
export type EdgeValue = TensorValue | VariableHandle | TableHandle | TensorList | NoValue;

/** A resource of a variable, by the name of the node that makes it. */
export interface VariableHandle {
  readonly kind: 'variable';
  readonly node: string;
}

export interface TableHandle {
  readonly kind: 'table';
  readonly node: string;
}

/** A TensorList as a sequence of ONNX. */
export interface TensorList {
  readonly kind: 'list';
  readonly name: ValueName;
  readonly dtype: DType;
  /** Of an element. */
  readonly shape: Shape;
}

/** What only control edges follow. */
export interface NoValue {
  readonly kind: 'none';
}

export const NO_VALUE: NoValue = { kind: 'none' };
