import { elementAt } from '../../../core/element-at.ts';
import type { TreeEnsembleStep } from '../../../model/step.ts';
import { ZERO_BOUND } from '../../../model/tree.ts';
import { type ColumnsBlock, type RowBlock, refuseCell, refuseNumber, type SparseBlock } from '../block.ts';

/** Copies rows of a block into the form trees compare. */
export type RowFill = (block: RowBlock, from: number, to: number, x: Float64Array) => boolean;

/** What a copied row holds: `width` given numbers, those of the columns `zeros` with zeros missing, and all again as -x. */
export interface FilledRow {
  readonly width: number;
  readonly zeros: Int32Array;
  readonly mirrored: boolean;
  readonly names: readonly string[];
}

/**
 * Makes the copy ready: rounded to float32 where the estimator compares in float32, followed by -x where `mirrored`,
 * refusing missing and infinite values where the estimator does. True where rows can't be asked mirrored questions:
 * they hold +∞, which a threshold of +∞ still sends left.
 */
export function prepareRowFill(
  step: TreeEnsembleStep,
  { width, zeros, mirrored, names }: FilledRow,
): RowFill {
  const rounds = step.input === 'float32';
  // The estimators that compare in float32 refuse what has no finite float32; HistGradientBoosting does not, save for
  // the release that refused missing values.
  const accepts = (value: number): boolean => step.acceptsMissing && (Number.isNaN(value) || !rounds);
  // NaN equals nothing.
  const marked = step.missingNumber ?? Number.NaN;
  const all = width + zeros.length;
  const stride = mirrored ? 2 * all : all;
  return (block, from, to, x) => {
    const dense = block.kind === 'dense';
    if (!dense) copyRows(block, from, to - from, x, width, stride, names);
    const source = dense ? block.data : x;
    const sourceStride = dense ? width : stride;
    let read = dense ? from * width : 0;
    let seenInfinity = false;
    for (let row = from, at = 0; row < to; row++, at += stride, read += sourceStride) {
      for (let col = 0; col < width; col++) {
        const given = source[read + col]!;
        const held = rounds ? Math.fround(given) : given;
        const value = held === marked ? Number.NaN : held;
        if (!Number.isFinite(value)) {
          if (!accepts(value)) refuseNumber(row, names[col] ?? `x${col}`, given);
          seenInfinity = seenInfinity || value === Infinity;
        }
        x[at + col] = value;
        if (mirrored) x[at + all + col] = -value;
      }
      for (let k = 0; k < zeros.length; k++) {
        const value = x[at + zeros[k]!]!;
        const seen = Math.abs(value) <= ZERO_BOUND ? Number.NaN : value;
        x[at + width + k] = seen;
        if (mirrored) x[at + all + width + k] = -seen;
      }
    }
    return mirrored && seenInfinity;
  };
}

/** Copies sparse rows or columns as they are. */
export function copyRows(
  block: SparseBlock | ColumnsBlock,
  from: number,
  count: number,
  x: Float64Array,
  width: number,
  stride: number,
  names: readonly string[],
): void {
  if (block.kind === 'sparse') {
    for (let row = 0; row < count; row++) {
      x.fill(0, row * stride, row * stride + width);
      for (let k = block.indptr[from + row]!; k < block.indptr[from + row + 1]!; k++) {
        x[row * stride + block.indices[k]!] = block.values[k]!;
      }
    }
  } else {
    for (let col = 0; col < width; col++) {
      const column = elementAt(block.columns, col);
      for (let row = 0; row < count; row++) {
        const cell = column[from + row]!;
        if (typeof cell === 'string')
          refuseCell(from + row, names[col] ?? `x${col}`, `expected a number, got ${JSON.stringify(cell)}`);
        x[row * stride + col] = cell ?? Number.NaN;
      }
    }
  }
}
