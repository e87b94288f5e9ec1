import type { PmmlModelBase } from './base.ts';
import type { PmmlExpression, PmmlPredicate } from './program.ts';
import type { PmmlValue } from './value.ts';

/** Models that add up what each field contributes. */

/** A parameter of a general regression times what its predictors give: factors 0 or 1, covariates a power. */
export interface PmmlParameter {
  readonly beta: number;
  readonly factors: readonly { readonly field: number; readonly value: PmmlValue }[];
  readonly covariates: readonly { readonly field: number; readonly power: number }[];
}

export const PMML_LINKS = [
  'identity',
  'log',
  'logc',
  'logit',
  'probit',
  'cloglog',
  'loglog',
  'cauchit',
  'negbin',
  'oddspower',
  'power',
] as const;
export type PmmlLink = (typeof PMML_LINKS)[number];

export interface PmmlGeneralRegression extends PmmlModelBase {
  readonly kind: 'general-regression';
  /**
   * `link` scores the one table through its inverse link; in a classification the other class takes the rest. `softmax`
   * compares the tables with 0 for the last class. `cumulative` scores ordered classes.
   */
  readonly method: 'link' | 'softmax' | 'cumulative';
  readonly link: PmmlLink;
  /** Parameter of the link or of the distribution. */
  readonly parameter: number;
  /** One a class but the last; one in a regression. */
  readonly tables: readonly (readonly PmmlParameter[])[];
  /** Classes in the order of the tables, the reference last: indexes into the classes. */
  readonly order: readonly number[];
  readonly offset: PmmlOperand | null;
  readonly trials: PmmlOperand | null;
}

/** A number, or a field that holds one. */
export type PmmlOperand = { readonly field: number } | { readonly value: number };

export interface PmmlScorecard extends PmmlModelBase {
  readonly kind: 'scorecard';
  readonly initial: number;
  readonly characteristics: readonly PmmlCharacteristic[];
  /** Whether points lost are above or below the baseline; null where no reasons are given. */
  readonly reasons: 'pointsAbove' | 'pointsBelow' | null;
}

export interface PmmlCharacteristic {
  readonly name: string;
  readonly baseline: number;
  readonly attributes: readonly {
    readonly predicate: PmmlPredicate;
    readonly score: number | PmmlExpression;
    readonly reason: string;
  }[];
}

/** Distribution of a number in one class. */
export type PmmlDistribution =
  | { readonly kind: 'gaussian'; readonly mean: number; readonly variance: number }
  | { readonly kind: 'poisson'; readonly mean: number };

export type PmmlBayesInput =
  | { readonly kind: 'numeric'; readonly field: number; readonly distributions: readonly PmmlDistribution[] }
  /** Probability of each value in each class, in the order of `values`. */
  | {
      readonly kind: 'category';
      readonly field: number;
      readonly values: readonly PmmlValue[];
      readonly probabilities: readonly Float64Array[];
    };

export interface PmmlBayesModel extends PmmlModelBase {
  readonly kind: 'naive-bayes';
  /** Counts by class. */
  readonly priors: Float64Array;
  readonly inputs: readonly PmmlBayesInput[];
  /** What a probability is at least. */
  readonly threshold: number;
}
