import { allocateCells } from '../../engine/native/block.ts';
import type { Batch, ColumnValues } from '../../model/batch.ts';
import { numbersTensor } from '../../model/numbers-tensor.ts';
import type { ColumnSpec, Signature, TensorSpec } from '../../model/signature.ts';
import type { DType, Tensor } from '../../model/tensor.ts';

/** Columns of all inputs together. */
const MOST_COLUMNS = 2 ** 16;

type TensorSignature = Extract<Signature, { form: 'tensors' }>;

/** A graph whose inputs are tables: rows of columns, and the tensors that they are. */
export interface InputColumns {
  readonly signature: Signature;
  /** First column of each input. */
  readonly firsts: ReadonlyMap<string, number>;
  rowsOf(batch: Batch): Batch;
  tensorsOf(rows: Batch): Batch;
}

interface InputTable {
  readonly spec: TensorSpec;
  readonly first: number;
  readonly width: number;
}

const NUMBERS: readonly DType[] = ['float32', 'float64', 'int32', 'int64', 'bool'];

/** The inputs of a graph as columns; null where one is no table of numbers or of texts. */
export function inputColumns({ tensors, outputs, classes }: TensorSignature): InputColumns | null {
  const inputs: InputTable[] = [];
  let width = 0;
  for (const spec of tensors) {
    const [, columns = 1, ...rest] = spec.shape;
    const isTable = spec.shape.length >= 1 && rest.length === 0 && columns > 0;
    if (!isTable || spec.content !== undefined || !(NUMBERS.includes(spec.dtype) || spec.dtype === 'string'))
      return null;
    inputs.push({ spec, first: width, width: columns });
    width += columns;
  }
  if (width === 0 || width > MOST_COLUMNS) return null;
  const columns = inputs.flatMap((input) =>
    Array.from({ length: input.width }, (_, k): ColumnSpec => {
      const type = input.spec.dtype === 'string' ? 'string' : 'number';
      return { name: nameOf(input, k, inputs.length), named: true, type, nullable: true };
    }),
  );
  return {
    signature: { form: 'table', columns, outputs, classes },
    firsts: new Map(inputs.map(({ spec, first }) => [spec.name, first])),
    rowsOf: (batch) => rowsOf(batch, inputs, width),
    tensorsOf: (rows) => tensorsOf(rows, inputs),
  };
}

/** Columns of the only input are x0, x1 and so on; those of several have its name. */
function nameOf({ spec, width }: InputTable, column: number, inputs: number): string {
  if (width === 1) return spec.name;
  return inputs === 1 ? `x${column}` : `${spec.name}[${column}]`;
}

function rowsOf(batch: Batch, inputs: readonly InputTable[], width: number): Batch {
  if (batch.kind !== 'tensors') return batch;
  const { rows } = batch;
  if (inputs.every(({ spec }) => spec.dtype !== 'string')) {
    const data = allocateCells(rows * width);
    for (const input of inputs) {
      const given = batch.tensors[input.spec.name]?.data ?? [];
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < input.width; k++)
          data[row * width + input.first + k] = Number(given[row * input.width + k]);
    }
    return { kind: 'matrix', rows, width, data };
  }
  const columns = inputs.flatMap((input): ColumnValues[] => {
    const given = batch.tensors[input.spec.name]?.data ?? [];
    return Array.from({ length: input.width }, (_, k) => {
      const cell = (row: number) => given[row * input.width + k];
      return input.spec.dtype === 'string'
        ? Array.from({ length: rows }, (__, row) => String(cell(row)))
        : Float64Array.from({ length: rows }, (__, row) => Number(cell(row)));
    });
  });
  return { kind: 'table', rows, columns };
}

function tensorsOf(batch: Batch, inputs: readonly InputTable[]): Batch {
  if (batch.kind === 'tensors') return batch;
  const { rows } = batch;
  const cell = (row: number, column: number): number | string | null =>
    batch.kind === 'matrix'
      ? (batch.data[row * batch.width + column] ?? Number.NaN)
      : (batch.columns[column]?.[row] ?? null);
  const tensors = inputs.map(({ spec, first, width }): readonly [string, Tensor] => {
    const cells = Array.from({ length: rows * width }, (_, at) =>
      cell(Math.floor(at / width), first + (at % width)),
    );
    const shape = spec.shape.length === 1 ? [rows] : [rows, width];
    return [spec.name, tensorFrom(spec.dtype, shape, cells)];
  });
  return { kind: 'tensors', rows, tensors: Object.fromEntries(tensors) };
}

function tensorFrom(
  dtype: DType,
  shape: readonly number[],
  cells: readonly (number | string | null)[],
): Tensor {
  if (dtype === 'string') return { dtype, shape, data: cells.map(String) };
  const numbers = cells.map((cell) => (cell === null ? Number.NaN : Number(cell)));
  if (dtype !== 'int64') return numbersTensor(numbers, dtype, shape);
  // `numbersTensor` holds whole numbers within 2 ** 53; an identifier beyond stays the nearest number.
  return { dtype, shape, data: BigInt64Array.from(numbers, (value) => BigInt(Math.trunc(value))) };
}
