/**
 * What came of units: the sums of one metric over the units that were first exposed in one window, taken once, when all
 * of them are old enough. Plain JSON, kept with the closed window in which they matured. Pure.
 */
import { PlimsollError } from '../../core/errors.ts';
import { addPair, type JointMoments, NO_JOINT } from '../metric/cuped.ts';

/** Sums over the units of one arm: y the metric, x what was known of the unit before (0 where nothing is). */
export interface ArmSums extends JointMoments {
  /** Units whose y is not 0: how much there is behind a mean of mostly zeros. */
  readonly active: number;
}

export const NO_SUMS: ArmSums = { ...NO_JOINT, active: 0 };

export const addUnit = (sums: ArmSums, y: number, x: number): ArmSums => ({
  ...addPair(sums, y, x),
  active: sums.active + Number(y !== 0),
});

export const addSums = (a: ArmSums, b: ArmSums): ArmSums => ({
  n: a.n + b.n,
  y: a.y + b.y,
  x: a.x + b.x,
  yy: a.yy + b.yy,
  xx: a.xx + b.xx,
  xy: a.xy + b.xy,
  active: a.active + b.active,
});

/** One metric of the units first exposed in one window. */
export interface CohortOutcomes {
  readonly metric: string;
  readonly window: number;
  /** When that window began, in milliseconds since the epoch. */
  readonly start: number;
  /** By index of the arm. */
  readonly arms: readonly ArmSums[];
  /** Of a bounded metric: each unit's arm and value, in the order of first exposure; else empty. */
  readonly values: readonly (readonly [arm: number, value: number])[];
  /** The same units by what their first request carried in the segment header; left out where none is asked for. */
  readonly segments?: readonly SegmentSums[];
}

/** Units of one segment. */
export interface SegmentSums {
  readonly name: string;
  /** By index of the arm. */
  readonly arms: readonly ArmSums[];
}

export type MetricOutcomes = readonly CohortOutcomes[];

/** How an answer is told right from wrong, settled once for a rollout. */
export type LabelRule =
  /** Another label than the answer is wrong. */
  | { readonly kind: 'equal' }
  /** A number further from its label than `bound` is wrong: what nine in ten of stable's first answers were within. */
  | { readonly kind: 'within'; readonly bound: number };

/** Units of one arm whose labels are due, and those that have got any. */
export interface LabelCoverage {
  readonly answered: number;
  readonly labelled: number;
}

/** What a closed window says of earlier ones: each is taken once, and its labels and values count nowhere else. */
export interface MaturedOutcomes {
  /** First window whose labels have not been taken; 0 where none are asked for. */
  readonly labelsTo: number;
  readonly rule: LabelRule | null;
  /** By index of the arm. */
  readonly arrivals: readonly LabelCoverage[];
  readonly cohorts: MetricOutcomes;
}

export const NOTHING_MATURED: MaturedOutcomes = { labelsTo: 0, rule: null, arrivals: [], cohorts: [] };

const SUMS = ['n', 'y', 'x', 'yy', 'xx', 'xy', 'active'] as const;

/** What a closed window brought; INTERNAL where it is not what was written. */
export function parseMatured(value: unknown): MaturedOutcomes {
  if (value === null || value === undefined) return NOTHING_MATURED;
  if (isMaturedIn(value as Partial<MaturedOutcomes>)) return value as MaturedOutcomes;
  throw new PlimsollError('INTERNAL', {
    action: 'a closed window',
    reason: 'what matured in it is not as it was written',
  });
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isMaturedIn = ({ labelsTo, rule, arrivals, cohorts }: Partial<MaturedOutcomes>): boolean =>
  isCount(labelsTo) &&
  (rule === null || rule?.kind === 'equal' || (rule?.kind === 'within' && Number.isFinite(rule.bound))) &&
  Array.isArray(arrivals) &&
  arrivals.every((arm) => isCount(arm?.answered) && isCount(arm?.labelled)) &&
  Array.isArray(cohorts) &&
  cohorts.every(isCohort);

const areSums = (arms: readonly ArmSums[]): boolean =>
  Array.isArray(arms) && arms.every((arm) => SUMS.every((key) => Number.isFinite(arm?.[key])));

function isCohort(value: unknown): boolean {
  const cohort = value as CohortOutcomes | null;
  return (
    typeof cohort?.metric === 'string' &&
    Number.isSafeInteger(cohort.window) &&
    Number.isFinite(cohort.start) &&
    areSums(cohort.arms) &&
    (cohort.segments === undefined ||
      (Array.isArray(cohort.segments) &&
        cohort.segments.every((one) => typeof one?.name === 'string' && areSums(one.arms)))) &&
    Array.isArray(cohort.values) &&
    cohort.values.every(([arm, y]) => Number.isSafeInteger(arm) && Number.isFinite(y))
  );
}
