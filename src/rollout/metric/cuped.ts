/**
 * Variance reduction by what was known of each unit before the rollout (Deng et al., 2013): Y − θ·X, θ pooled over the
 * arms. X must come from before the exposure; for models it is the stable model's loss on the unit's history. Pure.
 */
import type { ArmMean, LiftEstimate } from './moments.ts';

/** Sums over units of one arm: metric y, earlier value x. */
export interface JointMoments {
  readonly n: number;
  readonly y: number;
  readonly x: number;
  readonly yy: number;
  readonly xx: number;
  readonly xy: number;
}

export const NO_JOINT: JointMoments = { n: 0, y: 0, x: 0, yy: 0, xx: 0, xy: 0 };

export const addPair = (sums: JointMoments, y: number, x: number): JointMoments => ({
  n: sums.n + 1,
  y: sums.y + y,
  x: sums.x + x,
  yy: sums.yy + y * y,
  xx: sums.xx + x * x,
  xy: sums.xy + x * y,
});

const covariance = (n: number, a: number, b: number, ab: number): number => (ab - (a * b) / n) / (n - 1);

/** θ = cov(Y, X)/var(X) within arms; 0 where X does not vary. */
export function cupedTheta(arms: readonly JointMoments[]): number {
  const within = (pick: (arm: JointMoments) => number): number =>
    arms.reduce((sum, arm) => sum + pick(arm), 0);
  const xy = within(({ n, x, y, xy: both }) => (n - 1) * covariance(n, x, y, both));
  const xx = within(({ n, x, xx: square }) => (n - 1) * covariance(n, x, x, square));
  return xx > 0 ? xy / xx : 0;
}

/** Mean and variance of Y − θ·X in one arm. */
function adjustedMean({ n, y, x, yy, xx, xy }: JointMoments, theta: number): ArmMean {
  const variance =
    covariance(n, y, y, yy) + theta * theta * covariance(n, x, x, xx) - 2 * theta * covariance(n, x, y, xy);
  return { n, mean: (y - theta * x) / n, variance: Math.max(0, variance) };
}

/** Difference of adjusted means: what differed before the rollout is taken out of both estimate and variance. */
export function cupedLift(candidate: JointMoments, stable: JointMoments): LiftEstimate {
  const theta = cupedTheta([candidate, stable]);
  const c = adjustedMean(candidate, theta);
  const s = adjustedMean(stable, theta);
  return { estimate: c.mean - s.mean, variance: c.variance / c.n + s.variance / s.n, n: c.n + s.n };
}
