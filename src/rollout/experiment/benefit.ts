/** A difference to control in the direction that is wanted of its metric. Pure. */
import type { MetricInterval } from './metric.ts';
import type { MeasuredMetric } from './policy.ts';

export interface BenefitInterval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** Without bounds on either side where there is no interval yet. */
export function benefitIn(
  direction: MeasuredMetric['direction'],
  { estimate, lower, upper }: MetricInterval,
): BenefitInterval {
  const [low, high] = [lower ?? -Infinity, upper ?? Infinity];
  return direction === 'up'
    ? { estimate: estimate ?? 0, lower: low, upper: high }
    : { estimate: -(estimate ?? 0), lower: -high, upper: -low };
}
