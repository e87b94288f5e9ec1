/**
 * How the arms of a rollout differ so far, for people: shares of units that failed, were slow, were answered strangely or
 * wrongly, with intervals that hold at every look. They show; guards decide. Pure.
 *
 * Within each stratum (a window, newcomers apart from survivors) the arm's bad units are compared with what the totals of
 * both arms let expect, as in the log-rank test: Σ(O − E), with the hypergeometric variance. Divided by Σ n₁n₂/(n₁ + n₂)
 * it is the Mantel–Haenszel difference of shares, which neither drift of the base rate nor changing weights bias. It
 * is a martingale, so that an asymptotic confidence sequence (sequential.ts) holds for it once there is enough to count.
 */
import { elementAt } from '../../core/element-at.ts';
import { logSumExp, type WindowCounts } from '../evidence/conditional.ts';
import { discoveries } from '../evidence/false-discovery.ts';
import { addHarmWindow as addHarm, type HarmEvidence, harmLog, NO_HARM } from '../evidence/harm.ts';
import { sequentialInterval } from '../metric/sequential.ts';
import {
  type ArmCounts,
  type CountReader,
  NO_ARM_COUNTS,
  readFailures,
  readLabels,
  shiftedReader,
  slowReader,
  type UnitCounts,
} from '../recorded-window.ts';
import type { ClosedWindow } from '../strategy-machine.ts';
import { parseMatured } from './outcomes.ts';

/** One arm against control in one thing that is counted; sums over strata. */
export interface ArmDifference {
  /** Units at risk, and those of them that were bad. */
  readonly own: Tally;
  readonly control: Tally;
  /** Σ(O − E), its variance, and Σ n₁n₂/(n₁ + n₂). */
  readonly excess: number;
  readonly variance: number;
  readonly weight: number;
  /** Evidence that the arm is worse, and that control is. */
  readonly worse: HarmEvidence;
  readonly better: HarmEvidence;
}

interface Tally {
  readonly units: number;
  readonly bad: number;
}

const NO_TALLY: Tally = { units: 0, bad: 0 };

const NO_DIFFERENCE: ArmDifference = {
  ...{ own: NO_TALLY, control: NO_TALLY, excess: 0, variance: 0, weight: 0 },
  ...{ worse: NO_HARM, better: NO_HARM },
};

const add = (a: Tally, b: Tally): Tally => ({ units: a.units + b.units, bad: a.bad + b.bad });

/** Adds one stratum; one without units in both arms says nothing of a difference. */
function addStratum(before: ArmDifference, own: Tally, control: Tally): ArmDifference {
  if (own.units === 0 || control.units === 0)
    return { ...before, own: add(before.own, own), control: add(before.control, control) };
  const n = own.units + control.units;
  const bad = own.bad + control.bad;
  const share = (own.units * control.units) / n;
  return {
    own: add(before.own, own),
    control: add(before.control, control),
    excess: before.excess + own.bad - (own.units * bad) / n,
    variance: before.variance + (n < 2 ? 0 : (share * bad * (n - bad)) / (n * (n - 1))),
    weight: before.weight + share,
    worse: addHarm(before.worse, countsOf(own, control)),
    better: addHarm(before.better, countsOf(control, own)),
  };
}

const countsOf = (candidate: Tally, stable: Tally): WindowCounts => ({
  candidate: candidate.units,
  stable: stable.units,
  candidateFailures: candidate.bad,
  stableFailures: stable.bad,
});

/** What is compared: a name and, for some, a segment, by index of the arm. */
export interface ArmComparison {
  readonly name: string;
  readonly segment: string | null;
  readonly arm: number;
  readonly difference: ArmDifference;
}

export type ArmComparisons = readonly ArmComparison[];

/** Most that is kept apart; names and segments beyond it are left out. */
const COMPARED_MAX = 1000;

/** Adds one closed window; `control` is the index of the arm that stable answers. */
export function addComparisons(
  before: ArmComparisons,
  window: ClosedWindow,
  control: number,
): ArmComparisons {
  const known = new Map(before.map((one) => [keyOf(one), one]));
  window.arms.forEach((_, arm) => {
    if (arm === control) return;
    for (const { name, segment, strata } of strataOf(window, arm, control)) {
      const key = keyOf({ name, segment, arm });
      const { difference } = known.get(key) ?? { difference: NO_DIFFERENCE };
      if (!known.has(key) && known.size >= COMPARED_MAX) continue;
      const grown = strata.reduce((sum, [own, other]) => addStratum(sum, own, other), difference);
      known.set(key, { name, segment, arm, difference: grown });
    }
  });
  return [...known.values()];
}

const keyOf = ({ name, segment, arm }: Omit<ArmComparison, 'difference'>): string =>
  JSON.stringify([name, segment, arm]);

interface Strata {
  readonly name: string;
  readonly segment: string | null;
  readonly strata: readonly (readonly [own: Tally, control: Tally])[];
}

function strataOf(window: ClosedWindow, arm: number, control: number): readonly Strata[] {
  const [own = NO_ARM_COUNTS, other = NO_ARM_COUNTS] = [window.arms[arm], window.arms[control]];
  const names = (read: (counts: ArmCounts) => ReadonlyMap<string, number>): readonly string[] => [
    ...new Set([...read(own).keys(), ...read(other).keys()]),
  ];
  const strata = (name: string, reading: CountReader): Strata => ({
    name,
    segment: null,
    strata: split(own, other, reading),
  });
  return [
    strata('errors', readFailures),
    ...names(({ over }) => over).map((name) => strata(`latency ${name}`, slowReader(name))),
    ...names(({ shifted }) => shifted).map((name) => strata(`outputs ${name}`, shiftedReader(name))),
    ...(own.labels === null && other.labels === null ? [] : [strata(ACCURACY_METRIC, readLabels)]),
    ...arrivalStrata(window, arm, control),
    ...[...window.segments].map(([segment, arms]) => ({
      ...{ name: 'errors', segment },
      strata: [[segmentTally(arms[arm]), segmentTally(arms[control])] as const],
    })),
  ];
}

export const ACCURACY_METRIC = 'accuracy';
const ARRIVAL = 'labels that arrived';

/** Of these, more is better: what is counted is their absence. */
const REVERSED: readonly string[] = [ACCURACY_METRIC, ARRIVAL];

/** Newcomers apart from survivors, who are less likely to fail. */
function split(own: ArmCounts, control: ArmCounts, reading: CountReader): Strata['strata'] {
  const tally = (counts: UnitCounts | null): Tally => {
    const [units, bad] = counts === null ? [0, 0] : reading(counts);
    return { units, bad };
  };
  if (own.newcomers === null || control.newcomers === null) return [[tally(own), tally(control)]];
  const rest = (arm: ArmCounts): Tally => {
    const [all, fresh] = [tally(arm), tally(arm.newcomers)];
    return { units: all.units - fresh.units, bad: all.bad - fresh.bad };
  };
  return [
    [tally(own.newcomers), tally(control.newcomers)],
    [rest(own), rest(control)],
  ];
}

function arrivalStrata({ outcomes }: ClosedWindow, arm: number, control: number): readonly Strata[] {
  const { arrivals } = parseMatured(outcomes);
  const missing = ({ answered, labelled } = { answered: 0, labelled: 0 }): Tally => ({
    units: answered,
    bad: answered - labelled,
  });
  if (arrivals.length === 0) return [];
  return [{ name: ARRIVAL, segment: null, strata: [[missing(arrivals[arm]), missing(arrivals[control])]] }];
}

const segmentTally = ({ units, failures } = { units: 0, failures: 0 }): Tally => ({ units, bad: failures });

/** How to read the values of a metric: a share of units, from 0 to 1, or a number in the metric's own terms. */
export type MetricScale = 'share' | 'plain';

/** A difference arm − control in the share of units; null bounds before there is enough to count. */
export interface MetricView {
  readonly name: string;
  readonly segment: string | null;
  readonly scale: MetricScale;
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Units that it rests on: of the arm, and of control. */
  readonly units: readonly number[];
  /** Of segments: worse, all segments considered. Of labels that arrived: fewer in one arm than in the other. */
  readonly flagged?: boolean;
}

/** Units of an arm, and bad units of both, before an interval is given. */
const UNITS_MIN = 500;
const BAD_MIN = 30;
const ALPHA = 0.05;
/** False discoveries among segments; and false alarms about labels that do not arrive. */
const SEGMENTS_ALPHA = 0.05;
const ARRIVAL_ALPHA = 0.001;

/** `arms` are the names by index; with more than two, the name of each metric says which arm it is about. */
export function metricViews(comparisons: ArmComparisons, arms: readonly string[]): readonly MetricView[] {
  const harmed = harmedSegments(comparisons);
  return comparisons.map((compared) => {
    const { name, segment, arm, difference } = compared;
    const view = viewOf(difference, REVERSED.includes(name) ? -1 : 1);
    return {
      ...{ name: arms.length > 2 ? `${name} of ${arms[arm]}` : name, segment, scale: 'share' as const },
      ...view,
      ...(segment === null ? {} : { flagged: harmed.has(compared) }),
      ...(name === ARRIVAL ? { flagged: isLopsided(difference) } : {}),
    };
  });
}

function viewOf(
  { own, control, excess, variance, weight }: ArmDifference,
  sign: 1 | -1,
): Omit<MetricView, 'name' | 'segment' | 'scale'> {
  const units = [own.units, control.units];
  if (weight === 0) return { estimate: null, lower: null, upper: null, units };
  const estimate = (sign * excess) / weight;
  const isEnough = Math.min(...units) >= UNITS_MIN && own.bad + control.bad >= BAD_MIN;
  if (!isEnough) return { estimate, lower: null, upper: null, units };
  const lift = { estimate, variance: variance / weight ** 2, n: own.units + control.units };
  return { estimate, ...sequentialInterval(lift, { alpha: ALPHA, tuned: 5000 }), units };
}

function harmedSegments(comparisons: ArmComparisons): ReadonlySet<ArmComparison> {
  const segments = comparisons.filter(({ segment }) => segment !== null);
  if (segments.length === 0) return new Set();
  const logs = segments.map(({ difference }) => harmLog(difference.worse));
  return new Set(discoveries(logs, SEGMENTS_ALPHA).map((index) => elementAt(segments, index)));
}

/** Evidence in either direction, averaged: valid at every look as it is, and for any share of labels that come at all. */
const isLopsided = ({ worse, better }: ArmDifference): boolean =>
  logSumExp([harmLog(worse), harmLog(better)]) - Math.LN2 >= Math.log(1 / ARRIVAL_ALPHA);
