import type { Batch, ColumnBatch, Outputs } from './batch.ts';
import { concatenateBatches } from './concatenate.ts';
import { isList } from './output-parts.ts';
import { newTensor, type Tensor } from './tensor.ts';

/** Rows `start` (inclusive) to `end` (exclusive) of a batch; typed arrays are views, not copies. */
export function sliceBatch(batch: ColumnBatch, start: number, end: number): ColumnBatch;
export function sliceBatch(batch: Batch, start: number, end: number): Batch;
export function sliceBatch(batch: Batch, start: number, end: number): Batch {
  const rows = end - start;
  switch (batch.kind) {
    case 'matrix': {
      const data = batch.data.subarray(start * batch.width, end * batch.width);
      return { kind: 'matrix', rows, width: batch.width, data };
    }
    case 'table': {
      const columns = batch.columns.map((column) =>
        column instanceof Float64Array ? column.subarray(start, end) : column.slice(start, end),
      );
      return { kind: 'table', rows, columns };
    }
    case 'tensors': {
      const tensors = Object.entries(batch.tensors).map(([name, tensor]) => [
        name,
        sliceTensor(tensor, batch.rows, start, end),
      ]);
      return { kind: 'tensors', rows, tensors: Object.fromEntries(tensors) };
    }
  }
}

/** Some rows of a batch that stand beside each other, and the place of the first. */
export interface BatchBlock<B extends Batch = Batch> {
  readonly block: B;
  readonly from: number;
}

/** The rows of a batch, at most so many of them in each block; typed arrays are views, not copies. */
export function batchBlocks(batch: ColumnBatch, rows: number): Generator<BatchBlock<ColumnBatch>>;
export function batchBlocks(batch: Batch, rows: number): Generator<BatchBlock>;
export function* batchBlocks(batch: Batch, rows: number): Generator<BatchBlock> {
  for (let from = 0; from < batch.rows; from += rows)
    yield { block: sliceBatch(batch, from, Math.min(batch.rows, from + rows)), from };
}

/** The rows at these places, of which there is one at least, in their order. */
export function pickRows(batch: ColumnBatch, places: readonly number[]): ColumnBatch;
export function pickRows(batch: Batch, places: readonly number[]): Batch;
export function pickRows(batch: Batch, places: readonly number[]): Batch {
  const rows = places.length;
  if (batch.kind === 'tensors')
    return concatenateBatches(places.map((row) => sliceBatch(batch, row, row + 1)));
  if (batch.kind === 'matrix') {
    const { width } = batch;
    const data = new Float64Array(rows * width);
    for (const [k, row] of places.entries())
      data.set(batch.data.subarray(row * width, (row + 1) * width), k * width);
    return { kind: 'matrix', rows, width, data };
  }
  const columns = batch.columns.map((column) =>
    column instanceof Float64Array
      ? Float64Array.from(places, (row) => column[row]!)
      : places.map((row) => column[row] ?? null),
  );
  return { kind: 'table', rows, columns };
}

/** Answers of rows `start` (inclusive) to `end` (exclusive) of `rows`; typed arrays are views, not copies. */
export function sliceOutputs(outputs: Outputs, rows: number, start: number, end: number): Outputs {
  const slice = (tensor: Tensor): Tensor => sliceTensor(tensor, rows, start, end);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, isList(value) ? value.map(slice) : slice(value)]),
  );
}

function sliceTensor(tensor: Tensor, rows: number, start: number, end: number): Tensor {
  const stride = rows === 0 ? 0 : tensor.data.length / rows;
  const shape = [end - start, ...tensor.shape.slice(1)];
  const [from, to] = [start * stride, end * stride];
  const data = tensor.dtype === 'string' ? tensor.data.slice(from, to) : tensor.data.subarray(from, to);
  return newTensor(tensor.dtype, shape, data);
}
