import { elementAt } from '../../core/element-at.ts';
import { seededRandom } from '../../core/random.ts';
import type { Batch } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import type { ColumnSpec, Signature, TensorSpec } from '../../model/signature.ts';
import { newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { toBatch } from './rows.ts';
import { type ColumnInterest, interestsOf, type NumberRange } from './trace.ts';

/** One plausible row of a model, as JSON for people and as a batch for measuring. Pure. */
export interface ExampleRow {
  readonly row: unknown;
  readonly batch: Batch;
}

type Cell = number | string;

/** Medians of each column's thresholds or centres, middle categories, a few words of the vocabulary. */
export const exampleRow = (content: ModelContent): ExampleRow =>
  exampleOf(content.signature, content.kind === 'steps' ? content : null);

/** Rows that are tried where a model refuses the plausible one. */
const TRIES = 200;
const SEED = 20_260_101;
const MIDDLE = 0.5;

/**
 * Sizes that are tried of free axes, where a network does not take one: convolutions take no less than they are wide, and what
 * is flattened behind them takes the size alone that it was made for.
 */
export const FREE_SIZES: readonly number[] = [8, 16, 28, 32, 64, 128, 224, 256, 299];

/** Whether a row has axes of any size. */
export const hasFreeAxes = (signature: Signature): boolean =>
  signature.form === 'tensors' &&
  signature.tensors.some(({ shape }) => shape.slice(1).some((size) => size < 0));

/** The plausible row, then others, for models that do not answer every row. */
export function* exampleRows(content: ModelContent): Generator<ExampleRow> {
  yield exampleRow(content);
  const { signature } = content;
  if (hasFreeAxes(signature)) for (const size of FREE_SIZES) yield exampleOf(signature, null, size);
  if (content.kind !== 'steps' || signature.form === 'tensors') return;
  const known = knownValues(content, signature.columns.length);
  const random = seededRandom(SEED);
  for (let i = 0; i < TRIES; i++) yield tableExample(signature, known, () => random.next());
}

/** The same as {@link exampleRow}, of a model of which nothing but the signature may be known; `freeSize`: of axes that may have any. */
export function exampleOf(
  signature: Signature,
  content: (ModelContent & { kind: 'steps' }) | null,
  freeSize = 1,
): ExampleRow {
  if (signature.form === 'tensors') return tensorExample(signature.tensors, freeSize);
  return tableExample(signature, content ? knownValues(content, signature.columns.length) : [], () => MIDDLE);
}

/** `share` says for each column which of its known values is taken, from 0, the least, to 1. */
function tableExample(
  { columns, form }: Exclude<Signature, { form: 'tensors' }>,
  known: readonly ColumnInterest[],
  share: () => number,
): ExampleRow {
  const cells = columns.map((column, j) => exampleCell(column, known[j], form, share()));
  return { row: jsonRow(cells, columns, form), batch: toBatch([cells], columns) };
}

/** Interests of every column, tree thresholds included. */
export function knownValues(
  content: ModelContent & { kind: 'steps' },
  width: number,
): readonly ColumnInterest[] {
  const interests = interestsOf(content.root, width);
  for (const { step, traces } of interests.ensembles) {
    const { feature, left, threshold, categorical } = step.arena;
    for (let node = 0; node < left.length; node++) {
      const trace = left[node]! < 0 || (categorical?.[node] ?? -1) >= 0 ? null : traces[feature[node]!];
      if (trace)
        elementAt(interests.columns, trace.column).numbers.add(trace.invert(elementAt(threshold, node)));
    }
  }
  return interests.columns;
}

function exampleCell(
  column: ColumnSpec,
  known: ColumnInterest | undefined,
  form: Signature['form'],
  share: number,
): Cell {
  const categories = (column.categories ?? []).filter((value) => value !== null);
  if (form === 'text' || (known && known.words.size > 0))
    return [...(known?.words ?? [])].slice(0, 4).join(' ');
  if (categories.length > 0) {
    const middle = elementAt(categories, Math.floor(share * categories.length));
    return typeof middle === 'string' ? middle : Number(middle);
  }
  if (column.type === 'string') {
    const strings = [...(known?.strings ?? [])];
    return strings[share === MIDDLE ? 0 : Math.floor(share * strings.length)] ?? 'text';
  }
  const value = quantileOf([...(known?.numbers ?? [])].filter(Number.isFinite), share);
  return within(readable(value), known?.range ?? null);
}

function quantileOf(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(share * values.length)] ?? 0;
}

/** A number that the column takes: the middle of its range where the value is not inside. */
function within(value: number, range: NumberRange | null): number {
  if (range === null) return value;
  const { low, high, whole } = range;
  const near = whole ? Math.round(value) : value;
  if (near > low && near < high) return near;
  const middle = low === -Infinity ? high - 1 : high === Infinity ? low + 1 : (low + high) / 2;
  return whole
    ? Math.floor(middle)
    : readable(middle) > low && readable(middle) < high
      ? readable(middle)
      : middle;
}

/** Three significant digits: a value that a person would type. */
const readable = (value: number): number => Number(value.toPrecision(3));

function jsonRow(cells: readonly Cell[], columns: readonly ColumnSpec[], form: Signature['form']): unknown {
  const shown = cells.map((cell, j) => (elementAt(columns, j).type === 'bool' ? Boolean(cell) : cell));
  if (form !== 'table' || (shown.length === 1 && !elementAt(columns, 0).named)) return shown[0];
  if (!columns.every((column) => column.named)) return shown;
  return Object.fromEntries(columns.map((column, j) => [column.name, shown[j]]));
}

function tensorExample(specs: readonly TensorSpec[], freeSize: number): ExampleRow {
  const tensors = specs.map((spec): [string, Tensor] => {
    const shape = spec.shape.map((size, axis) => (axis === 0 ? 1 : size < 0 ? freeSize : size));
    return [spec.name, zeros(spec, shape)];
  });
  const rows = tensors.map(([name, tensor]) => [name, nested(tensor, tensor.shape.slice(1))] as const);
  const row = rows.length === 1 ? elementAt(rows, 0)[1] : Object.fromEntries(rows);
  return { row, batch: { kind: 'tensors', rows: 1, tensors: Object.fromEntries(tensors) } };
}

function zeros(spec: TensorSpec, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  if (spec.dtype === 'string') return { dtype: 'string', shape, data: new Array<string>(size).fill('') };
  return newTensor(spec.dtype, shape, new TYPED_ARRAYS[spec.dtype](size));
}

/** Zeros (or empty strings) nested as `shape` says: a row without its batch dimension. */
function nested(tensor: Tensor, shape: readonly number[]): unknown {
  if (shape.length === 0) return tensor.dtype === 'string' ? '' : 0;
  return Array.from({ length: elementAt(shape, 0) }, () => nested(tensor, shape.slice(1)));
}
