/**
 * One metric of an experiment as it grows by cohorts, and its difference to control with an interval that holds at
 * every look. Pure.
 *
 * With a fixed split an unbounded mean is compared by the difference of (CUPED-adjusted) means. With a split that
 * changes, each unit counts with the inverse of the probability with which it was given its arm: D = V/p in the arm
 * under test, −V/q in control, 0 in others, whose mean is the difference whatever the weights were and however the metric
 * drifted. V is the value less what earlier cohorts predict of it, which takes variance out and no validity.
 * Bounded metrics bet on D, scaled into [0, 1] (Waudby-Smith & Ramdas, arXiv 2010.09686, section 4).
 */

import { elementAt } from '../../core/element-at.ts';
import type { ConfidenceInterval } from '../../statistics/confidence-interval.ts';
import { addBets, type BettingState, bettingInterval, startBetting } from '../metric/betting.ts';
import { cupedLift, cupedTheta } from '../metric/cuped.ts';
import {
  type ArmMean,
  addMoments,
  armMean,
  type LiftEstimate,
  NO_MOMENTS,
  type SampleMoments,
} from '../metric/moments.ts';
import { sequentialInterval } from '../metric/sequential.ts';
import { fixedInterval, welchDegrees } from '../metric/welch.ts';
import { type ArmSums, addSums, type CohortOutcomes, NO_SUMS } from './outcomes.ts';

/** How a metric is compared; all that its state does not hold itself. */
export interface MetricComparison {
  /** Index of the arm that the others are compared with. */
  readonly control: number;
  /** Smallest and largest value of a unit, or null. */
  readonly bounds: readonly [low: number, high: number] | null;
  /** Whether x tells something of y. */
  readonly isAdjusted: boolean;
  /** Whether the split changes, so that units count by their propensity. */
  readonly isWeighted: boolean;
  /** Of each interval. */
  readonly alpha: number;
}

export interface MetricState {
  readonly arms: readonly ArmSums[];
  /** By arm: the weighted differences D of its units and those of control. */
  readonly weighted: readonly SampleMoments[];
  /** By arm: bets on the mean of scaled D; null for control and for unbounded metrics. */
  readonly bets: readonly (BettingState | null)[];
}

/** `shares` are those of the policy: bets need a bound on D beforehand. */
export const startMetric = (shares: readonly number[], comparison: MetricComparison): MetricState => ({
  arms: shares.map(() => NO_SUMS),
  weighted: shares.map(() => NO_MOMENTS),
  bets: shares.map((_, arm) => {
    if (comparison.bounds === null || arm === comparison.control) return null;
    const reach = reachOf(pairShare(shares, arm, comparison.control));
    return startBetting(
      comparison.alpha,
      LIFTS.map((lift) => (lift + reach) / (2 * reach)),
    );
  }),
});

/** Differences that are bet on, as parts of the range: close together around none. */
const LIFTS: readonly number[] = Array.from({ length: 1001 }, (_, i) => {
  const at = (i - 500) / 500;
  return at * Math.abs(at);
});

/** Probability of the arm, of those units that are in it or in control. */
const pairShare = (shares: readonly number[], arm: number, control: number): number =>
  elementAt(shares, arm) / (elementAt(shares, arm) + elementAt(shares, control));

/** Largest |D| of a value in [0, 1]. */
const reachOf = (p: number): number => 1 / Math.min(p, 1 - p);

/** Adds one cohort; `shares` are those under which its units were assigned. */
export function addCohort(
  before: MetricState,
  cohort: CohortOutcomes,
  shares: readonly number[],
  comparison: MetricComparison,
): MetricState {
  const { control, bounds } = comparison;
  const expected = expectation(before.arms, comparison);
  const isCompared = (arm: number): boolean =>
    arm !== control && (shares[arm] ?? 0) > 0 && (shares[control] ?? 0) > 0;
  return {
    arms: before.arms.map((sums, arm) => addSums(sums, cohort.arms[arm] ?? NO_SUMS)),
    weighted: before.weighted.map((moments, arm) => {
      if (!isCompared(arm)) return moments;
      return addMoments(moments, differences(cohort.arms, shares, [arm, control], expected));
    }),
    bets: before.bets.map((bets, arm) =>
      bets === null || bounds === null || !isCompared(arm)
        ? bets
        : addBets(
            bets,
            scaledDifferences(before, cohort, arm, pairShare(shares, arm, control), control, bounds),
          ),
    ),
  };
}

interface Expectation {
  readonly theta: number;
  readonly mean: number;
}

/** What earlier cohorts predict of a unit: θ·x and the mean over all arms. */
function expectation(arms: readonly ArmSums[], { isAdjusted }: MetricComparison): Expectation {
  const n = arms.reduce((sum, arm) => sum + arm.n, 0);
  if (n < 2 * arms.length) return { theta: 0, mean: 0 };
  const theta = isAdjusted ? cupedTheta(arms.filter((arm) => arm.n > 1)) : 0;
  return { theta, mean: arms.reduce((sum, arm) => sum + arm.y - theta * arm.x, 0) / n };
}

/**
 * Sums of D over all units of a cohort, of V = y − θ·x − mean. Units of other arms count with 0: that the number of
 * units does not depend on the weights keeps the mean without bias where weights follow earlier outcomes.
 */
function differences(
  arms: readonly ArmSums[],
  shares: readonly number[],
  [arm, control]: readonly [number, number],
  expected: Expectation,
): SampleMoments {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const [p, q] = [elementAt(shares, arm) / total, elementAt(shares, control) / total];
  const [own, other] = [
    residuals(arms[arm] ?? NO_SUMS, expected),
    residuals(arms[control] ?? NO_SUMS, expected),
  ];
  return {
    n: arms.reduce((sum, { n }) => sum + n, 0),
    sum: own.sum / p - other.sum / q,
    squares: own.squares / p ** 2 + other.squares / q ** 2,
  };
}

function residuals({ n, y, x, yy, xx, xy }: ArmSums, { theta, mean }: Expectation): SampleMoments {
  const sum = y - theta * x;
  const squares = yy + theta * theta * xx - 2 * theta * xy;
  return { n, sum: sum - n * mean, squares: Math.max(0, squares - 2 * mean * sum + n * mean * mean) };
}

/** What is bet on, for each unit of the pair in turn: its value less the mean of those before it, scaled into [0, 1]. */
function scaledDifferences(
  before: MetricState,
  cohort: CohortOutcomes,
  arm: number,
  p: number,
  control: number,
  [low, high]: readonly [low: number, high: number],
): readonly number[] {
  const reach = reachOf(p);
  const pair = addSums(elementAt(before.arms, arm), elementAt(before.arms, control));
  let n = pair.n + 1;
  let sum = (pair.y - pair.n * low) / (high - low) + 0.5;
  const scaled: number[] = [];
  for (const [at, value] of cohort.values) {
    if (at !== arm && at !== control) continue;
    const part = (Math.min(high, Math.max(low, value)) - low) / (high - low);
    const deviation = part - sum / n;
    scaled.push(((at === arm ? deviation / p : -deviation / (1 - p)) + reach) / (2 * reach));
    n++;
    sum += part;
  }
  return scaled;
}

export interface MetricInterval {
  readonly estimate: number | null;
  /** Null before there are enough units. */
  readonly lower: number | null;
  readonly upper: number | null;
}

/** Units of each arm whose value is not 0 before the variance of a mean is believed; besides the burn-in of units. */
const ACTIVE = 30;
const BURN_IN = 500;

export const areBurnedIn = (arms: readonly ArmSums[]): boolean =>
  arms.every(({ n, active }) => n >= BURN_IN && active >= ACTIVE);

/** Estimated difference of an arm to control; null without two units in each. */
export function liftOf(
  state: MetricState,
  arm: number,
  { control, isWeighted }: MetricComparison,
): LiftEstimate | null {
  const [own, other] = [elementAt(state.arms, arm), elementAt(state.arms, control)];
  if (Math.min(own.n, other.n) < 2) return null;
  if (!isWeighted) return cupedLift(own, other);
  const { n, mean, variance } = armMean(elementAt(state.weighted, arm));
  return n < 2 ? null : { estimate: mean, variance: variance / n, n };
}

/** Interval for the difference that holds at all looks together. */
export function intervalAtEveryLook(
  state: MetricState,
  arm: number,
  comparison: MetricComparison,
): MetricInterval {
  const lift = liftOf(state, arm, comparison);
  const estimate = lift?.estimate ?? null;
  const bets = state.bets[arm] ?? null;
  if (bets !== null && comparison.bounds !== null)
    return { estimate, ...boundedInterval(bets, comparison.bounds) };
  if (lift === null || !areBurnedIn([elementAt(state.arms, arm), elementAt(state.arms, comparison.control)]))
    return { estimate, lower: null, upper: null };
  return { estimate, ...sequentialInterval(lift, { alpha: comparison.alpha, tuned: TUNED_UNITS }) };
}

/** Number of units at which intervals are tightest. */
export const TUNED_UNITS = 5000;

function boundedInterval(
  bets: BettingState,
  [low, high]: readonly [number, number],
): Pick<MetricInterval, 'lower' | 'upper'> {
  if (bets.n === 0) return { lower: null, upper: null };
  const { lower, upper } = bettingInterval(bets);
  // Lifts are spread from −1 to 1 over the means that are bet on: the first of them is (reach − 1)/(2·reach).
  const reach = 1 / (1 - 2 * elementAt(bets.means, 0));
  const lift = (mean: number): number => (mean * 2 * reach - reach) * (high - low);
  return { lower: lift(lower), upper: lift(upper) };
}

/** Welch's interval for one look that was planned: meaningless at any other. Null before the burn-in. */
export function intervalAtTheEnd(
  state: MetricState,
  arm: number,
  comparison: MetricComparison,
): (ConfidenceInterval & { readonly estimate: number; readonly p: number }) | null {
  const lift = liftOf(state, arm, comparison);
  const arms = [elementAt(state.arms, arm), elementAt(state.arms, comparison.control)] as const;
  if (lift === null || !areBurnedIn(arms) || !(lift.variance > 0)) return null;
  const degrees = welchDegrees(meanOf(arms[0]), meanOf(arms[1]));
  return { estimate: lift.estimate, ...fixedInterval(lift, degrees, comparison.alpha) };
}

const meanOf = ({ n, y, yy }: ArmSums): ArmMean => armMean({ n, sum: y, squares: yy });
