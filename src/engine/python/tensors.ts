/** Batches and outputs as headers and buffers, and back. Numbers are views of the same memory. Pure. */

import { elementAt } from '../../core/element-at.ts';
import type { Batch, ColumnValues, Outputs } from '../../model/batch.ts';
import { isList, partTensorsOf } from '../../model/output-parts.ts';
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { FrameError } from './frame.ts';
import type { BatchHeader, OutputHeader, TensorHeader } from './messages.ts';
import { decodeText, encodeText } from './text.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface EncodedTensors<Header> {
  readonly header: Header;
  readonly buffers: readonly Bytes[];
}

/** What is wrong with an answer that is well formed, but nothing that can be sent on. */
export class AnswerError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'AnswerError';
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Bytes =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** Columns without a name get one by their place (`x0`), as everywhere. */
const nameAt = (names: readonly string[] | null, index: number): string => names?.[index] ?? `x${index}`;

export function encodeBatch(batch: Batch, names: readonly string[] | null): EncodedTensors<BatchHeader> {
  const { rows } = batch;
  switch (batch.kind) {
    case 'matrix':
      return {
        header: { form: 'matrix', rows, width: batch.width, names },
        buffers: [bytesOf(batch.data)],
      };
    case 'table': {
      const columns = batch.columns.map((values, index) => ({
        name: nameAt(names, index),
        type: values instanceof Float64Array ? ('number' as const) : ('string' as const),
      }));
      const buffers = batch.columns.flatMap((values) =>
        values instanceof Float64Array ? [bytesOf(values)] : encodeText(values),
      );
      return { header: { form: 'table', rows, columns }, buffers };
    }
    case 'tensors': {
      const entries = Object.entries(batch.tensors);
      const tensors = entries.map(([name, tensor]) => ({ name, ...headerOf(tensor) }));
      return {
        header: { form: 'tensors', rows, tensors },
        buffers: entries.flatMap(([, tensor]) => tensorBuffers(tensor)),
      };
    }
  }
}

export function encodeOutputs(outputs: Outputs): EncodedTensors<readonly OutputHeader[]> {
  const entries = Object.entries(outputs);
  return {
    header: entries.map(([name, value]) =>
      isList(value) ? { name, parts: value.map(headerOf) } : { name, ...headerOf(value) },
    ),
    buffers: entries.flatMap(([, value]) => partTensorsOf(value).flatMap(tensorBuffers)),
  };
}

const headerOf = ({ dtype, shape }: Tensor): Omit<TensorHeader, 'name'> => ({ dtype, shape });

const tensorBuffers = (tensor: Tensor): readonly Bytes[] =>
  tensor.dtype === 'string' ? encodeText(tensor.data) : [bytesOf(tensor.data)];

/** Takes buffers one after another. */
class Supply {
  readonly #buffers: readonly Bytes[];
  #taken = 0;

  constructor(buffers: readonly Bytes[]) {
    this.#buffers = buffers;
  }

  take(count: number): readonly Bytes[] {
    const taken = this.#buffers.slice(this.#taken, this.#taken + count);
    this.#taken += count;
    if (taken.length < count) throw new FrameError('fewer buffers than its header says');
    return taken;
  }

  /** @throws FrameError where some are left */
  end(): void {
    if (this.#taken < this.#buffers.length) throw new FrameError('more buffers than its header says');
  }

  numbers(dtype: Exclude<DType, 'string'>, count: number): Tensor['data'] {
    const bytes = elementAt(this.take(1), 0);
    const View = TYPED_ARRAYS[dtype];
    if (bytes.byteLength !== count * View.BYTES_PER_ELEMENT)
      throw new FrameError(`${count} numbers of ${dtype} in ${bytes.byteLength} bytes`);
    return new View(bytes.buffer, bytes.byteOffset, count);
  }

  floats(count: number): Float64Array {
    const bytes = elementAt(this.take(1), 0);
    if (bytes.byteLength !== count * Float64Array.BYTES_PER_ELEMENT)
      throw new FrameError(`${count} numbers of float64 in ${bytes.byteLength} bytes`);
    return new Float64Array(bytes.buffer, bytes.byteOffset, count);
  }

  tensor({ dtype, shape }: Omit<TensorHeader, 'name'>): Tensor {
    const count = shape.reduce((product, size) => product * size, 1);
    if (dtype !== 'string') return newTensor(dtype, shape, this.numbers(dtype, count));
    const data = decodeText(count, this.take(3));
    const texts = data.filter((text) => text !== null);
    if (texts.length < data.length) throw new AnswerError(`string ${data.indexOf(null)} is missing (None)`);
    return { dtype, shape, data: texts };
  }
}

/** @throws FrameError where header and buffers contradict each other, AnswerError where a string is missing */
export function decodeOutputs(headers: readonly OutputHeader[], buffers: readonly Bytes[]): Outputs {
  const supply = new Supply(buffers);
  const outputs = headers.map((header): [string, Tensor | readonly Tensor[]] => [
    header.name,
    'parts' in header ? header.parts.map((part) => supply.tensor(part)) : supply.tensor(header),
  ]);
  supply.end();
  return Object.fromEntries(outputs);
}

/**
 * A batch, its columns in the order of `names` where both have names.
 *
 * @throws FrameError where header and buffers contradict each other, AnswerError where a column is not there
 */
export function decodeBatch(
  header: BatchHeader,
  buffers: readonly Bytes[],
  names: readonly string[] | null,
): Batch {
  const supply = new Supply(buffers);
  const batch = batchOf(header, supply, names);
  supply.end();
  return batch;
}

function batchOf(header: BatchHeader, supply: Supply, names: readonly string[] | null): Batch {
  const { rows } = header;
  switch (header.form) {
    case 'matrix': {
      const data = supply.floats(rows * header.width);
      const order = orderOf(header.names, names);
      const matrix = { kind: 'matrix' as const, rows, width: header.width, data };
      return order === null ? matrix : arrangeMatrix(matrix, order);
    }
    case 'table': {
      const columns = header.columns.map(
        ({ type }): ColumnValues =>
          type === 'number' ? supply.floats(rows) : decodeText(rows, supply.take(3)),
      );
      const order = orderOf(
        header.columns.map(({ name }) => name),
        names,
      );
      return {
        kind: 'table',
        rows,
        columns: order === null ? columns : order.map((index) => elementAt(columns, index)),
      };
    }
    case 'tensors': {
      const tensors = header.tensors.map((tensor) => [tensor.name, supply.tensor(tensor)] as const);
      return { kind: 'tensors', rows, tensors: Object.fromEntries(tensors) };
    }
  }
}

/** Place of each wanted column among those found, or null where they are in order or nobody knows. */
function orderOf(found: readonly string[] | null, wanted: readonly string[] | null): number[] | null {
  if (found === null || wanted === null) return null;
  if (found.length === wanted.length && wanted.every((name, index) => found[index] === name)) return null;
  const places = new Map(found.map((name, index) => [name, index]));
  return wanted.map((name) => {
    const place = places.get(name);
    if (place === undefined)
      throw new AnswerError(`it has no column "${name}", which the model reads; it has ${found.join(', ')}`);
    return place;
  });
}

type MatrixBatch = Extract<Batch, { kind: 'matrix' }>;

function arrangeMatrix({ rows, width, data }: MatrixBatch, order: readonly number[]): MatrixBatch {
  const arranged = new Float64Array(rows * order.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < order.length; column++)
      arranged[row * order.length + column] = data[row * width + order[column]!]!;
  return { kind: 'matrix', rows, width: order.length, data: arranged };
}
