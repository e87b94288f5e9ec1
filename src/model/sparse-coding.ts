import { needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import type { Matrix } from './tensor.ts';

/**
 * How a row x is made of atoms d, with c = d·x:
 * - `threshold`: sign(c) · max(|c| - alpha, 0), negative ones as 0 where `positive`;
 * - `pursuit`: orthogonal matching pursuit (R. Rubinstein, M. Zibulevsky, M. Elad, Efficient implementation of the K-SVD
 *   algorithm using batch orthogonal matching pursuit, 2008): up to `atoms` times the atom that says most of what is left,
 *   then least squares on those; earlier where the square of what is left, or of an atom beside those before it, is
 *   within an epsilon.
 */
export type SparseCoding =
  | { readonly kind: 'threshold'; readonly alpha: number; readonly positive: boolean }
  | { readonly kind: 'pursuit'; readonly atoms: number };

/** One number an atom; where `split`, what is positive of all, then what is negative, as positive numbers. */
export interface SparseCodeStep extends StepBase {
  readonly kind: 'sparse-code';
  /** [atoms, features] */
  readonly dictionary: Matrix;
  readonly coding: SparseCoding;
  readonly split: boolean;
}

export const SPARSE_CODING_STEPS: StepDescriptions<SparseCodeStep> = {
  'sparse-code': {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: ({ dictionary, split }) => dictionary.rows * (split ? 2 : 1),
    rounding: 'sum',
  },
};
