/** A frame of columns as a batch that an engine scores. Pure. */
import { elementAt } from '../core/element-at.ts';
import type { Batch, ColumnValues } from '../model/batch.ts';
import type { ColumnSpec, Signature } from '../model/signature.ts';
import { cellReader } from '../serving/rows/cell-reader.ts';
import type { TensorElement } from '../serving/rows/tensor-element.ts';
import { type CellColumn, type CellSlot, packElements, packNumbers } from './cells.ts';
import { tensorDecoder } from './decode-tensors.ts';
import type { DecodeFrame } from './decoded.ts';
import { compactElements, compactMatrix, RowFaults } from './faults.ts';
import type { ColumnVector } from './frame.ts';

/**
 * Prepares the reading of frames whose columns are `inputs`, as `bindInputs` named them: the same checks as at the doors,
 * column by column. A row with a cell that does not fit is refused with the words of its first fault.
 */
export const frameDecoder = (signature: Signature, inputs: readonly string[]): DecodeFrame =>
  signature.form === 'tensors'
    ? tensorDecoder(signature.tensors, inputs)
    : tableDecoder(signature.open ? inputs.map(openColumn) : signature.columns, inputs);

const openColumn = (name: string): ColumnSpec => ({ name, named: true, type: 'number', nullable: true });

/** A column that the model reads: the place of its cells in a row, and in the frame. */
interface BoundColumn {
  readonly cells: CellColumn;
  readonly at: number;
}

function tableDecoder(columns: readonly ColumnSpec[], inputs: readonly string[]): DecodeFrame {
  const bound: BoundColumn[] = [];
  columns.forEach((spec, at) => {
    if (!spec.ignored) bound.push({ cells: cellColumn(spec, inputs[bound.length] ?? spec.name), at });
  });
  return columns.some((spec) => spec.type === 'string')
    ? columnsDecoder(columns, bound)
    : matrixDecoder(columns.length, bound);
}

function cellColumn(spec: ColumnSpec, name: string): CellColumn {
  const reader = cellReader(spec);
  const read: CellColumn['read'] = (value) =>
    reader(typeof value === 'bigint' && !spec.integers ? Number(value) : value);
  const free = spec.type === 'number' && !spec.categories;
  return { name, read, free: free ? (spec.largest ?? Infinity) : -1, missing: free && spec.nullable };
}

function matrixDecoder(width: number, bound: readonly BoundColumn[]): DecodeFrame {
  // Columns that no step reads stay as they are here: missing.
  let matrix = new Float64Array(0);
  const slots = bound.map(({ at }): CellSlot => ({ width, at }));
  return ({ rows, columns }) => {
    const faults = new RowFaults();
    if (matrix.length < rows * width) matrix = new Float64Array(rows * width).fill(Number.NaN);
    bound.forEach(({ cells }, j) => {
      packNumbers(elementAt(columns, j), cells, rows, elementAt(slots, j), matrix, faults);
    });
    const positions = faults.remaining(rows);
    if (positions !== null) compactMatrix(matrix, width, positions);
    const left = positions?.length ?? rows;
    const batch: Batch = { kind: 'matrix', rows: left, width, data: matrix.subarray(0, left * width) };
    return { parts: left > 0 ? [{ batch, positions }] : [], refusals: faults.refusals() };
  };
}

const SINGLE: CellSlot = { width: 1, at: 0 };

function columnsDecoder(specs: readonly ColumnSpec[], bound: readonly BoundColumn[]): DecodeFrame {
  const sources = new Map(bound.map(({ cells, at }, j) => [at, { cells, j }]));
  return ({ rows, columns }) => {
    const faults = new RowFaults();
    const whole = specs.map(({ type }, at): ColumnValues => {
      const source = sources.get(at);
      if (source === undefined)
        return type === 'string' ? new Array<null>(rows).fill(null) : missingNumbers(rows);
      const { cells, j } = source;
      return type === 'string'
        ? stringColumn(elementAt(columns, j), cells, rows, faults)
        : numberColumn(elementAt(columns, j), cells, rows, faults);
    });
    const positions = faults.remaining(rows);
    const left = positions?.length ?? rows;
    const kept = positions === null ? whole : whole.map((values) => compactColumn(values, positions));
    const batch: Batch = { kind: 'table', rows: left, columns: kept };
    return { parts: left > 0 ? [{ batch, positions }] : [], refusals: faults.refusals() };
  };
}

const missingNumbers = (rows: number): Float64Array => new Float64Array(rows).fill(Number.NaN);

function numberColumn(
  vector: ColumnVector,
  cells: CellColumn,
  rows: number,
  faults: RowFaults,
): Float64Array {
  const values = new Float64Array(rows);
  packNumbers(vector, cells, rows, SINGLE, values, faults);
  return values;
}

function stringColumn(
  vector: ColumnVector,
  cells: CellColumn,
  rows: number,
  faults: RowFaults,
): (string | null)[] {
  const values = new Array<TensorElement | null>(rows).fill(null);
  packElements(vector, cells, rows, SINGLE, values, faults);
  return values as (string | null)[];
}

function compactColumn(values: ColumnValues, positions: Int32Array): ColumnValues {
  if (!(values instanceof Float64Array)) return compactElements(values, 1, positions);
  compactMatrix(values, 1, positions);
  return values.subarray(0, positions.length);
}
