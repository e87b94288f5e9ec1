/** A Bayesian view of a lift, for display alone: it is not valid at every look and never decides a rollout. Pure. */

import type { ConfidenceInterval } from '../../statistics/confidence-interval.ts';
import { normalCdf, normalDensity, normalQuantile } from '../../statistics/normal.ts';
import type { LiftEstimate } from './moments.ts';

export interface NormalPrior {
  readonly mean: number;
  readonly variance: number;
}

export interface BayesView extends ConfidenceInterval {
  readonly mean: number;
  readonly deviation: number;
  /** Posterior probability that the candidate is better. */
  readonly chance: number;
  readonly risk: ExpectedLoss;
}

/** Expected loss of keeping stable where the candidate is better, and of shipping where it is worse. */
export interface ExpectedLoss {
  readonly keep: number;
  readonly ship: number;
}

/** Posterior of the lift under a normal prior; flat where there is none. */
export function bayesView(
  { estimate, variance }: Omit<LiftEstimate, 'n'>,
  prior?: NormalPrior,
  alpha = 0.05,
): BayesView {
  const precision = 1 / variance + (prior ? 1 / prior.variance : 0);
  const mean = (estimate / variance + (prior ? prior.mean / prior.variance : 0)) / precision;
  const deviation = Math.sqrt(1 / precision);
  const width = normalQuantile(1 - alpha / 2) * deviation;
  return {
    mean,
    deviation,
    lower: mean - width,
    upper: mean + width,
    chance: normalCdf(mean / deviation),
    risk: posteriorExpectedLoss(mean, deviation),
  };
}

export function posteriorExpectedLoss(mean: number, deviation: number): ExpectedLoss {
  const z = mean / deviation;
  const spread = deviation * normalDensity(z);
  return { keep: spread + mean * normalCdf(z), ship: spread - mean * normalCdf(-z) };
}
