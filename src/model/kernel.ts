import type { Matrix } from './tensor.ts';

/**
 * k(x, c) of two rows. Names, parameters and formulas are those of scikit-learn (`sklearn.metrics.pairwise`), which
 * libsvm shares:
 * - `linear`: x·c;
 * - `polynomial`: (γ x·c + coef0)^degree;
 * - `sigmoid`: tanh(γ x·c + coef0);
 * - `cosine`: x·c of rows divided by their norms;
 * - `rbf`: exp(-γ ‖x - c‖²);
 * - `laplacian`: exp(-γ Σ|x - c|);
 * - `additive-chi2`: -Σ (x - c)² / (x + c), terms with x + c = 0 left out;
 * - `chi2`: exp(γ · additive-chi2).
 */
export type Kernel =
  | { readonly kind: 'linear' | 'cosine' | 'additive-chi2' }
  | { readonly kind: 'rbf' | 'laplacian' | 'chi2'; readonly gamma: number }
  | { readonly kind: 'sigmoid'; readonly gamma: number; readonly coef0: number }
  | { readonly kind: 'polynomial'; readonly gamma: number; readonly coef0: number; readonly degree: number };

/** A kernel with the fitted rows that every row is held against: k(x, points) is one number a point. */
export interface FittedKernel {
  readonly kernel: Kernel;
  /** [points, features] */
  readonly points: Matrix;
}

/** Whether rows with a negative number are refused, as `additive_chi2_kernel` does. */
export const refusesNegative = ({ kind }: Kernel): boolean => kind === 'chi2' || kind === 'additive-chi2';
