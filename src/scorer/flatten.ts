/** Outputs as flat columns, for tables, files and answers. Pure. */

import { elementAt } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import { halfToNumber } from '../core/float.ts';
import type { Outputs } from '../model/batch.ts';
import { isList } from '../model/output-parts.ts';
import type { OutputSpec } from '../model/signature.ts';
import type { LabelSet, Tensor } from '../model/tensor.ts';
import type { OutputColumn, OutputValues } from './scorer.ts';

/** A column of an answer with its values, one a row. */
export interface FlatColumn extends OutputColumn {
  readonly values: OutputValues;
}

/** A column, and where its cells are: element `element` of each row of an output, or of one part of a list. */
interface PlacedColumn extends OutputColumn {
  readonly output: string;
  readonly part: number | null;
  readonly element: number;
  /** Elements of a row. */
  readonly width: number;
  readonly dtype: Tensor['dtype'];
}

export type OutputLayout = readonly PlacedColumn[];

/**
 * The columns that answers like this one become: `predict`, `predict_proba_<class>`, `transform_<j>`; a list of matrices
 * numbers its parts (`predict_proba_0_<j>`). In the order of the signature; a name that comes again, but for
 * case, is numbered (databases know no case).
 */
export function layoutOf(outputs: Outputs, specs: readonly OutputSpec[]): OutputLayout {
  const known = specs.map((spec) => spec.name).filter((name) => Object.hasOwn(outputs, name));
  const names = [...new Set([...known, ...Object.keys(outputs)])];
  const columns = names.flatMap((name) => {
    const value = outputs[name];
    if (value === undefined) return [];
    const spec = specs.find((one) => one.name === name);
    if (!isList(value)) return tensorColumns(name, null, value, spec?.classes);
    return value.flatMap((part, i) => tensorColumns(name, i, part, undefined));
  });
  return uniquelyNamed(columns);
}

function tensorColumns(
  output: string,
  part: number | null,
  { shape, dtype }: Tensor,
  labels: LabelSet | undefined,
): PlacedColumn[] {
  const rest = shape.slice(1);
  const width = rest.reduce((product, n) => product * n, 1);
  const base = part === null ? output : `${output}_${part}`;
  return Array.from({ length: width }, (_, element) => {
    const name = rest.length === 0 ? base : `${base}_${suffix(labels, element, width)}`;
    return { name, type: columnType(dtype), output, part, element, width, dtype };
  });
}

function columnType(dtype: Tensor['dtype']): OutputColumn['type'] {
  if (dtype === 'string' || dtype === 'bool') return dtype;
  return dtype.startsWith('float') ? 'number' : 'integer';
}

const suffix = (labels: LabelSet | undefined, j: number, width: number): string =>
  labels && labels.values.length === width ? String(labels.values[j]) : String(j);

function uniquelyNamed(columns: readonly PlacedColumn[]): OutputLayout {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  if (taken.size === columns.length) return columns;
  const seen = new Set<string>();
  return columns.map((column) => {
    let name = column.name;
    const free = (): boolean => !seen.has(name.toLowerCase());
    for (let i = 1; !free() || (name !== column.name && taken.has(name.toLowerCase())); i++)
      name = `${column.name}.${i}`;
    seen.add(name.toLowerCase());
    return { ...column, name };
  });
}

/** Room for the values of so many rows: zeros, false, empty texts. */
export const allocateColumns = (layout: OutputLayout, rows: number): OutputValues[] =>
  layout.map(({ type }) => {
    if (type === 'string') return new Array<string>(rows).fill('');
    return new ROOM[type](rows);
  });

const ROOM = { number: Float64Array, integer: BigInt64Array, bool: Uint8Array } as const;

/** Which row of a table each row of an answer is: row `from + i`, or `positions[from + i]`. */
export interface RowPositions {
  readonly from: number;
  readonly count: number;
  readonly positions: Int32Array | null;
}

/**
 * Writes an answer into columns. Throws GRAPH_FAILED where it has another shape than the layout says, or an
 * integer beyond 2^63 - 1, naming the row in `details.row`.
 */
export function placeAnswer(
  outputs: Outputs,
  layout: OutputLayout,
  rows: RowPositions,
  columns: readonly OutputValues[],
): void {
  layout.forEach((column, j) => {
    const value = outputs[column.output];
    const tensor = value !== undefined && isList(value) ? value[column.part ?? 0] : value;
    if (tensor?.dtype !== column.dtype || tensor.shape[0] !== rows.count)
      throw misshapen(column, tensor, rows);
    if (tensor.data.length !== rows.count * column.width) throw misshapen(column, tensor, rows);
    writeColumn(tensor, column, rows, elementAt(columns, j));
  });
}

function misshapen(
  { output, width }: PlacedColumn,
  tensor: Tensor | undefined,
  rows: RowPositions,
): PlimsollError {
  const found = tensor === undefined ? 'nothing' : `${tensor.dtype} of shape [${tensor.shape.join(', ')}]`;
  const reason = `output "${output}" is ${found}, ${width} in each of ${rows.count} rows were wanted`;
  return new PlimsollError('GRAPH_FAILED', { reason });
}

function writeColumn(tensor: Tensor, column: PlacedColumn, rows: RowPositions, values: OutputValues): void {
  const { dtype, data } = tensor;
  if (dtype === 'float64' || dtype === 'float32') writeNumbers(data, column, rows, values as Float64Array);
  else if (dtype === 'float16') writeEach(data, column, rows, values as Float64Array, halfToNumber);
  else if (dtype === 'string') writeEach(data, column, rows, values as string[], same);
  else if (dtype === 'bool') writeEach(data, column, rows, values as Uint8Array, same);
  else if (dtype === 'int64') writeEach(data, column, rows, values as BigInt64Array, same);
  else if (dtype === 'uint64') {
    const convert = (element: bigint, row: number) => signed(element, column, row);
    writeEach(data, column, rows, values as BigInt64Array, convert);
  } else writeEach<number, bigint>(data, column, rows, values as BigInt64Array, BigInt);
}

/** The way of nearly all answers, with nothing called in between. */
function writeNumbers(
  data: Float64Array | Float32Array,
  { element, width }: PlacedColumn,
  { from, count, positions }: RowPositions,
  values: Float64Array,
): void {
  if (positions === null) {
    for (let i = 0, k = element; i < count; i++, k += width) values[from + i] = data[k]!;
  } else {
    for (let i = 0, k = element; i < count; i++, k += width) values[positions[from + i]!] = data[k]!;
  }
}

function writeEach<From, To>(
  data: ArrayLike<From>,
  { element, width }: PlacedColumn,
  { from, count, positions }: RowPositions,
  values: { [row: number]: To },
  convert: (element: From, row: number) => To,
): void {
  for (let i = 0; i < count; i++) {
    const row = positions === null ? from + i : positions[from + i]!;
    values[row] = convert(data[i * width + element]!, i);
  }
}

const same = <T>(element: T): T => element;

const INT64_MAX = 2n ** 63n - 1n;

function signed(element: bigint, { output }: PlacedColumn, row: number): bigint {
  if (element <= INT64_MAX) return element;
  const reason = `row ${row}, output "${output}": ${element} is beyond the integers of tables (2^63 - 1)`;
  throw new PlimsollError('GRAPH_FAILED', { reason, row });
}

/** Every output of an answer as columns. Throws GRAPH_FAILED as `writeAnswer` does. */
export function flattenOutputs(outputs: Outputs, specs: readonly OutputSpec[]): readonly FlatColumn[] {
  const layout = layoutOf(outputs, specs);
  return layout.map((column) => {
    const value = outputs[column.output]!;
    const { shape } = isList(value) ? elementAt(value, column.part ?? 0) : value;
    const rows = { from: 0, count: shape[0] ?? 0, positions: null };
    const values = allocateColumns([column], rows.count);
    placeAnswer(outputs, [column], rows, values);
    return { name: column.name, type: column.type, values: elementAt(values, 0) };
  });
}

/** One cell of a column, as a value of its type. */
export function valueAt({ type, values }: FlatColumn, row: number): number | bigint | string | boolean {
  return type === 'bool' ? values[row] === 1 : values[row]!;
}
