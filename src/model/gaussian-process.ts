import { needsNumbers } from './column-need.ts';
import type { FittedKernel } from './kernel.ts';
import { classSpec, labelSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import { type LabelSet, type Matrix, matrixColumns } from './tensor.ts';

/**
 * A latent function of a binary Gaussian process (C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine
 * Learning, algorithm 3.2): its mean f = k(x, points) · residual, its variance k(x, x) - ‖v‖² of v = L⁻¹ (√W ∘ k).
 */
export interface LatentProcess extends FittedKernel {
  /** y - π, one number a point. */
  readonly residual: Float64Array;
  /** √W, one number a point. */
  readonly rootWeights: Float64Array;
  /** L, lower triangular: [points, points]. */
  readonly factor: Matrix;
}

/**
 * The probability of a process is Σ c (erf(λ f / √(1 + 2 λ² var)) + 1) / 2 over the five λ and c of `ERRORS_OF_SIGMOID`.
 * Two classes have one process, `predict` is f > 0; more have one each, whose probabilities are divided by their sum, and
 * `predict` is the most probable, of equals the first or the last.
 */
export interface GaussianProcessClassifierStep extends StepBase {
  readonly kind: 'gaussian-process-classifier';
  readonly processes: readonly LatentProcess[];
  readonly classes: LabelSet;
  /** Which of equally probable classes `predict` is. */
  readonly ties: 'first' | 'last';
}

/** The logistic sigmoid as a sum of error functions (C. K. I. Williams, D. Barber 1998, appendix A). */
export const ERRORS_OF_SIGMOID = [
  { lambda: 0.41, share: -1854.8214151 },
  { lambda: 0.4, share: 3516.89893646 },
  { lambda: 0.37, share: 221.29346712 },
  { lambda: 0.44, share: 128.12323805 },
  { lambda: 0.39, share: -2010.49422654 },
] as const;

/** Points whose values are tried. */
const MAX_TRIED = 32;

export const GAUSSIAN_PROCESS_STEPS: StepDescriptions<GaussianProcessClassifierStep> = {
  'gaussian-process-classifier': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: ({ classes }) => [labelSpec(classes), classSpec('predict_proba', classes)],
    rounding: 'sum',
    tried: ({ processes }) => processes.slice(0, 1).flatMap(({ points }) => matrixColumns(points, MAX_TRIED)),
  },
};
