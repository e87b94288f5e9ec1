import { needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import { type Matrix, matrixColumns } from './tensor.ts';

/** `(x - mean) · componentsᵀ`, each column then divided by `scale` where whitened. components: [k, features]. */
export interface PcaStep extends StepBase {
  readonly kind: 'pca';
  readonly mean: Float64Array | null;
  readonly components: Matrix;
  readonly scale: Float64Array | null;
}

/** `predict`: index of the nearest centre (int32, ties to the lowest); `transform`: Euclidean distances. */
export interface KMeansStep extends StepBase {
  readonly kind: 'k-means';
  readonly centers: Matrix;
  /**
   * Before 0.23 labels came from whole squared distances (`pairwise_distances_argmin_min`): where ‖x‖² overflows, the
   * first centre whose distance is not a number is the least to numpy, else all tie and the first of all is. (0.18 and
   * 0.19 leave such a label unset in a loop of their own; it gets the same answer.)
   */
  readonly wholeDistances?: true;
}

/** Distance of the centres from zero, squared, over that from their mean, above which distances lose digits. */
const FAR = 1e4;

/**
 * Where to measure from, or null for zero. Distances are invariant under a shift, but the expansion
 * ‖x‖² - 2 x·c + ‖c‖² is not: it cancels where the centres lie together far from zero (timestamps, identifiers).
 * Their mean is then the better origin, rounded to float32 so that subtracting it is exact for nearby numbers.
 */
export function originOf({ centers }: KMeansStep): Float64Array | null {
  const { rows, cols, data } = centers;
  const mean = new Float64Array(cols);
  for (let k = 0; k < data.length; k++) mean[k % cols]! += data[k]! / rows;
  let away = 0;
  let apart = 0;
  for (let k = 0; k < data.length; k++) {
    away += mean[k % cols]! ** 2;
    apart += (data[k]! - mean[k % cols]!) ** 2;
  }
  return away > FAR * apart && Number.isFinite(away) ? mean.map(Math.fround) : null;
}

/** A matrix measured from another origin. */
export const movedTo = (origin: Float64Array, { rows, cols, data }: Matrix): Matrix => ({
  rows,
  cols,
  data: data.map((value, k) => value - origin[k % cols]!),
});

/** Rows whose values are tried. */
const MAX_TRIED = 32;

export const DECOMPOSITION_STEPS: StepDescriptions<PcaStep | KMeansStep> = {
  pca: {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: ({ components }) => components.rows,
    rounding: 'sum',
    tried: ({ mean }) => Array.from(mean ?? [], (value) => [value]),
  },
  'k-means': {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: ({ centers }) => centers.rows,
    outputs: (_step, transform) => [{ name: 'predict', dtype: 'int32', shape: [-1] }, transform],
    rounding: 'sum',
    tried: ({ centers }) => matrixColumns(centers, MAX_TRIED),
  },
};
