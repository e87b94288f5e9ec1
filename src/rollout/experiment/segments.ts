/**
 * One metric of an experiment by segment: the difference of each arm to control in every segment, and whether it differs
 * between two of them. All intervals of a metric hold together, over segments, arms and looks. Pure.
 *
 * How many segments will come is not known beforehand, so the level is spent in the order in which they come: those that
 * come as numbers m+1 to m+K get 1/((m+1)(m+K+1)) of it each. That sums to 1/(m+1) − 1/(m+K+1) and so, over all that ever
 * come, to less than 1; the K of the first cohort get 1/(K+1) each, nearly as after Bonferroni. Names and counts of units
 * are known before any value is, so that the level of a segment does not depend on what came of it. Pairs of segments
 * share a level of their own in the same way.
 *
 * Intervals are asymptotic confidence sequences, also of bounded metrics: bets in every segment would cost as much memory
 * as there are segments. A difference of two segments is one of four means; its estimate at 1/V grows like a Brownian
 * motion with drift, so that the mixture SPRT of sequential.ts holds for it. The number of its units is what four equal
 * groups of the same precision would have: with that n·V stays the same while shares of segments change.
 */

import { elementAt } from '../../core/element-at.ts';
import type { ConfidenceInterval } from '../../statistics/confidence-interval.ts';
import { OTHER_SEGMENT, SEGMENT_VALUES_MAX } from '../collect/segment-names.ts';
import type { LiftEstimate } from '../metric/moments.ts';
import { pValue, sequentialInterval, sequentialLog } from '../metric/sequential.ts';
import {
  addCohort,
  areBurnedIn,
  intervalAtEveryLook,
  liftOf,
  type MetricComparison,
  type MetricInterval,
  type MetricState,
  startMetric,
  TUNED_UNITS,
} from './metric.ts';
import { type ArmSums, addSums, type CohortOutcomes, NO_SUMS, type SegmentSums } from './outcomes.ts';

export interface SegmentState {
  readonly name: string;
  /** Number of segments known before those it came with, and after. */
  readonly came: readonly [before: number, after: number];
  readonly metric: MetricState;
}

/** In the order in which they came. */
export type SegmentStates = readonly SegmentState[];

/** Without bets: see above. */
const unbounded = (comparison: MetricComparison): MetricComparison => ({ ...comparison, bounds: null });

/** Adds one cohort; the first 32 names have a place, units of others are counted together. */
export function addSegments(
  before: SegmentStates,
  cohort: CohortOutcomes,
  shares: readonly number[],
  comparison: MetricComparison,
): SegmentStates {
  const sums = withPlace(before, cohort.segments ?? []);
  if (sums.size === 0) return before;
  const fresh = [...sums.keys()].filter((name) => before.every((known) => known.name !== name));
  const came = [before.length, before.length + fresh.length] as const;
  const all = [
    ...before,
    ...fresh.map((name) => ({ name, came, metric: startMetric(shares, unbounded(comparison)) })),
  ];
  return all.map((segment) => {
    const arms = sums.get(segment.name);
    if (arms === undefined) return segment;
    const part = { ...cohort, arms, values: [] };
    return { ...segment, metric: addCohort(segment.metric, part, shares, unbounded(comparison)) };
  });
}

function withPlace(
  known: SegmentStates,
  segments: readonly SegmentSums[],
): ReadonlyMap<string, readonly ArmSums[]> {
  const names = new Set(known.map(({ name }) => name));
  const sums = new Map<string, readonly ArmSums[]>();
  for (const { name, arms } of segments) {
    const isOther = !names.has(name) && names.size - Number(names.has(OTHER_SEGMENT)) >= SEGMENT_VALUES_MAX;
    const place = isOther ? OTHER_SEGMENT : name;
    names.add(place);
    sums.set(place, joined(sums.get(place) ?? [], arms));
  }
  return sums;
}

const joined = (a: readonly ArmSums[], b: readonly ArmSums[]): readonly ArmSums[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => addSums(a[i] ?? NO_SUMS, b[i] ?? NO_SUMS));

/** Part of a level of each that came as numbers `before` + 1 to `after`. */
const partOf = (before: number, after: number): number => 1 / ((before + 1) * (after + 1));

const pairs = (segments: number): number => (segments * (segments - 1)) / 2;

/** The difference of an arm to control in one segment; `comparison.alpha` is that of all segments of the arm together. */
export const segmentInterval = (
  { came, metric }: SegmentState,
  arm: number,
  comparison: MetricComparison,
): MetricInterval =>
  intervalAtEveryLook(metric, arm, {
    ...unbounded(comparison),
    alpha: comparison.alpha * partOf(...came),
  });

/** Two segments in which an arm differs from control by different amounts. */
export interface EffectHeterogeneity extends ConfidenceInterval {
  /** The one with the larger difference first. */
  readonly segments: readonly [larger: string, smaller: string];
  /** By how much the difference to control is larger in the first. */
  readonly estimate: number;
  /** Of the test of this pair, times what its part of the level is of the whole: found where it is at most `alpha`. */
  readonly p: number;
}

/** Every pair that differs, by strength of evidence. */
export function heterogeneity(
  segments: SegmentStates,
  arm: number,
  comparison: MetricComparison,
): readonly EffectHeterogeneity[] {
  const ready = segments.flatMap((segment) => liftIn(segment, arm, unbounded(comparison)) ?? []);
  const found = ready.flatMap((one, i) =>
    ready.slice(i + 1).flatMap((other) => differenceOf(one, other, comparison.alpha) ?? []),
  );
  return found.sort((a, b) => a.p - b.p);
}

interface SegmentLift {
  readonly segment: SegmentState;
  readonly lift: LiftEstimate;
  /** Σ 1/n of the arm and of control. */
  readonly scarcity: number;
}

function liftIn(segment: SegmentState, arm: number, comparison: MetricComparison): SegmentLift | null {
  const [own, control] = [
    elementAt(segment.metric.arms, arm),
    elementAt(segment.metric.arms, comparison.control),
  ];
  const lift = liftOf(segment.metric, arm, comparison);
  if (lift === null || !(lift.variance > 0) || !areBurnedIn([own, control])) return null;
  return { segment, lift, scarcity: 1 / own.n + 1 / control.n };
}

function differenceOf(a: SegmentLift, b: SegmentLift, alpha: number): EffectHeterogeneity | null {
  const [more, less] = a.lift.estimate >= b.lift.estimate ? [a, b] : [b, a];
  const difference: LiftEstimate = {
    estimate: more.lift.estimate - less.lift.estimate,
    variance: more.lift.variance + less.lift.variance,
    n: 16 / (a.scarcity + b.scarcity),
  };
  const [before, after] = (a.segment.came[1] > b.segment.came[1] ? a : b).segment.came;
  const part = partOf(pairs(before), pairs(after));
  const options = { alpha: alpha * part, tuned: TUNED_UNITS };
  const interval = sequentialInterval(difference, options);
  if (interval.lower <= 0) return null;
  return {
    segments: [more.segment.name, less.segment.name],
    estimate: difference.estimate,
    ...interval,
    p: pValue(sequentialLog(difference, options) + Math.log(part)),
  };
}
