import type { EngineName } from './evaluate.ts';

/** Cases that an engine does not evaluate, with the reason. A gap that is closed must leave the list. */
export interface KnownGap {
  /** `both` where the file is read but not understood as a model. */
  readonly engine: EngineName | 'both';
  /** Matches `sklearn-1.9.1/case-name`. */
  readonly case: RegExp;
  readonly reason: string;
}

export const KNOWN_GAPS: readonly KnownGap[] = [
  {
    engine: 'both',
    case: /\/gb-regressor-init-linear$|1\.9\.1\/gb-classifier-init-(logistic|logistic-three|exponential)$/,
    reason:
      'GradientBoosting fits and asks its init estimator in float32; a linear one then answers in float32, in the order of summation of its BLAS',
  },
];

export const gapOf = (engine: KnownGap['engine'], name: string): KnownGap | undefined =>
  KNOWN_GAPS.find((gap) => gap.engine === engine && gap.case.test(name));
