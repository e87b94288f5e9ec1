import { needsNumbers } from './column-need.ts';
import { numberSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import { type Matrix, matrixColumns } from './tensor.ts';

/**
 * A mixture of Gaussians. The score of component k is offsetₖ - ½ ‖(x - meanₖ) · Lₖ‖², L being the Cholesky factor of its
 * precision. `predict`: the component of the largest score; `predict_proba`: exp(score - logsumexp(scores));
 * `score_samples`: that logsumexp.
 */
export interface GaussianMixtureStep extends StepBase {
  readonly kind: 'gaussian-mixture';
  /** [components, features] */
  readonly means: Matrix;
  /** One `[features, features]` a component, or the diagonals of all `[components, features]`. */
  readonly factors:
    | { readonly kind: 'full'; readonly matrices: readonly Matrix[] }
    | { readonly kind: 'diagonal'; readonly diagonals: Matrix };
  readonly offsets: Float64Array;
}

/**
 * The distance of a row from a centre as covariance measures it, q = (x - centre) · precision · (x - centre)ᵀ:
 * `score_samples` is -q, `decision_function` -q - offset, `predict` 1 where that is not below 0, else -1.
 */
export interface EllipticEnvelopeStep extends StepBase {
  readonly kind: 'elliptic-envelope';
  readonly centre: Float64Array;
  /** [features, features] */
  readonly precision: Matrix;
  readonly offset: number;
}

/** Components whose means are tried. */
const MAX_TRIED = 16;

export const GAUSSIAN_STEPS: StepDescriptions<GaussianMixtureStep | EllipticEnvelopeStep> = {
  'gaussian-mixture': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: ({ means }) => [
      { name: 'predict', dtype: 'int64', shape: [-1] },
      numberSpec('predict_proba', means.rows),
      numberSpec('score_samples', null),
    ],
    rounding: 'sum',
    tried: ({ means }) => matrixColumns(means, MAX_TRIED),
  },
  'elliptic-envelope': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: () => [
      { name: 'predict', dtype: 'int64', shape: [-1] },
      numberSpec('decision_function', null),
      numberSpec('score_samples', null),
    ],
    rounding: 'sum',
    tried: ({ centre }) => Array.from(centre, (value) => [value]),
  },
};
