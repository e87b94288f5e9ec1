/**
 * Whether an experiment can find its minimum effect in time at given traffic. Expected widths of intervals, so the times
 * are those of a typical experiment, not bounds. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import { formatDuration } from '../../text/duration.ts';
import type { LiftEstimate } from '../metric/moments.ts';
import { sequentialInterval } from '../metric/sequential.ts';
import { allocateBuckets, armShares } from './allocation.ts';
import { controlOf, type ExperimentPolicy } from './policy.ts';
import { comparisonOf } from './state.ts';

export interface ExperimentTraffic {
  /** New units a second, all arms and the holdout together. */
  readonly rate: number;
  /** Standard deviation of a unit's value, after winsorising and CUPED. */
  readonly deviation: number;
}

export interface ExperimentReport {
  /** Of the arm that is found last. */
  readonly arm: string;
  /** Units of that arm and of control that will have matured by the deadline. */
  readonly units: number;
  /** Smallest difference that is expected to be found by then. */
  readonly detectable: number;
  /** Milliseconds until the minimum effect is expected to be found, null without one, or where it never is. */
  readonly time: number | null;
}

/** A fixed look finds an effect of this size in four of five experiments. */
const POWER = 0.8;
/** Longest time that is looked ahead, in milliseconds. */
const FOREVER_MS = 100 * 365 * 86_400_000;

export function lintExperiment(policy: ExperimentPolicy, traffic: ExperimentTraffic): ExperimentReport {
  const reports = policy.arms.flatMap((_, arm) =>
    arm === controlOf(policy) ? [] : [lintArm(policy, traffic, arm)],
  );
  return reports.reduce((last, report) => (report.detectable > last.detectable ? report : last));
}

/** The report, or EXPERIMENT_BLIND with the numbers where the minimum effect cannot be found before the deadline. */
export function checkExperiment(policy: ExperimentPolicy, traffic: ExperimentTraffic): ExperimentReport {
  const report = lintExperiment(policy, traffic);
  const { minimumEffect, metric } = policy.primary;
  if (minimumEffect === null || report.detectable <= minimumEffect) return report;
  throw new PlimsollError('EXPERIMENT_BLIND', {
    metric,
    effect: minimumEffect,
    arm: report.arm,
    rate: Number(traffic.rate.toPrecision(3)),
    deviation: Number(traffic.deviation.toPrecision(3)),
    units: report.units,
    detectable: Number(report.detectable.toPrecision(3)),
    time: report.time === null ? 'never' : `after ${formatDuration(report.time)}`,
    deadline: formatDuration(deadlineOf(policy)),
  });
}

/** When the last look is that can decide, in milliseconds from the beginning. */
export const deadlineOf = ({ horizon, maxTime, primary }: ExperimentPolicy): number =>
  horizon === 'open' ? maxTime : horizon + primary.maturity;

/** The report of one arm under test. */
export function lintArm(policy: ExperimentPolicy, traffic: ExperimentTraffic, arm: number): ExperimentReport {
  const { maturity, minimumEffect } = policy.primary;
  const detectableAt = (time: number): number => detectable(policy, traffic, arm, time - maturity);
  const deadline = deadlineOf(policy);
  let time: number | null = null;
  if (minimumEffect !== null && detectableAt(FOREVER_MS) <= minimumEffect) {
    let [low, high] = [maturity, FOREVER_MS];
    while (high - low > 1000) {
      const middle = (low + high) / 2;
      if (detectableAt(middle) <= minimumEffect) high = middle;
      else low = middle;
    }
    time = high;
  }
  const [own, control] = unitsAt(policy, traffic, arm, deadline - maturity);
  return {
    arm: elementAt(policy.arms, arm).name,
    units: Math.floor(own + control),
    detectable: detectableAt(deadline),
    time,
  };
}

/** Units of the arm and of control that were first answered within `millis`. */
function unitsAt(
  policy: ExperimentPolicy,
  { rate }: ExperimentTraffic,
  arm: number,
  millis: number,
): readonly [own: number, control: number] {
  const runs = allocateBuckets(
    policy.arms.map(({ weight }) => weight),
    policy.holdout,
  );
  const shares = armShares(runs, policy.arms.length);
  const taking = rate * (1 - policy.holdout / 100) * (Math.max(0, millis) / 1000);
  return [taking * elementAt(shares, arm), taking * elementAt(shares, controlOf(policy))];
}

/** Half of the width that an interval is expected to have; for a fixed look, with room for its power. */
function detectable(
  policy: ExperimentPolicy,
  traffic: ExperimentTraffic,
  arm: number,
  millis: number,
): number {
  const [own, control] = unitsAt(policy, traffic, arm, millis);
  if (Math.min(own, control) < 1) return Infinity;
  const { alpha } = comparisonOf(policy, 0);
  const variance = traffic.deviation ** 2 * (1 / own + 1 / control);
  const lift: LiftEstimate = { estimate: 0, variance, n: own + control };
  return policy.horizon === 'open'
    ? sequentialInterval(lift, { alpha, tuned: 5000 }).upper
    : Math.sqrt(variance) * (normalQuantile(1 - alpha / 2) + normalQuantile(POWER));
}
