/** A frame of columns as the named tensors of a graph. Pure. */
import { elementAt, valueOfKey } from '../core/element-at.ts';
import { isPlimsollError } from '../core/errors.ts';
import type { TensorSpec } from '../model/signature.ts';
import { newTensor, type Tensor, TYPED_ARRAYS } from '../model/tensor.ts';
import {
  type CellFault,
  describeInput,
  type InputDetail,
  InputErrors,
} from '../serving/rows/input-errors.ts';
import { elementType, type TensorElement } from '../serving/rows/tensor-element.ts';
import { TensorReader } from '../serving/rows/tensor-reader.ts';
import { matrixWidth } from './bind.ts';
import { type CellColumn, packElements, packNumbers, vectorCellOf } from './cells.ts';
import type { DecodedFrame, DecodedPart, DecodeFrame } from './decoded.ts';
import { compactElements, compactMatrix, RowFaults } from './faults.ts';
import type { ColumnFrame, ColumnVector } from './frame.ts';

/** One input of the graph, and the columns of the frame that it is made of. */
interface BoundTensor {
  readonly spec: TensorSpec;
  /** Index of the first column, and of that after the last. */
  readonly from: number;
  readonly to: number;
  readonly cells: readonly CellColumn[];
}

/** See `frameDecoder`. Rows of scalars are packed column by column; rows that hold lists are read one by one. */
export function tensorDecoder(specs: readonly TensorSpec[], inputs: readonly string[]): DecodeFrame {
  const bound = specs.map((spec, k): BoundTensor => {
    const [from, to] = specs.length === 1 ? [0, inputs.length] : [k, k + 1];
    return { spec, from, to, cells: inputs.slice(from, to).map((name) => tensorColumn(spec, name)) };
  });
  const scalar = bound.every(({ spec, from, to }) => isScalar(spec, to - from));
  return (frame) =>
    scalar && frame.columns.every(({ kind }) => kind !== 'lists')
      ? decodeScalars(bound, frame)
      : decodeLists(bound, frame);
}

/** Whether `count` scalars are a row of this input. */
function isScalar(spec: TensorSpec, count: number): boolean {
  const width = matrixWidth(spec);
  return width !== null && (width < 0 || width === count);
}

/** Largest finite numbers (IEEE 754 table 3.5); what rounds down to them is looked at. */
const FREE: Partial<Record<TensorSpec['dtype'], number>> = {
  float64: Infinity,
  float32: 3.4028234663852886e38,
  float16: 65_504,
};

function tensorColumn({ dtype }: TensorSpec, name: string): CellColumn {
  const type = elementType(dtype);
  const free = FREE[dtype] ?? -1;
  const read = (value: unknown): TensorElement | CellFault => {
    const json = jsonOf(value, dtype);
    const element = type.read(json);
    return element ?? { type: type.fault(json), msg: `expected ${type.wanted}, got ${describeInput(json)}` };
  };
  return { name, read, free, missing: free >= 0 };
}

/** 64-bit integers as JSON has them: beyond 2^53 as text, where the input keeps every digit. */
function jsonOf(value: unknown, dtype: TensorSpec['dtype']): unknown {
  if (Array.isArray(value)) return value.map((item) => jsonOf(item, dtype));
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return (dtype === 'int64' || dtype === 'uint64') && !Number.isSafeInteger(number) ? String(value) : number;
}

function decodeScalars(bound: readonly BoundTensor[], { rows, columns }: ColumnFrame): DecodedFrame {
  const faults = new RowFaults();
  const packed = bound.map(({ spec, from, to, cells }) => {
    const vectors = columns.slice(from, to);
    const elements = holdsNumbers(spec)
      ? packMatrix(vectors, cells, rows, faults)
      : packList(vectors, cells, rows, faults);
    return { spec, from, to, elements };
  });
  const positions = faults.remaining(rows);
  const left = positions?.length ?? rows;
  const tensors = packed.map(({ spec, from, to, elements }): [string, Tensor] => {
    const shape = spec.shape.length === 1 ? [left] : [left, to - from];
    return [spec.name, newTensor(spec.dtype, shape, dataOf(elements, spec, to - from, positions))];
  });
  const batch = { kind: 'tensors', rows: left, tensors: Object.fromEntries(tensors) } as const;
  return { parts: left > 0 ? [{ batch, positions }] : [], refusals: faults.refusals() };
}

/** Whether float64 holds every value of the type. */
const holdsNumbers = ({ dtype }: TensorSpec): boolean =>
  dtype !== 'string' && dtype !== 'int64' && dtype !== 'uint64';

function packMatrix(
  vectors: readonly ColumnVector[],
  cells: readonly CellColumn[],
  rows: number,
  faults: RowFaults,
): Float64Array {
  const width = vectors.length;
  const matrix = new Float64Array(rows * width);
  vectors.forEach((vector, at) => {
    packNumbers(vector, elementAt(cells, at), rows, { width, at }, matrix, faults);
  });
  return matrix;
}

function packList(
  vectors: readonly ColumnVector[],
  cells: readonly CellColumn[],
  rows: number,
  faults: RowFaults,
): TensorElement[] {
  const width = vectors.length;
  const elements = new Array<TensorElement | null>(rows * width).fill(null);
  vectors.forEach((vector, at) => {
    packElements(vector, elementAt(cells, at), rows, { width, at }, elements, faults);
  });
  return elements as TensorElement[];
}

function dataOf(
  packed: Float64Array | TensorElement[],
  { dtype }: TensorSpec,
  width: number,
  positions: Int32Array | null,
): Tensor['data'] {
  const { pack } = elementType(dtype);
  if (!(packed instanceof Float64Array))
    return pack(positions === null ? packed : compactElements(packed, width, positions));
  if (positions !== null) compactMatrix(packed, width, positions);
  const left = positions === null ? packed : packed.subarray(0, positions.length * width);
  if (dtype === 'float16') return pack(Array.from(left));
  return new TYPED_ARRAYS[dtype as 'float64'](left);
}

type RowTensors = readonly Tensor[];

function decodeLists(bound: readonly BoundTensor[], { rows, columns }: ColumnFrame): DecodedFrame {
  const faults = new RowFaults();
  const specs = bound.map(({ spec }) => spec);
  const shapes = new Map<string, { readonly rows: RowTensors[]; readonly positions: number[] }>();
  for (let row = 0; row < rows; row++) {
    const tensors = readRow(bound, specs, columns, row, faults);
    if (tensors === null) continue;
    const shape = JSON.stringify(tensors.map((tensor) => tensor.shape));
    const group = shapes.get(shape) ?? { rows: [], positions: [] };
    if (group.rows.length === 0) shapes.set(shape, group);
    group.rows.push(tensors);
    group.positions.push(row);
  }
  const parts = [...shapes.values()].map((group): DecodedPart => {
    const tensors = specs.map(({ name }, k): [string, Tensor] => [
      name,
      stack(group.rows.map((row) => elementAt(row, k))),
    ]);
    const batch = { kind: 'tensors', rows: group.rows.length, tensors: Object.fromEntries(tensors) } as const;
    return { batch, positions: Int32Array.from(group.positions) };
  });
  return { parts, refusals: faults.refusals() };
}

/** The tensors of one row, each with a batch dimension of one; null where it does not fit. */
function readRow(
  bound: readonly BoundTensor[],
  specs: readonly TensorSpec[],
  columns: readonly ColumnVector[],
  row: number,
  faults: RowFaults,
): RowTensors | null {
  const values = bound.map(({ spec, from, to }) => {
    const cells = columns.slice(from, to).map((vector) => jsonOf(vectorCellOf(vector, row), spec.dtype));
    return cells.length === 1 ? cells[0] : cells;
  });
  try {
    const batch = new TensorReader(specs, new InputErrors()).rows(
      [specs.length === 1 ? values[0] : values],
      [],
    );
    return batch.kind === 'tensors' ? specs.map(({ name }) => valueOfKey(batch.tensors, name)) : null;
  } catch (error) {
    if (!isPlimsollError(error) || error.code !== 'INPUT_INVALID') throw error;
    for (const { type, msg } of error.details['detail'] as readonly InputDetail[]) {
      const [, input, text = msg] = /^row 0, input ("(?:[^"\\]|\\.)*"): (.*)$/s.exec(msg) ?? [];
      const name = input === undefined ? elementAt(specs, 0).name : JSON.parse(input);
      const at = bound.find(({ spec }) => spec.name === name);
      const [only, second] = at?.cells ?? [];
      faults.add(row, only && !second ? only.name : name, { type, msg: text });
    }
    return null;
  }
}

/** Tensors of one row each, of one shape, as one. */
function stack(tensors: readonly Tensor[]): Tensor {
  const { dtype, shape, data: first } = elementAt(tensors, 0);
  const size = first.length;
  const whole = [tensors.length, ...shape.slice(1)];
  if (dtype === 'string')
    return { dtype, shape: whole, data: tensors.flatMap(({ data }) => [...(data as readonly string[])]) };
  const data = new (first.constructor as Float64ArrayConstructor)(size * tensors.length);
  tensors.forEach((tensor, row) => {
    data.set(tensor.data as Float64Array, row * size);
  });
  return { dtype, shape: whole, data } as unknown as Tensor;
}
