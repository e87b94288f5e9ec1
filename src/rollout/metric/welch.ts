/** Welch's test: for a comparison whose one look was planned beforehand. Pure. */

import type { ConfidenceInterval } from '../../statistics/confidence-interval.ts';
import { studentCdf, studentQuantile } from '../../statistics/student-t.ts';
import type { ArmMean, LiftEstimate } from './moments.ts';

/** Degrees of freedom of Welch and Satterthwaite. */
export function welchDegrees(candidate: ArmMean, stable: ArmMean): number {
  const c = candidate.variance / candidate.n;
  const s = stable.variance / stable.n;
  return (c + s) ** 2 / (c ** 2 / (candidate.n - 1) + s ** 2 / (stable.n - 1));
}

/** Two-sided interval and p for one planned look; meaningless where one looks more than once. */
export function fixedInterval(
  { estimate, variance }: LiftEstimate,
  degrees: number,
  alpha: number,
): ConfidenceInterval & { readonly p: number } {
  const error = Math.sqrt(variance);
  const width = studentQuantile(1 - alpha / 2, degrees) * error;
  const p = 2 * studentCdf(-Math.abs(estimate / error), degrees);
  return { lower: estimate - width, upper: estimate + width, p };
}
