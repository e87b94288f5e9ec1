import type { ColumnInput } from '../../compile/plan.ts';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Batch, ColumnValues } from '../../model/batch.ts';
import { type DType, newTensor, type Tensor } from '../../model/tensor.ts';
import { MISSING_STRING } from '../../onnx/missing.ts';
import { type TextStage, textStage } from '../../onnx/text-stage/evaluate.ts';
import { textExpressionOf } from '../../onnx/text-stage/expression.ts';
import type { NativePrefix } from './prefix.ts';

/** What a graph declares about one of its inputs. */
export interface GraphInput {
  readonly name: string;
  readonly dtype: DType;
}

/** How batches become the inputs of one graph. */
export interface FeedPlan {
  /** In declaration order. */
  readonly inputs: readonly GraphInput[];
  readonly prefix: readonly NativePrefix[];
  readonly columns: readonly ColumnInput[] | null;
  /** Inputs that are computed of texts, by their names. */
  readonly texts: ReadonlyMap<string, TextStage>;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** Milliseconds that a batch may take to compute what graphs take of its texts: patterns take longest where they nearly match. */
const MAX_TEXT_MILLIS = 5000;

/** How batches become the inputs of a graph; what the names of inputs say is read once. */
export function feedPlan(
  inputs: readonly GraphInput[],
  prefix: readonly NativePrefix[] = [],
  columns: readonly ColumnInput[] | null = null,
): FeedPlan {
  const texts = new Map<string, TextStage>();
  for (const { name } of inputs) {
    const expression = textExpressionOf(name);
    if (expression !== null) texts.set(name, textStage(expression));
  }
  return { inputs, prefix, columns, texts };
}

/**
 * The graph's named inputs for a batch. A matrix is the graph's one input `[N, n]`; the columns of a table are, each
 * as `[N, 1]`, the inputs that `columns` names, by default those that no prefix reads, in order; tensors go by name.
 *
 * @throws INPUT_INVALID where the batch does not fit what the graph declares
 */
export function feedTensors(plan: FeedPlan, batch: Batch): Tensors {
  switch (batch.kind) {
    case 'matrix':
      return matrixFeed(plan, batch.rows, batch.width, batch.data);
    case 'table':
      return tableFeed(plan, batch.columns);
    case 'tensors':
      return tensorFeed(plan, batch.tensors);
  }
}

function matrixFeed(plan: FeedPlan, rows: number, width: number, data: Float64Array): Tensors {
  const [input, ...others] = plan.inputs;
  if (input === undefined || others.length > 0) throw mismatch(plan, 'one matrix');
  return { [input.name]: numberTensor(input, data, [rows, width]) };
}

/** Inputs are named by the file, `__proto__` included: there is no prototype that such a name could set. */
const emptyFeed = (): Record<string, Tensor> => Object.create(null);

function tableFeed(plan: FeedPlan, columns: readonly ColumnValues[]): Tensors {
  const feed = emptyFeed();
  for (const { column, input, evaluate } of plan.prefix) {
    const cells = columns[column];
    if (cells === undefined || cells instanceof Float64Array)
      throw mismatch(plan, `no text in column ${column}`);
    const { rows, cols, data } = evaluate(cells);
    feed[input] = { dtype: 'float64', shape: [rows, cols], data };
  }
  const open = plan.inputs.filter(({ name }) => !Object.hasOwn(feed, name));
  const sources = plan.columns ?? columnsInOrder(plan, columns.length, open);
  for (const input of open) {
    const values = columns[sources.find((source) => source.input === input.name)?.column ?? -1];
    if (values === undefined) throw mismatch(plan, `${columns.length} columns`);
    feed[input.name] = columnTensor(input, values);
  }
  return feed;
}

function columnsInOrder(plan: FeedPlan, count: number, open: readonly GraphInput[]): ColumnInput[] {
  const free = Array.from({ length: count }, (_, column) => column).filter(
    (column) => !plan.prefix.some((prefix) => prefix.column === column),
  );
  if (free.length !== open.length) throw mismatch(plan, `${free.length} columns`);
  return open.map(({ name }, index) => ({ input: name, column: elementAt(free, index) }));
}

function tensorFeed(plan: FeedPlan, tensors: Tensors): Tensors {
  const feed = emptyFeed();
  const given = plan.texts.size === 0 ? null : { tensors, checkTime: textTimer() };
  for (const { name, dtype } of plan.inputs) {
    const stage = given === null ? undefined : plan.texts.get(name);
    const own = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    const tensor = given === null || stage === undefined ? own : stage(given);
    if (tensor?.dtype !== dtype)
      throw invalid(`input "${name}": expected ${dtype}, got ${tensor?.dtype ?? 'nothing'}`);
    if (tensor.dtype === 'string') checkTexts(name, tensor.data, tensor.data.length / (tensor.shape[0] || 1));
    feed[name] = tensor;
  }
  return feed;
}

/** Throws once the texts of a batch have taken longer than they may. */
function textTimer(): () => void {
  const end = performance.now() + MAX_TEXT_MILLIS;
  return () => {
    if (performance.now() > end)
      throw invalid(`texts on which the model's patterns take longer than ${MAX_TEXT_MILLIS} ms`);
  };
}

const ARRAYS = {
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
} as const;

/** Numbers of a matrix or column as a tensor of the type that the graph takes. */
function numberTensor(input: GraphInput, data: Float64Array, shape: readonly number[]): Tensor {
  const { dtype } = input;
  switch (dtype) {
    case 'float64':
      return { dtype, shape, data };
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data) };
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(whole(input, data, shape)) };
    case 'uint64':
      return { dtype, shape, data: BigUint64Array.from(whole(input, data, shape)) };
    case 'bool':
      return {
        dtype,
        shape,
        data: Uint8Array.from(whole(input, data, shape).map((x) => (x === 0n ? 0 : 1))),
      };
    case 'string':
    case 'float16':
      throw invalid(`input "${input.name}": expected ${dtype}, got numbers`);
    default:
      return newTensor(dtype, shape, ARRAYS[dtype].from(whole(input, data, shape).map(Number)));
  }
}

function whole(input: GraphInput, data: Float64Array, shape: readonly number[]): bigint[] {
  return Array.from(data, (value, index) => {
    if (Number.isSafeInteger(value)) return BigInt(value);
    const row = Math.floor(index / (shape[1] ?? 1));
    throw invalid(
      `row ${row}, input "${input.name}": expected a whole number (${input.dtype}), got ${value}`,
    );
  });
}

/** A missing string becomes the sentinel that compiled graphs look for; a text that spells it would be one too. */
function columnTensor(input: GraphInput, column: ColumnValues): Tensor {
  const shape = [column.length, 1];
  if (column instanceof Float64Array) return numberTensor(input, column, shape);
  if (input.dtype !== 'string') throw invalid(`input "${input.name}": expected ${input.dtype}, got text`);
  checkTexts(input.name, column, 1);
  const row = column.indexOf(MISSING_STRING);
  if (row >= 0) {
    const found = JSON.stringify(MISSING_STRING);
    throw invalid(`row ${row}, input "${input.name}": ${found} marks a missing text, send null instead`);
  }
  return { dtype: 'string', shape, data: column.map((cell) => cell ?? MISSING_STRING) };
}

/** onnxruntime cuts a text at a NUL and replaces half a surrogate pair: the model would see another text. */
function checkTexts(input: string, cells: readonly (string | null)[], width: number): void {
  const at = cells.findIndex((cell) => cell !== null && (cell.includes('\0') || !cell.isWellFormed()));
  if (at < 0) return;
  const row = Math.floor(at / width);
  throw invalid(
    `row ${row}, input "${input}": expected text of whole characters without NUL, got ${JSON.stringify(cells[at])}`,
  );
}

function mismatch(plan: FeedPlan, found: string): PlimsollError {
  const wanted = plan.inputs.map(({ name, dtype }) => `${name} (${dtype})`).join(', ');
  return invalid(`rows: got ${found}, expected ${wanted}`);
}

const invalid = (problem: string): PlimsollError => new PlimsollError('INPUT_INVALID', { problem });
