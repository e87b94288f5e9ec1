import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { TreeLayout } from './layout.ts';

/** How the leaves that rows reach are added to their scores. */
export interface LeafSums {
  readonly addTrees: typeof addTrees;
  readonly addRows: typeof addRows;
}

/** Sums in the precision of the ensemble: each addition is rounded before the next. */
export const leafSums = ({ sums }: TreeEnsembleStep): LeafSums =>
  sums === 'float64' ? { addTrees, addRows } : { addTrees: addTreesSingle, addRows: addRowsSingle };

/** Adds one row's leaf of every tree, in tree order, to the row's scores at `at`. */
function addTrees(
  { values, width }: TreeLayout,
  target: Int32Array | null,
  leaves: Int32Array,
  scores: Float64Array,
  at: number,
): void {
  const trees = leaves.length;
  if (target !== null) {
    for (let tree = 0; tree < trees; tree++) scores[at + target[tree]!]! += values[leaves[tree]!]!;
  } else if (width === 1) {
    let sum = scores[at]!;
    for (let tree = 0; tree < trees; tree++) sum += values[leaves[tree]!]!;
    scores[at] = sum;
  } else if (width === 2) {
    let first = scores[at]!;
    let second = scores[at + 1]!;
    for (let tree = 0; tree < trees; tree++) {
      const leaf = leaves[tree]! * 2;
      first += values[leaf]!;
      second += values[leaf + 1]!;
    }
    scores[at] = first;
    scores[at + 1] = second;
  } else {
    for (let tree = 0; tree < trees; tree++) {
      const leaf = leaves[tree]! * width;
      for (let k = 0; k < width; k++) scores[at + k]! += values[leaf + k]!;
    }
  }
}

/** Adds one tree's leaves of `rows` rows to their scores, `stride` a row, the first row's at `at`. */
function addRows(
  { values, width }: TreeLayout,
  leaves: Int32Array,
  rows: number,
  scores: Float64Array,
  at: number,
  stride: number,
): void {
  if (width === 1) {
    for (let row = 0; row < rows; row++) scores[at + row * stride]! += values[leaves[row]!]!;
  } else if (width === 2) {
    for (let row = 0; row < rows; row++) {
      const leaf = leaves[row]! * 2;
      const out = at + row * stride;
      scores[out]! += values[leaf]!;
      scores[out + 1]! += values[leaf + 1]!;
    }
  } else {
    for (let row = 0; row < rows; row++) {
      const leaf = leaves[row]! * width;
      const out = at + row * stride;
      for (let k = 0; k < width; k++) scores[out + k]! += values[leaf + k]!;
    }
  }
}

/** As `addTrees`, in float32: the sum of two float32 is rounded the same way by way of float64. */
function addTreesSingle(
  { values, width }: TreeLayout,
  target: Int32Array | null,
  leaves: Int32Array,
  scores: Float64Array,
  at: number,
): void {
  const trees = leaves.length;
  if (target !== null) {
    for (let tree = 0; tree < trees; tree++) {
      const out = at + target[tree]!;
      scores[out] = Math.fround(scores[out]! + values[leaves[tree]!]!);
    }
    return;
  }
  for (let tree = 0; tree < trees; tree++) {
    const leaf = leaves[tree]! * width;
    for (let k = 0; k < width; k++) scores[at + k] = Math.fround(scores[at + k]! + values[leaf + k]!);
  }
}

/** As `addRows`, in float32. */
function addRowsSingle(
  { values, width }: TreeLayout,
  leaves: Int32Array,
  rows: number,
  scores: Float64Array,
  at: number,
  stride: number,
): void {
  for (let row = 0; row < rows; row++) {
    const leaf = leaves[row]! * width;
    const out = at + row * stride;
    for (let k = 0; k < width; k++) scores[out + k] = Math.fround(scores[out + k]! + values[leaf + k]!);
  }
}
