import type { Matrix } from './tensor.ts';

/**
 * k(x, c) of two rows. Names, parameters and formulas are those of scikit-learn: of `sklearn.metrics.pairwise`, which
 * libsvm shares,
 * - `linear`: x·c;
 * - `polynomial`: (γ x·c + coef0)^degree;
 * - `sigmoid`: tanh(γ x·c + coef0);
 * - `cosine`: x·c of rows divided by their norms, those of 0 and below `negligible` by 1;
 * - `rbf`: exp(-γ ‖x - c‖²);
 * - `laplacian`: exp(-γ Σ|x - c|);
 * - `additive-chi2`: -Σ (x - c)² / (x + c), terms with x + c = 0 left out;
 * - `chi2`: exp(γ · additive-chi2);
 *
 * and of `sklearn.gaussian_process.kernels`, with d = ‖x - c‖,
 * - `constant`: a number; `white`: 0, but `noise` of a row with itself;
 * - `scaled`: of rows divided by lengths, one for all columns or one a column;
 * - `matern`: exp(-d) of order 1/2, (1 + √3 d) exp(-√3 d) of 3/2, (1 + √5 d + 5 d²/3) exp(-√5 d) of 5/2;
 * - `rational-quadratic`: (1 + d² / (2 α length²))^-α;
 * - `exp-sine-squared`: exp(-2 (sin(π d / period) / length)²);
 * - `sum`, `product`, `power`: of what other kernels give.
 */
export type Kernel =
  | { readonly kind: 'linear' | 'additive-chi2' }
  | { readonly kind: 'cosine'; readonly negligible: number }
  | { readonly kind: 'rbf' | 'laplacian' | 'chi2'; readonly gamma: number }
  | { readonly kind: 'sigmoid'; readonly gamma: number; readonly coef0: number }
  | { readonly kind: 'polynomial'; readonly gamma: number; readonly coef0: number; readonly degree: number }
  | { readonly kind: 'matern'; readonly order: 0.5 | 1.5 | 2.5 }
  | { readonly kind: 'rational-quadratic'; readonly length: number; readonly alpha: number }
  | { readonly kind: 'exp-sine-squared'; readonly length: number; readonly period: number }
  | CompositeKernel;

/** Kernels that are no function of one product or distance. */
export type CompositeKernel =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'white'; readonly noise: number }
  | { readonly kind: 'scaled'; readonly lengths: Float64Array; readonly of: Kernel }
  | { readonly kind: 'sum' | 'product'; readonly left: Kernel; readonly right: Kernel }
  | { readonly kind: 'power'; readonly exponent: number; readonly of: Kernel };

/** Functions of one product or distance. */
export type PlainKernel = Exclude<Kernel, CompositeKernel>;

/** A kernel with the fitted rows that every row is held against: k(x, points) is one number a point. */
export interface FittedKernel {
  readonly kernel: Kernel;
  /** [points, features] */
  readonly points: Matrix;
}

/** Whether rows with a negative number are refused, as `additive_chi2_kernel` does. */
export function refusesNegative(kernel: Kernel): boolean {
  switch (kernel.kind) {
    case 'chi2':
    case 'additive-chi2':
      return true;
    case 'scaled':
    case 'power':
      return refusesNegative(kernel.of);
    case 'sum':
    case 'product':
      return refusesNegative(kernel.left) || refusesNegative(kernel.right);
    default:
      return false;
  }
}
