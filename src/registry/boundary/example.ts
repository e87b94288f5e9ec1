import { elementAt } from '../../core/element-at.ts';
import type { Batch } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import type { ColumnSpec, Signature, TensorSpec } from '../../model/signature.ts';
import { newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { toBatch } from './rows.ts';
import { type ColumnInterest, interestsOf } from './trace.ts';

/** One plausible row of a model, as JSON for people and as a batch for measuring. Pure. */
export interface ExampleRow {
  readonly row: unknown;
  readonly batch: Batch;
}

type Cell = number | string;

/** Medians of each column's thresholds or centres, middle categories, a few words of the vocabulary. */
export const exampleRow = (content: ModelContent): ExampleRow =>
  exampleOf(content.signature, content.kind === 'steps' ? content : null);

/** The same, of a model of which nothing but the signature may be known. */
export function exampleOf(
  signature: Signature,
  content: (ModelContent & { kind: 'steps' }) | null,
): ExampleRow {
  if (signature.form === 'tensors') return tensorExample(signature.tensors);
  const { columns } = signature;
  const known = content ? knownValues(content, columns.length) : [];
  const cells = columns.map((column, j) => exampleCell(column, known[j], signature.form));
  return { row: jsonRow(cells, columns, signature.form), batch: toBatch([cells], columns) };
}

/** Interests of every column, tree thresholds included. */
function knownValues(content: ModelContent & { kind: 'steps' }, width: number): readonly ColumnInterest[] {
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

function exampleCell(column: ColumnSpec, known: ColumnInterest | undefined, form: Signature['form']): Cell {
  const categories = (column.categories ?? []).filter((value) => value !== null);
  if (form === 'text' || (known && known.words.size > 0))
    return [...(known?.words ?? [])].slice(0, 4).join(' ');
  if (categories.length > 0) {
    const middle = elementAt(categories, categories.length >> 1);
    return typeof middle === 'string' ? middle : Number(middle);
  }
  if (column.type === 'string') return [...(known?.strings ?? [])][0] ?? 'text';
  return readable(median([...(known?.numbers ?? [])].filter(Number.isFinite)));
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}

/** Three significant digits: a value that a person would type. */
const readable = (value: number): number => Number(value.toPrecision(3));

function jsonRow(cells: readonly Cell[], columns: readonly ColumnSpec[], form: Signature['form']): unknown {
  const shown = cells.map((cell, j) => (elementAt(columns, j).type === 'bool' ? Boolean(cell) : cell));
  if (form !== 'table' || (shown.length === 1 && !elementAt(columns, 0).named)) return shown[0];
  if (!columns.every((column) => column.named)) return shown;
  return Object.fromEntries(columns.map((column, j) => [column.name, shown[j]]));
}

function tensorExample(specs: readonly TensorSpec[]): ExampleRow {
  const tensors = specs.map((spec): [string, Tensor] => {
    const shape = spec.shape.map((size, axis) => (axis === 0 || size < 0 ? 1 : size));
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
