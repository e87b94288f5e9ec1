import { needsNumbers } from './column-need.ts';
import type { Metric } from './neighbors.ts';
import { numberSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import { type Matrix, matrixColumns } from './tensor.ts';

/**
 * Kernels of a distance d and a bandwidth h, 1 at d = 0: `gaussian` exp(-d²/2h²), `exponential` exp(-d/h); below h, and 0
 * from there on, `tophat` 1, `epanechnikov` 1 - d²/h², `linear` 1 - d/h, `cosine` cos(πd/2h).
 */
export type DensityKernel = 'gaussian' | 'tophat' | 'epanechnikov' | 'exponential' | 'linear' | 'cosine';

/**
 * `score_samples`: `log Σ weightᵢ·K(d(x, pointᵢ)) + logNorm`, -∞ where no point is near enough.
 *
 * The library adds and takes away bounds of the nodes of its tree, up to the peak of the density that all points together
 * could have: it answers the density within rounding of that peak, so its logarithm where the density is small beside it
 * (below 10⁻¹³) is what rounding left (about -35, or -∞). Here the sum itself is answered.
 */
export interface KernelDensityStep extends StepBase {
  readonly kind: 'kernel-density';
  /** [points, features] */
  readonly points: Matrix;
  readonly metric: Metric;
  readonly kernel: DensityKernel;
  readonly bandwidth: number;
  /** One a point; null where each is 1. */
  readonly weights: Float64Array | null;
  /** Logarithm of the norm of the kernel, less that of the sum of the weights. */
  readonly logNorm: number;
}

/** Points whose numbers are tried. */
const MAX_TRIED = 24;

export const KERNEL_DENSITY_STEPS: StepDescriptions<KernelDensityStep> = {
  'kernel-density': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: () => [numberSpec('score_samples', null)],
    rounding: 'sum',
    tried: ({ points }) => matrixColumns(points, MAX_TRIED),
  },
};
