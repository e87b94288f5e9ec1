import type { TreeLayout } from './layout.ts';

/** Adds one row's leaf of every tree, in tree order, to the row's scores at `at`. */
export function addTrees(
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
export function addRows(
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
