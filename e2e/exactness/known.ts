import type { FixtureFile } from './fixture.ts';

/** Models that no engine evaluates, with the reason: read, but not understood. A gap that is closed must leave the list. */
export interface KnownGap {
  /** Matches `sklearn-1.9.1/case-name`. */
  readonly case: RegExp;
  readonly reason: string;
}

export const KNOWN_GAPS: readonly KnownGap[] = [
  {
    case: /\/gb-regressor-init-linear$|1\.9\.1\/gb-classifier-init-(logistic|logistic-three|exponential)$/,
    reason:
      'GradientBoosting fits and asks its init estimator in float32; a linear one then answers in float32, in the order of summation of its BLAS',
  },
];

export const isKnownGap = ({ release, name }: FixtureFile): boolean =>
  KNOWN_GAPS.some((gap) => gap.case.test(`${release}/${name}`));
