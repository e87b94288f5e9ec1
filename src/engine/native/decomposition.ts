import { type KMeansStep, movedTo, originOf, type PcaStep } from '../../model/decomposition.ts';
import type { Matrix } from '../../model/tensor.ts';
import { allocateCells, type Block, createScratch, type DenseBlock, toDense } from './block.ts';
import { checkWidth, type Evaluator, type Preparation, refuseShape } from './evaluator.ts';
import { argmaxRows } from './links.ts';
import { prepareProduct } from './product.ts';

/** `(x - mean) · componentsᵀ / scale`; the mean is projected once and subtracted after, as scikit-learn does. */
export function preparePca(step: PcaStep, { names }: Preparation): Evaluator {
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
 * `predict`: the nearest centre by |c|² - 2 x·c; `transform`: √max(0, |x|² - 2 x·c + |c|²), the expansion that
 * `euclidean_distances` uses, measured from where it loses least.
 */
export function prepareKMeans(step: KMeansStep, { names }: Preparation): Evaluator {
  const { rows: clusters, cols: features } = step.centers;
  const origin = originOf(step);
  const centers = origin === null ? step.centers : movedTo(origin, step.centers);
  const product = prepareProduct(centers, null, names);
  const centerNorms = squaredNorms({ kind: 'dense', ...centers });
  const scratch = createScratch();
  const place = (input: Block): Block => {
    checkWidth(input, features);
    return origin === null ? input : { kind: 'dense', ...movedTo(origin, toDense(input, names, scratch)) };
  };
  const distances = (input: Block, dots: Float64Array): Float64Array => {
    const norms = squaredNorms(toDense(input, names, scratch));
    return dots.map((dot, k) => {
      const cluster = k % clusters;
      return Math.sqrt(Math.max(0, -2 * dot + norms[(k - cluster) / clusters]! + centerNorms[cluster]!));
    });
  };
  return {
    transform: (block) => {
      const input = place(block);
      return { kind: 'dense', rows: input.rows, cols: clusters, data: distances(input, product(input)) };
    },
    outputs: (block) => {
      const input = place(block);
      const dots = product(input);
      // The largest x·c - |c|²/2 is the nearest centre.
      const nearness = dots.map((dot, k) => 2 * dot - centerNorms[k % clusters]!);
      const data = argmaxRows(nearness, input.rows, clusters);
      return {
        predict: { dtype: 'int32', shape: [input.rows], data },
        transform: { dtype: 'float64', shape: [input.rows, clusters], data: distances(input, dots) },
      };
    },
  };
}

function squaredNorms(block: DenseBlock): Float64Array {
  const { rows, cols, data } = block;
  const norms = allocateCells(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = row * cols; k < (row + 1) * cols; k++) sum += data[k]! * data[k]!;
    norms[row] = sum;
  }
  return norms;
}
