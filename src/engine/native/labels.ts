import { elementAt } from '../../core/element-at.ts';
import { type LabelSet, labelDType, type Tensor, takeLabels } from '../../model/tensor.ts';

/** Takes labels by index into a fresh `[N]` tensor. */
export type LabelTaker = (indices: Int32Array) => Tensor;

/** `takeLabels` with the label set laid out once: integers are kept as BigInt, none is made per row. */
export function prepareLabels(labels: LabelSet): LabelTaker {
  if (labels.type === 'int') return intTaker(labels);
  if (labels.type === 'string') return stringTaker(labels.values);
  return (indices) => takeLabels(labels, indices);
}

function intTaker(labels: LabelSet): LabelTaker {
  const values = labels.values.map(BigInt);
  return (indices) => {
    const data = new BigInt64Array(indices.length);
    copyLabels(values, indices, data);
    return { dtype: 'int64', shape: [indices.length], data };
  };
}

function stringTaker(values: readonly string[]): LabelTaker {
  return (indices) => {
    const data = new Array<string>(indices.length);
    copyLabels(values, indices, data);
    return { dtype: 'string', shape: [indices.length], data };
  };
}

function copyLabels<T>(values: readonly T[], indices: Int32Array, data: { [row: number]: T }): void {
  for (let row = 0; row < indices.length; row++) data[row] = values[indices[row]!]!;
}

/** Labels of several outputs side by side as one `[N, outputs]` tensor of the first output's type. */
export function stackLabels(columns: readonly Tensor[], labels: LabelSet): Tensor {
  const rows = elementAt(elementAt(columns, 0).shape, 0);
  const width = columns.length;
  const at = (k: number): string | number | bigint => {
    const data: ArrayLike<string | number | bigint> = elementAt(columns, k % width).data;
    return elementAt(data, Math.floor(k / width));
  };
  const shape = [rows, width];
  const length = rows * width;
  switch (labelDType(labels)) {
    case 'string':
      return { dtype: 'string', shape, data: Array.from({ length }, (_, k) => String(at(k))) };
    case 'int64':
      return { dtype: 'int64', shape, data: BigInt64Array.from({ length }, (_, k) => BigInt(at(k))) };
    case 'bool':
      return { dtype: 'bool', shape, data: Uint8Array.from({ length }, (_, k) => Number(at(k))) };
    default:
      return { dtype: 'float64', shape, data: Float64Array.from({ length }, (_, k) => Number(at(k))) };
  }
}
