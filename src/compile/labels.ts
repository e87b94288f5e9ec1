import { type Labels, labelDType, type Tensor } from '../model/tensor.ts';
import type { Value } from '../onnx/graph.ts';
import type { Context, Output } from './compiler.ts';

/** All labels of a set as a `[classes]` tensor of their own type. */
export function labelTensor(labels: Labels): Tensor {
  const shape = [labels.values.length];
  switch (labels.type) {
    case 'string':
      return { dtype: 'string', shape, data: labels.values };
    case 'int':
      return { dtype: 'int64', shape, data: BigInt64Array.from(labels.values, BigInt) };
    case 'float':
      return { dtype: 'float64', shape, data: Float64Array.from(labels.values) };
    case 'bool':
      return { dtype: 'bool', shape, data: Uint8Array.from(labels.values, Number) };
  }
}

/** Labels at the int64 indexes `[N]`. */
export const labelsAt = ({ g }: Context, labels: Labels, indexes: Value): Value =>
  g.add('Gather', [g.constant(labelTensor(labels)), indexes], { axis: 0n });

/** Index of the greatest score of a row, the lowest on ties, as numpy's argmax: `[N, C]` to `[N]`. */
export const argMax = ({ g }: Context, scores: Value): Value =>
  g.add('ArgMax', [scores], { axis: 1n, keepdims: 0n, select_last_index: 0n });

/** `predict` of a classifier from the class indexes `[N]` that `indexes` emits. */
export const labelOutput = (context: Context, labels: Labels, indexes: () => Value): Output => ({
  dtype: labelDType(labels),
  shape: [],
  value: () => labelsAt(context, labels, indexes()),
});

/** Class index 1 where the condition `[N]` holds, else 0. */
export const binaryIndex = ({ g }: Context, condition: Value): Value =>
  g.add('Cast', [condition], { to: 7n });
