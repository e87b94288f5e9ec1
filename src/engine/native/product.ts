import { type Matrix, transposedMatrix } from '../../model/tensor.ts';
import {
  allocateCells,
  checkNumbers,
  createScratch,
  type DenseBlock,
  forEachSparseRow,
  type RowBlock,
  type SparseBlock,
  toDense,
} from './block.ts';
import { POINTS_AT_ONCE, type PointSums, preparePointSums } from './point-sums/point-sums.ts';

/** `input · weightsᵀ + bias` as fresh `[rows, weights.rows]` scores; refuses missing values. */
export type MatrixProduct = (input: RowBlock) => Float64Array;

/**
 * Makes a product ready. Each score is summed alone, so that a row's answer does not depend on its batch.
 * bias: one number a score, added last as scikit-learn does; null for none.
 */
export function prepareProduct(
  weights: Matrix,
  bias: Float64Array | null,
  names: readonly string[],
): MatrixProduct {
  const scratch = createScratch();
  const addend = bias ?? new Float64Array(weights.rows);
  let transposed: Float64Array | null = null;
  let dense: DenseProduct | null = null;
  return (input) => {
    const block = input.kind === 'sparse' ? input : toDense(input, names, scratch);
    let scores: Float64Array;
    if (block.kind === 'sparse') {
      transposed ??= weights.rows === 1 ? weights.data : transposedMatrix(weights).data;
      scores = sparseProduct(block, transposed, addend);
    } else {
      dense ??= denseProduct(weights, addend);
      scores = dense(block);
    }
    // A score that is not finite is how a missing or infinite number shows: the input is searched only then.
    if (!areFinite(scores)) checkNumbers(block, names, 'refused');
    return scores;
  };
}

type DenseProduct = (block: DenseBlock) => Float64Array;

function denseProduct(weights: Matrix, bias: Float64Array): DenseProduct {
  const targets = bias.length;
  const add = prepareRowProduct(weights, bias);
  return ({ rows, cols, data }) => {
    const scores = allocateCells(rows * targets);
    for (let row = 0; row < rows; row++) add(data, row * cols, scores, row * targets);
    return scores;
  };
}

/** `weights · x + bias` of the row of `x` that begins at `at`, into `out` from `to` on. */
export type RowProduct = (x: Float64Array, at: number, out: Float64Array, to: number) => void;

/** Makes the product of one row ready: of few scores each by itself, of more side by side. */
export function prepareRowProduct(weights: Matrix, bias: Float64Array): RowProduct {
  const { rows, cols, data } = weights;
  if (rows >= POINTS_AT_ONCE) return sideBySide(preparePointSums(weights, 'products'), bias);
  return (x, at, out, to) => {
    for (let t = 0; t < rows; t++) out[to + t] = dot(x, at, data, t * cols, cols) + bias[t]!;
  };
}

const sideBySide =
  (sums: PointSums, bias: Float64Array): RowProduct =>
  (x, at, out, to) => {
    const found = sums(x, at);
    for (let t = 0; t < bias.length; t++) out[to + t] = found[t]! + bias[t]!;
  };

/** Four running sums hide the latency of addition. */
function dot(x: Float64Array, xAt: number, w: Float64Array, wAt: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    a += x[xAt + k]! * w[wAt + k]!;
    b += x[xAt + k + 1]! * w[wAt + k + 1]!;
    c += x[xAt + k + 2]! * w[wAt + k + 2]!;
    d += x[xAt + k + 3]! * w[wAt + k + 3]!;
  }
  for (; k < length; k++) a += x[xAt + k]! * w[wAt + k]!;
  return a + b + (c + d);
}

function sparseProduct(block: SparseBlock, transposed: Float64Array, bias: Float64Array): Float64Array {
  const { rows, indices, values } = block;
  const targets = bias.length;
  const scores = allocateCells(rows * targets);
  forEachSparseRow(block, (row, from, to) => {
    const out = row * targets;
    for (let k = from; k < to; k++) {
      const value = values[k]!;
      const at = indices[k]! * targets;
      for (let t = 0; t < targets; t++) scores[out + t]! += value * transposed[at + t]!;
    }
    for (let t = 0; t < targets; t++) scores[out + t]! += bias[t]!;
  });
  return scores;
}

export function areFinite(values: Float64Array): boolean {
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return false;
  return true;
}
