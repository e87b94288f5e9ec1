/**
 * What came of units: business values summed within `maturity` of each unit's first answer. Units without any value count
 * as 0, since not to buy is an outcome. In which order values arrived, and how late below the maturity, changes nothing.
 */
import { elementAt, required, valueInMap } from '../../core/element-at.ts';
import { OTHER_SEGMENT, SEGMENT_VALUES_MAX, truncatedSegment } from '../../rollout/collect/segment-names.ts';
import {
  type ArmSums,
  addUnit,
  type CohortOutcomes,
  type LabelRule,
  NO_SUMS,
  type SegmentSums,
} from '../../rollout/experiment/outcomes.ts';
import type { MetricNeed } from '../../rollout/strategy-machine.ts';
import type { AnswerRow, Feedback } from '../../store/store.ts';
import { isWrong } from './labels.ts';

/** Units that were first answered in windows [from, to) of a rollout. */
export interface ExposureCohort {
  readonly rollout: string;
  readonly endpoint: string;
  readonly from: number;
  readonly to: number;
  /** Whether units are also counted by the segment of their first answer. */
  readonly bySegment: boolean;
}

type Source = Pick<Feedback, 'firstAnswers' | 'valuesOf' | 'labelled'>;

/** How far back a covariate reaches, in milliseconds before the first answer. */
const LOOKBACK_MS = 28 * 86_400_000;

/** One metric of the cohort, window by window; nothing of windows without new units. */
export async function maturedOutcomes(
  source: Source,
  cohort: ExposureCohort,
  metric: MetricNeed,
  rule: LabelRule | null,
): Promise<readonly CohortOutcomes[]> {
  const firsts = await source.firstAnswers(cohort.rollout, cohort.from, cohort.to);
  if (firsts.length === 0) return [];
  const values =
    metric.name === 'accuracy'
      ? await accuracies(source, cohort, rule)
      : await sums(source, cohort.endpoint, firsts, metric.name, [0, metric.maturity]);
  const before =
    metric.covariate === null
      ? null
      : await sums(source, cohort.endpoint, firsts, metric.covariate, [-LOOKBACK_MS, 0]);
  const units = firsts.flatMap((first) => {
    const y = values.get(keyOf(first)) ?? (metric.name === 'accuracy' ? null : 0);
    if (y === null) return [];
    return [{ first, y: Math.min(y, metric.cap ?? Infinity), x: before?.get(keyOf(first)) ?? 0 }];
  });
  return byWindow(units, metric, cohort.bySegment);
}

interface Unit {
  readonly first: AnswerRow;
  readonly y: number;
  readonly x: number;
}

function byWindow(
  units: readonly Unit[],
  { name, wantsValues }: MetricNeed,
  bySegment: boolean,
): readonly CohortOutcomes[] {
  const arms = Math.max(0, ...units.map(({ first }) => first.arm + 1));
  return [...Map.groupBy(units, ({ first }) => first.window)].map(([window, members]) => {
    return {
      metric: name,
      window,
      start: members.reduce((least, { first }) => Math.min(least, first.at), Infinity),
      arms: sumsOf(members, arms),
      values: wantsValues ? members.map(({ first, y }) => [first.arm, y] as const) : [],
      ...(bySegment ? { segments: segmentsOf(members, arms) } : {}),
    };
  });
}

function sumsOf(units: readonly Unit[], arms: number): readonly ArmSums[] {
  const totals: ArmSums[] = Array.from({ length: arms }, () => NO_SUMS);
  for (const { first, y, x } of units) totals[first.arm] = addUnit(elementAt(totals, first.arm), y, x);
  return totals;
}

/** The largest segments by name, and all others together: clients choose the values of their headers. */
function segmentsOf(units: readonly Unit[], arms: number): readonly SegmentSums[] {
  const groups = Map.groupBy(units, ({ first }) => truncatedSegment(first.segment ?? OTHER_SEGMENT));
  const kept = [...groups.keys()]
    .filter((name) => name !== OTHER_SEGMENT)
    .sort((a, b) => valueInMap(groups, b).length - valueInMap(groups, a).length || (a < b ? -1 : 1))
    .slice(0, SEGMENT_VALUES_MAX)
    .sort();
  const rest = units.filter(({ first }) => !kept.includes(truncatedSegment(first.segment ?? OTHER_SEGMENT)));
  const named = kept.map((name) => ({ name, arms: sumsOf(valueInMap(groups, name), arms) }));
  return rest.length === 0 ? named : [...named, { name: OTHER_SEGMENT, arms: sumsOf(rest, arms) }];
}

/** Two texts that cannot be the same: hashes of units are hex. */
const keyOf = ({ unit, requestId }: AnswerRow): string => unit ?? `request ${requestId}`;

/** Sum of each unit's values that happened within `span` milliseconds of its first answer. */
async function sums(
  source: Source,
  endpoint: string,
  firsts: readonly AnswerRow[],
  metric: string,
  [after, until]: readonly [number, number],
): Promise<ReadonlyMap<string, number>> {
  const byRequest = new Map(firsts.map((first) => [first.requestId, first]));
  const times = firsts.map(({ at }) => at);
  const from = times.reduce((a, b) => Math.min(a, b), Infinity) + after;
  const to = times.reduce((a, b) => Math.max(a, b), -Infinity) + until;
  const found = [...(await source.valuesOf(firsts, endpoint, metric, from, to))];
  // One order whatever the order of arrival: floating point sums depend on it.
  found.sort((a, b) => a.at - b.at || a.value - b.value);
  const total = new Map<string, number>();
  for (const { requestId, at, value } of found) {
    const first = valueInMap(byRequest, requestId);
    if (at < first.at + after || at >= first.at + until) continue;
    total.set(keyOf(first), (total.get(keyOf(first)) ?? 0) + value);
  }
  return total;
}

/** Share of each unit's labelled answers in the windows of the cohort that were right; units without a label are left out. */
async function accuracies(
  source: Source,
  { rollout, from, to }: ExposureCohort,
  rule: LabelRule | null,
): Promise<ReadonlyMap<string, number>> {
  const tallies = new Map<string, { right: number; all: number }>();
  for (const row of rule === null ? [] : await source.labelled(rollout, from, to)) {
    const wrong = isWrong(required(rule, 'a rule'), row);
    if (wrong === null) continue;
    const tally = tallies.get(keyOf(row)) ?? { right: 0, all: 0 };
    tallies.set(keyOf(row), { right: tally.right + Number(!wrong), all: tally.all + 1 });
  }
  return new Map([...tallies].map(([unit, { right, all }]) => [unit, right / all]));
}
