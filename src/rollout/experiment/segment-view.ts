/** What people are told of the segments of an experiment. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { ACCURACY_METRIC, type MetricScale } from './arm-comparisons.ts';
import type { MetricInterval, MetricState } from './metric.ts';
import { type ExperimentPolicy, type MeasuredMetric, metricsOf } from './policy.ts';
import { type EffectHeterogeneity, heterogeneity, segmentInterval } from './segments.ts';
import { type ExperimentState, segmentComparison } from './state.ts';

/** One arm against control in one metric. */
export interface ArmContrast {
  readonly metric: string;
  readonly scale: MetricScale;
  readonly isPrimary: boolean;
  readonly isGuardrail: boolean;
  /** Which way is better. */
  readonly direction: MeasuredMetric['direction'];
  /** Loss that is still allowed, in units of the metric: of a guardrail; 0 of others. */
  readonly margin: number;
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
export function armContrast(
  { policy, arms, control }: ExperimentState,
  index: number,
  arm: number,
  state: MetricState,
  interval: MetricInterval,
): ArmContrast {
  const { metric, direction } = elementAt(metricsOf(policy), index);
  const guardrail = policy.guardrails.find((one) => one.metric === metric);
  const [own, other] = [elementAt(state.arms, arm), elementAt(state.arms, control)];
  return {
    metric,
    scale: metric === ACCURACY_METRIC ? 'share' : 'plain',
    isPrimary: index === 0,
    isGuardrail: guardrail !== undefined,
    direction,
    margin: guardrail?.margin ?? 0,
    arm: elementAt(arms, arm).name,
    units: [own.n, other.n],
    mean: own.n === 0 ? null : own.y / own.n,
    controlMean: other.n === 0 ? null : other.y / other.n,
    ...interval,
  };
}

/** The same of the units of one segment; the intervals of a metric hold together over segments and arms. */
export interface SegmentResult extends ArmContrast {
  /** Header and value, as in `x-country=DE`. */
  readonly segment: string;
}

/** Header and value, as in `x-country=DE`. */
export const segmentTitle = ({ segments }: ExperimentPolicy, value: string): string => `${segments}=${value}`;

/** An arm in every segment, in the order in which these came. */
export function segmentResults(state: ExperimentState, index: number, arm: number): readonly SegmentResult[] {
  const { policy, segments } = state;
  const comparison = segmentComparison(policy, index);
  return elementAt(segments, index).map((segment) => ({
    segment: segmentTitle(policy, segment.name),
    ...armContrast(state, index, arm, segment.metric, segmentInterval(segment, arm, comparison)),
  }));
}

/** Two segments in which an arm differs from control by different amounts. */
export interface SegmentDifference extends EffectHeterogeneity {
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
  const { metric } = elementAt(metricsOf(policy), index);
  const { name } = elementAt(arms, arm);
  const found = heterogeneity(elementAt(segments, index), arm, segmentComparison(policy, index));
  return found.slice(0, DIFFERENCES_MAX).map((one) => {
    const pair = [segmentTitle(policy, one.segments[0]), segmentTitle(policy, one.segments[1])] as const;
    const message = `the effect of ${name} on ${metric} differs between ${pair[0]} and ${pair[1]}`;
    return { ...one, segments: pair, metric, arm: name, message };
  });
}
