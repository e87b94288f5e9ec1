import { elementAt } from '../../core/element-at.ts';
import type { ColumnCategories, LabelEncoderStep, OneHotStep, OrdinalStep } from '../../model/encoding.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { allocateCells, type RowBlock, type SparseBlock } from './block.ts';
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
  const columns = step.columns.map(({ categories }) => ({ categories, lookup: prepareLookup(categories) }));
  const { starts, width } = offsets(step.columns.map((column) => column.width));
  for (const { categories, slots } of step.columns) {
    if (slots.length !== categories.values.length)
      refuseShape(step, 'categories_', slots.length, categories.values.length);
  }
  /** Output column of each cell, -1 for all zeros; row-major `[rows, columns]`. */
  const place = (input: RowBlock): Int32Array => {
    checkWidth(input, columns.length);
    const placed = new Int32Array(input.rows * columns.length);
    for (let col = 0; col < columns.length; col++) {
      const { slots, unknownSlot } = elementAt(step.columns, col);
      const found = indexesOf(elementAt(columns, col), input, col, step.unknown, names);
      for (let row = 0; row < input.rows; row++) {
        const slot = found[row]! < 0 ? unknownSlot : slots[found[row]!]!;
        placed[row * columns.length + col] = slot < 0 ? -1 : starts[col]! + slot;
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
        if (placed[k]! >= 0) data[Math.floor(k / columns.length) * width + placed[k]!] = 1;
      }
      return { kind: 'dense', rows: input.rows, cols: width, data };
    },
  };
}

/** Start of each block, and the width of all. */
function offsets(widths: readonly number[]): { readonly starts: readonly number[]; readonly width: number } {
  let width = 0;
  const starts = widths.map((own) => {
    const start = width;
    width += own;
    return start;
  });
  return { starts, width };
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
  }
  return found;
}

/** One number an input column: the code of its category. */
function prepareOrdinal(step: OrdinalStep, { names }: EvaluatorContext): StepEvaluator {
  const columns = step.columns.map(({ categories }) => ({ categories, lookup: prepareLookup(categories) }));
  const cols = columns.length;
  for (const { categories, codes } of step.columns) {
    if (codes.length !== categories.values.length)
      refuseShape(step, 'categories_', codes.length, categories.values.length);
  }
  return {
    transform: (input) => {
      checkWidth(input, cols);
      const data = allocateCells(input.rows * cols);
      for (let col = 0; col < cols; col++) {
        const found = indexesOf(elementAt(columns, col), input, col, step.unknown, names);
        const { codes } = elementAt(step.columns, col);
        for (let row = 0; row < input.rows; row++) {
          data[row * cols + col] = found[row]! < 0 ? step.unknownValue : codes[found[row]!]!;
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

function categoriesOf(labels: LabelSet): ColumnCategories {
  if (labels.type === 'string') return { type: 'string', values: labels.values };
  if (labels.type === 'bool') return { type: 'bool', values: labels.values };
  return { type: 'number', values: Float64Array.from(labels.values) };
}

export const ENCODING_PREPARERS: StepPreparers<OneHotStep | OrdinalStep | LabelEncoderStep> = {
  'one-hot': prepareOneHot,
  ordinal: prepareOrdinal,
  'label-encoder': prepareLabelEncoder,
};
