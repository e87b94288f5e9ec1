import { needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import type { Matrix } from './tensor.ts';

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

/**
 * The B-splines of a degree over the knots of each column, at x (C. de Boor, A Practical Guide to Splines, 1978). Beyond
 * the base interval, from knot `degree` to the last but `degree`: as the pieces at its ends go on, as at the ends
 * themselves, along the slopes there, by the period, or refused.
 */
export interface SplineStep extends StepBase {
  readonly kind: 'spline';
  readonly degree: number;
  /** Rising numbers, as many a column. */
  readonly knots: readonly Float64Array[];
  readonly extrapolation: 'continue' | 'constant' | 'linear' | 'periodic' | 'refused';
  /** Whether the last spline of each column comes out too. */
  readonly bias: boolean;
  /** Where `linear`: slopes of the splines at both ends of each column, `[columns, splines]`. */
  readonly slopes: { readonly below: Matrix; readonly above: Matrix } | null;
}

/** Splines of one column; periodic ones meet at the ends. */
export const splineCount = ({ knots, degree, extrapolation }: SplineStep): number =>
  (knots[0]?.length ?? 0) - degree - 1 - (extrapolation === 'periodic' ? degree : 0);

/** The base interval of a column. */
export const splineRange = ({ degree }: SplineStep, knots: Float64Array): readonly [number, number] => [
  knots[degree]!,
  knots[knots.length - degree - 1]!,
];

/** Knots of a column that are tried. */
const MAX_TRIED = 32;

export const POLYNOMIAL_STEPS: StepDescriptions<PolynomialFeaturesStep | SplineStep> = {
  spline: {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: (step) => step.knots.length * (splineCount(step) - (step.bias ? 0 : 1)),
    rounding: 'same',
    tried: (step) =>
      step.knots.map((knots) => knots.slice(step.degree, knots.length - step.degree).slice(0, MAX_TRIED)),
  },
  'polynomial-features': {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: (step) => productWidths(step).reduce((sum, width) => sum + width, step.bias ? 1 : 0),
    rounding: 'same',
  },
};
