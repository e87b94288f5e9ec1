import { needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** Products of one degree: product k is product `parents[k]` of the degree below, times column `factors[k]`. */
export interface PolynomialDegree {
  readonly parents: Int32Array;
  readonly factors: Int32Array;
}

/** A column of ones where `bias`, then products of columns, by degree; those of degree 1 are the columns themselves. */
export interface PolynomialFeaturesStep extends StepBase {
  readonly kind: 'polynomial-features';
  readonly features: number;
  readonly bias: boolean;
  /** The least degree that comes out, at least 1; above the greatest, none does. */
  readonly from: number;
  /** Degrees 2, 3, … */
  readonly degrees: readonly PolynomialDegree[];
}

/** Products that come out, by degree from 1 on. */
export const productWidths = ({ features, from, degrees }: PolynomialFeaturesStep): readonly number[] =>
  [features, ...degrees.map(({ factors }) => factors.length)].map((width, i) => (i + 1 >= from ? width : 0));

export const POLYNOMIAL_STEPS: StepDescriptions<PolynomialFeaturesStep> = {
  'polynomial-features': {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: (step) => productWidths(step).reduce((sum, width) => sum + width, step.bias ? 1 : 0),
    rounding: 'same',
  },
};
