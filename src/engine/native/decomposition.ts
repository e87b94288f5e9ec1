import { elementAt } from '../../core/element-at.ts';
import { type KMeansStep, movedTo, originOf, type PcaStep } from '../../model/decomposition.ts';
import type { Matrix } from '../../model/tensor.ts';
import {
  allocateCells,
  checkNumbers,
  createScratch,
  type DenseBlock,
  type RowBlock,
  toDense,
} from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { argmaxRows } from './links.ts';
import { areFinite, prepareProduct } from './product.ts';

/** `(x - mean) · componentsᵀ / scale`; the mean is projected once and subtracted after, as scikit-learn does. */
function preparePca(step: PcaStep, { names }: EvaluatorContext): StepEvaluator {
  const { rows: cols, cols: features } = step.components;
  if (step.mean !== null && step.mean.length !== features)
    refuseShape(step, 'mean_', step.mean.length, features);
  const product = prepareProduct(step.components, step.mean && projected(step.components, step.mean), names);
  const { scale } = step;
  return {
    transform: (input) => {
      checkWidth(input, features);
      const data = product(input);
      if (scale !== null) for (let k = 0; k < data.length; k++) data[k]! /= scale[k % cols]!;
      return { kind: 'dense', rows: input.rows, cols, data };
    },
  };
}

/** -(components · mean), one number a component. */
function projected(components: Matrix, mean: Float64Array): Float64Array {
  const block: DenseBlock = { kind: 'dense', rows: 1, cols: mean.length, data: mean };
  return prepareProduct(components, null, [])(block).map((value) => -value);
}

/**
 * `predict`: the nearest centre by |c|² - 2 x·c, measured from where that loses least; `transform`: √Σ(x - c)², term by
 * term, so that a row at a centre is at distance zero. Sparse rows take √max(0, |x|² - 2 x·c + |c|²), the expansion that
 * `euclidean_distances` uses.
 */
function prepareKMeans(step: KMeansStep, { names }: EvaluatorContext): StepEvaluator {
  const { rows: clusters, cols: features } = step.centers;
  const origin = originOf(step);
  const centers = origin === null ? step.centers : movedTo(origin, step.centers);
  const product = prepareProduct(centers, null, names);
  const centerNorms = squaredNorms({ kind: 'dense', ...centers });
  const scratch = createScratch();
  const place = (block: RowBlock): RowBlock =>
    origin === null ? block : { kind: 'dense', ...movedTo(origin, toDense(block, names, scratch)) };
  const distances = (block: RowBlock): Float64Array => {
    checkWidth(block, features);
    if (block.kind === 'sparse' && origin === null)
      return expanded(product(block), squaredNorms(toDense(block, names, scratch)), centerNorms);
    const dense = toDense(block, names, scratch);
    const data = termByTerm(dense, step.centers);
    if (!areFinite(data)) checkNumbers(dense, names, 'refused');
    return data;
  };
  return {
    transform: (block) => ({ kind: 'dense', rows: block.rows, cols: clusters, data: distances(block) }),
    outputs: (block) => {
      const transform = distances(block);
      // The largest x·c - |c|²/2 is the nearest centre.
      const nearness = product(place(block)).map((dot, k) => 2 * dot - elementAt(centerNorms, k % clusters));
      const labels = argmaxRows(nearness, block.rows, clusters);
      if (step.wholeDistances) relabelOverflows(labels, toDense(block, names, scratch), step.centers);
      return {
        predict: { dtype: 'int32', shape: [block.rows], data: labels },
        transform: { dtype: 'float64', shape: [block.rows, clusters], data: transform },
      };
    },
  };
}

/** Labels of rows whose ‖x‖² is infinite, as releases with `wholeDistances` give them. */
function relabelOverflows(labels: Int32Array, block: DenseBlock, { rows, cols, data }: Matrix): void {
  squaredNorms(block).forEach((norm, row) => {
    if (norm !== Infinity) return;
    labels[row] = 0;
    for (let cluster = rows - 1; cluster >= 0; cluster--) {
      let dot = 0;
      for (let k = 0; k < cols; k++) dot += block.data[row * cols + k]! * data[cluster * cols + k]!;
      if (Number.isNaN(norm - 2 * dot)) labels[row] = cluster;
    }
  });
}

function expanded(dots: Float64Array, norms: Float64Array, centerNorms: Float64Array): Float64Array {
  const clusters = centerNorms.length;
  return dots.map((dot, k) => {
    const cluster = k % clusters;
    const [norm, centerNorm] = [elementAt(norms, (k - cluster) / clusters), elementAt(centerNorms, cluster)];
    return Math.sqrt(Math.max(0, -2 * dot + norm + centerNorm));
  });
}

function termByTerm(
  { rows, cols, data }: DenseBlock,
  { rows: clusters, data: centers }: Matrix,
): Float64Array {
  const out = allocateCells(rows * clusters);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let from = 0; from < centers.length; from += cols) {
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += (data[row * cols + k]! - centers[from + k]!) ** 2;
      out[at++] = Math.sqrt(sum);
    }
  }
  return out;
}

function squaredNorms(block: DenseBlock): Float64Array {
  const { rows, cols, data } = block;
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

export const DECOMPOSITION_PREPARERS: StepPreparers<PcaStep | KMeansStep> = {
  pca: preparePca,
  'k-means': prepareKMeans,
};
