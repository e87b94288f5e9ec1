import { type LabelSet, labelDType, type Tensor } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext, CompiledOutput } from './compiler.ts';

/** All labels of a set as a `[classes]` tensor of their own type. */
export function labelTensor(labels: LabelSet): Tensor {
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
export const labelsAt = ({ g }: CompileContext, labels: LabelSet, indexes: ValueName): ValueName =>
  g.add('Gather', [g.constant(labelTensor(labels)), indexes], { axis: 0n });

/** Index of the greatest score of a row, the lowest on ties, as numpy's argmax: `[N, C]` to `[N]`. */
export const argMax = ({ g }: CompileContext, scores: ValueName): ValueName =>
  g.add('ArgMax', [scores], { axis: 1n, keepdims: 0n, select_last_index: 0n });

/** `predict` of a classifier from the class indexes `[N]` that `indexes` emits. */
export const labelOutput = (
  context: CompileContext,
  labels: LabelSet,
  indexes: () => ValueName,
): CompiledOutput => ({
  dtype: labelDType(labels),
  shape: [],
  value: () => labelsAt(context, labels, indexes()),
});

/** Class index 1 where the condition `[N]` holds, else 0. */
export const binaryIndex = ({ g }: CompileContext, condition: ValueName): ValueName =>
  g.add('Cast', [condition], { to: 7n });
