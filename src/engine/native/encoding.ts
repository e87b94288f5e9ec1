import type {
  CategoryTableStep,
  ColumnCategories,
  LabelEncoderStep,
  OneHotStep,
} from '../../model/encoding.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { allocateCells, columnOf, type RowBlock, refuseNumber, type SparseBlock } from './block.ts';
import { type CategoryLookup, prepareLookup, refuseCategory } from './categories.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';

/** Above this many output columns the 0/1 blocks are kept sparse: most of them would be zeros. */
const DENSE_WIDTH_LIMIT = 64;

/** A column's categories and the way to find them. */
interface Column {
  readonly lookup: CategoryLookup;
  readonly categories: ColumnCategories;
}

/** One block of 0/1 columns an input column. */
function prepareOneHot(step: OneHotStep, { names }: EvaluatorContext): StepEvaluator {
  let width = 0;
  const columns = step.columns.map((column) => {
    const { categories, slots } = column;
    if (slots.length !== categories.values.length)
      refuseShape(step, 'categories_', slots.length, categories.values.length);
    const start = width;
    width += column.width;
    return { ...column, lookup: prepareLookup(categories), start };
  });
  /** Output column of each cell, -1 for all zeros; row-major `[rows, columns]`. */
  const place = (input: RowBlock): Int32Array => {
    checkWidth(input, columns.length);
    const placed = new Int32Array(input.rows * columns.length);
    for (const [col, column] of columns.entries()) {
      const { slots, unknownSlot, start } = column;
      const found = indexesOf(column, input, col, step.unknown, names);
      for (let row = 0; row < input.rows; row++) {
        const index = found[row]!;
        const slot = index < 0 ? unknownSlot : slots[index]!;
        placed[row * columns.length + col] = slot < 0 ? -1 : start + slot;
      }
    }
    return placed;
  };
  return {
    transform: (input) => {
      const placed = place(input);
      if (width > DENSE_WIDTH_LIMIT) return sparseOnes(placed, input.rows, columns.length, width);
      const data = allocateCells(input.rows * width);
      for (let k = 0; k < placed.length; k++) {
        const at = placed[k]!;
        if (at >= 0) data[Math.floor(k / columns.length) * width + at] = 1;
      }
      return { kind: 'dense', rows: input.rows, cols: width, data };
    },
  };
}

function sparseOnes(placed: Int32Array, rows: number, columns: number, cols: number): SparseBlock {
  const indptr = new Int32Array(rows + 1);
  const indices = new Int32Array(placed.length);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < columns; col++) {
      const at = placed[row * columns + col]!;
      if (at >= 0) indices[count++] = at;
    }
    indptr[row + 1] = count;
  }
  return { kind: 'sparse', rows, cols, indptr, indices, values: new Float64Array(count).fill(1) };
}

function indexesOf(
  column: Column,
  input: RowBlock,
  col: number,
  unknown: 'error' | 'ignore',
  names: readonly string[],
): Int32Array {
  const found = column.lookup(input, col);
  if (unknown === 'error') {
    const row = found.indexOf(-1);
    if (row >= 0) refuseCategory(input, row, col, names[col] ?? `x${col}`, column.categories);
  } else if (column.categories.type === 'number') refuseInfinite(found, input, col, names);
  return found;
}

/** Numbers are checked before they are looked up: an infinite one is no unknown category. */
function refuseInfinite(found: Int32Array, input: RowBlock, col: number, names: readonly string[]): void {
  const first = found.indexOf(-1);
  if (first < 0) return;
  const values = columnOf(input, col, names);
  for (let row = first; row < found.length; row++) {
    const value = values[row];
    if (value === Infinity || value === -Infinity) refuseNumber(row, names[col] ?? `x${col}`, value);
  }
}

/** The numbers of each category, side by side. */
function prepareTable(step: CategoryTableStep, { names }: EvaluatorContext): StepEvaluator {
  let cols = 0;
  const columns = step.columns.map(({ categories, rows, width, unknown }) => {
    if (rows.length !== categories.values.length * width)
      refuseShape(step, 'categories_', rows.length, categories.values.length * width);
    const start = cols;
    cols += width;
    // An unknown category, index -1, has the last row.
    const table = new Float64Array(rows.length + width);
    table.set(rows);
    table.set(unknown ?? [], rows.length);
    const policy: 'error' | 'ignore' = unknown === null ? 'error' : 'ignore';
    return { categories, table, start, width, policy, lookup: prepareLookup(categories) };
  });
  return {
    transform: (input) => {
      checkWidth(input, columns.length);
      const data = allocateCells(input.rows * cols);
      for (const [col, column] of columns.entries()) {
        const { table, start, width } = column;
        const found = indexesOf(column, input, col, column.policy, names);
        for (let row = 0; row < input.rows; row++) {
          const index = found[row]!;
          const from = index < 0 ? table.length - width : index * width;
          const to = row * cols + start;
          for (let k = 0; k < width; k++) data[to + k] = table[from + k]!;
        }
      }
      return { kind: 'dense', rows: input.rows, cols, data };
    },
  };
}

/** `transform`: index of one label column in `classes`, int64 `[N]`; an unknown label is refused. */
function prepareLabelEncoder(step: LabelEncoderStep, { names }: EvaluatorContext): StepEvaluator {
  const categories = categoriesOf(step.classes);
  const column = { categories, lookup: prepareLookup(categories) };
  return {
    outputs: (input) => {
      checkWidth(input, 1);
      const found = indexesOf(column, input, 0, 'error', names);
      return { transform: { dtype: 'int64', shape: [input.rows], data: BigInt64Array.from(found, BigInt) } };
    },
  };
}

/** Labels as categories of a column. */
export function categoriesOf(labels: LabelSet): ColumnCategories {
  if (labels.type === 'string') return { type: 'string', values: labels.values };
  if (labels.type === 'bool') return { type: 'bool', values: labels.values };
  return { type: 'number', values: Float64Array.from(labels.values) };
}

export const ENCODING_PREPARERS: StepPreparers<OneHotStep | CategoryTableStep | LabelEncoderStep> = {
  'one-hot': prepareOneHot,
  'category-table': prepareTable,
  'label-encoder': prepareLabelEncoder,
};
