import { elementAt } from '../../core/element-at.ts';
import { type CentreMetric, originOf } from '../../model/centres.ts';
import type { Matrix } from '../../model/tensor.ts';
import {
  allocateCells,
  checkNumbers,
  createScratch,
  type DenseBlock,
  type RowBlock,
  toDense,
} from './block.ts';
import { preparePointSums } from './point-sums/point-sums.ts';
import { areFinite, prepareProduct } from './product.ts';

/** Distances of rows from every centre, `[rows, centres]`; refuses what is not finite. */
export type RowDistances = (block: RowBlock) => Float64Array;

/**
 * `√Σ(x - c)²` or `Σ|x - c|`, term by term, so that a row at a centre is at distance zero. Sparse rows take
 * √max(0, ‖x‖² - 2 x·c + ‖c‖²) of centres around zero, the expansion that `euclidean_distances` uses.
 */
export function centreDistances(
  centers: Matrix,
  metric: CentreMetric,
  names: readonly string[],
): RowDistances {
  const expands = metric === 'euclidean' && originOf(centers) === null;
  const product = prepareProduct(centers, null, names);
  const centerNorms = squaredNorms({ kind: 'dense', ...centers });
  const scratch = createScratch();
  const terms =
    metric === 'euclidean'
      ? prepareSquareTerms(centers)
      : (block: DenseBlock) => absoluteTerms(block, centers);
  return (block) => {
    if (block.kind === 'sparse' && expands)
      return expanded(product(block), squaredNorms(toDense(block, names, scratch)), centerNorms);
    const dense = toDense(block, names, scratch);
    const data = terms(dense);
    if (!areFinite(data)) checkNumbers(dense, names, 'refused');
    return data;
  };
}

function expanded(dots: Float64Array, norms: Float64Array, centerNorms: Float64Array): Float64Array {
  const count = centerNorms.length;
  return dots.map((dot, k) => {
    const centre = k % count;
    const [norm, centerNorm] = [elementAt(norms, (k - centre) / count), elementAt(centerNorms, centre)];
    return Math.sqrt(Math.max(0, -2 * dot + norm + centerNorm));
  });
}

/** The sums of a row for all centres at once, where there are enough of them. */
function prepareSquareTerms(centers: Matrix): (block: DenseBlock) => Float64Array {
  const squares = preparePointSums(centers, 'squares');
  const { rows: count } = centers;
  return ({ rows, cols, data }) => {
    const out = allocateCells(rows * count);
    for (let row = 0, at = 0; row < rows; row++) {
      const sums = squares(data, row * cols);
      for (let centre = 0; centre < count; centre++) out[at++] = Math.sqrt(sums[centre]!);
    }
    return out;
  };
}

function absoluteTerms(
  { rows, cols, data }: DenseBlock,
  { rows: count, data: centers }: Matrix,
): Float64Array {
  const out = allocateCells(rows * count);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let from = 0; from < centers.length; from += cols) {
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += Math.abs(data[row * cols + k]! - centers[from + k]!);
      out[at++] = sum;
    }
  }
  return out;
}

/** ‖x‖² of every row. */
export function squaredNorms({ rows, cols, data }: DenseBlock): Float64Array {
  const norms = allocateCells(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = row * cols; k < (row + 1) * cols; k++) {
      const value = data[k]!;
      sum += value * value;
    }
    norms[row] = sum;
  }
  return norms;
}
