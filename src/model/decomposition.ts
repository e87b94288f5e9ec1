import type { StepBase } from './step.ts';
import type { Matrix } from './tensor.ts';

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
}
