import { elementAt } from '../core/element-at.ts';
import type { Batch, ColumnValues, Outputs } from './batch.ts';
import { isList } from './output-parts.ts';
import type { Tensor, TensorData } from './tensor.ts';

/** Batches of one kind and width as one, row after row. */
export function concatenateBatches(batches: readonly Batch[]): Batch {
  const first = elementAt(batches, 0);
  if (batches.length === 1) return first;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  switch (first.kind) {
    case 'matrix': {
      const data = concatenateArrays((batches as (typeof first)[]).map((batch) => batch.data));
      return { kind: 'matrix', rows, width: first.width, data };
    }
    case 'table': {
      const columns = first.columns.map((_, index) =>
        concatenateColumns((batches as (typeof first)[]).map((batch) => elementAt(batch.columns, index))),
      );
      return { kind: 'table', rows, columns };
    }
    case 'tensors': {
      const tensors = Object.keys(first.tensors).map((name) => [
        name,
        concatenateTensors((batches as (typeof first)[]).map((batch) => batch.tensors[name]!)),
      ]);
      return { kind: 'tensors', rows, tensors: Object.fromEntries(tensors) };
    }
  }
}

/** Answers of consecutive slices as one, along the batch dimension. */
export function concatenateOutputs(slices: readonly Outputs[]): Outputs {
  const [first] = slices;
  if (first === undefined || slices.length === 1) return first ?? {};
  const join = (name: string, part: number | null): Tensor =>
    concatenateTensors(slices.map((slice) => pick(slice[name]!, part)));
  return Object.fromEntries(
    Object.entries(first).map(([name, value]) => [
      name,
      isList(value) ? value.map((_, part) => join(name, part)) : join(name, null),
    ]),
  );
}

const pick = (value: Tensor | readonly Tensor[], part: number | null): Tensor =>
  isList(value) ? elementAt(value, part ?? 0) : value;

function concatenateColumns(columns: readonly ColumnValues[]): ColumnValues {
  if (columns[0] instanceof Float64Array) return concatenateArrays(columns as readonly Float64Array[]);
  return (columns as readonly (readonly (string | null)[])[]).flat();
}

/** Tensors of one type as one, along their first dimension. */
export function concatenateTensors(tensors: readonly Tensor[]): Tensor {
  const first = elementAt(tensors, 0);
  const shape = [tensors.reduce((sum, { shape: [rows] }) => sum + (rows ?? 0), 0), ...first.shape.slice(1)];
  const parts = tensors.map(({ data }) => data);
  const data =
    first.dtype === 'string'
      ? (parts as TensorData['string'][]).flat()
      : concatenateArrays(parts as unknown as Float64Array[]);
  return { dtype: first.dtype, shape, data } as Tensor;
}

function concatenateArrays<T extends Float64Array>(arrays: readonly T[]): T {
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  const whole = new (elementAt(arrays, 0).constructor as new (length: number) => T)(length);
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}
