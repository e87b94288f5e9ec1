/** What people are told of the segments of an experiment. Pure. */
import { ACCURACY, type Scale } from './compare.ts';
import type { MetricInterval, MetricState } from './metric.ts';
import { type ExperimentPolicy, metricsOf } from './policy.ts';
import { type Heterogeneity, heterogeneity, segmentInterval } from './segments.ts';
import { type ExperimentState, roleOf, segmentComparison } from './state.ts';

/** One arm against control in one metric. */
export interface Contrast {
  readonly metric: string;
  readonly scale: Scale;
  readonly isPrimary: boolean;
  readonly isGuardrail: boolean;
  readonly arm: string;
  /** Units whose value has matured, of the arm and of control. */
  readonly units: readonly [own: number, control: number];
  readonly mean: number | null;
  readonly controlMean: number | null;
  readonly estimate: number | null;
  /** An interval that holds at all looks together; null before there are enough units. */
  readonly lower: number | null;
  readonly upper: number | null;
}

/** `index` is that of the metric; `state` holds all of its units, or those of a segment. */
export function contrastOf(
  { policy, arms, control }: ExperimentState,
  index: number,
  arm: number,
  state: MetricState,
  interval: MetricInterval,
): Contrast {
  const { metric } = metricsOf(policy)[index]!;
  const [own, other] = [state.arms[arm]!, state.arms[control]!];
  return {
    metric,
    scale: metric === ACCURACY ? 'share' : 'plain',
    isPrimary: index === 0,
    isGuardrail: roleOf(policy, index) === 'guardrail',
    arm: arms[arm]!.name,
    units: [own.n, other.n],
    mean: own.n === 0 ? null : own.y / own.n,
    controlMean: other.n === 0 ? null : other.y / other.n,
    ...interval,
  };
}

/** The same of the units of one segment; the intervals of a metric hold together over segments and arms. */
export interface SegmentStanding extends Contrast {
  /** Header and value, as in `x-country=DE`. */
  readonly segment: string;
}

/** Header and value, as in `x-country=DE`. */
export const segmentTitle = ({ segments }: ExperimentPolicy, value: string): string => `${segments}=${value}`;

/** An arm in every segment, in the order in which these came. */
export function segmentStandings(
  state: ExperimentState,
  index: number,
  arm: number,
): readonly SegmentStanding[] {
  const { policy, segments } = state;
  const comparison = segmentComparison(policy, index);
  return segments[index]!.map((segment) => ({
    segment: segmentTitle(policy, segment.name),
    ...contrastOf(state, index, arm, segment.metric, segmentInterval(segment, arm, comparison)),
  }));
}

/** Two segments in which an arm differs from control by different amounts. */
export interface SegmentDifference extends Heterogeneity {
  readonly metric: string;
  readonly arm: string;
  /** In words. */
  readonly message: string;
}

/** Of many pairs the first few say it all. */
const DIFFERENCES_MAX = 10;

/** The strongest evidence first. */
export function segmentDifferences(
  { policy, segments, arms }: ExperimentState,
  index: number,
  arm: number,
): readonly SegmentDifference[] {
  const { metric } = metricsOf(policy)[index]!;
  const { name } = arms[arm]!;
  const found = heterogeneity(segments[index]!, arm, segmentComparison(policy, index));
  return found.slice(0, DIFFERENCES_MAX).map((one) => {
    const pair = [segmentTitle(policy, one.segments[0]), segmentTitle(policy, one.segments[1])] as const;
    const message = `the effect of ${name} on ${metric} differs between ${pair[0]} and ${pair[1]}`;
    return { ...one, segments: pair, metric, arm: name, message };
  });
}
