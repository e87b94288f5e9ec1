/** Accuracy of cohorts as curves, and in words. Pure. */
import type { ControlOperations } from '../../api/generated/control-api.ts';
import type { IntervalPoint } from '../../ui/interval-chart.tsx';

export type Quality = ControlOperations['GET /api/v1/endpoints/{endpoint}/quality']['answer'];
type Cohort = Quality['cohorts'][number];

/** Cohorts of one version and one metric, which alone can be compared, oldest first. */
export interface AccuracyLine {
  readonly key: string;
  readonly version: number;
  readonly metric: string;
  readonly cohorts: readonly Cohort[];
}

/** By the newest first. */
export function accuracyLines(cohorts: readonly Cohort[]): readonly AccuracyLine[] {
  const groups = Map.groupBy(cohorts, ({ version, metric }) => `${version} ${metric}`);
  return [...groups].flatMap(([key, own]) => {
    const [first] = own;
    if (first === undefined) return [];
    const { version, metric } = first;
    return [{ key, version, metric, cohorts: own.toSorted((a, b) => a.from - b.from) }];
  });
}

/** Of labels; hollow where more labels are to come. */
export const realisedPoints = ({ cohorts }: AccuracyLine): readonly IntervalPoint[] =>
  cohorts.flatMap(({ from, realised, mature }) =>
    realised === null
      ? []
      : [
          {
            at: from,
            value: realised.value,
            low: realised.lower,
            high: realised.upper,
            isOpen: mature !== true,
          },
        ],
  );

export const estimatedPoints = ({ cohorts }: AccuracyLine): readonly IntervalPoint[] =>
  cohorts.flatMap(({ from, estimate }) =>
    estimate === null ? [] : [{ at: from, value: estimate.value, low: estimate.lower, high: estimate.upper }],
  );

/** How complete the labels of each cohort are: of those that will come the share that should have come. */
export const completeness = ({
  cohorts,
}: AccuracyLine): readonly { readonly at: number; readonly share: number }[] =>
  cohorts.map(({ from, arrived }) => ({
    at: from,
    share: Number.isFinite(arrived) ? Math.min(1, Math.max(0, arrived)) : 0,
  }));

/** Milliseconds that a cohort is long. */
export function cohortStep({ cohorts }: AccuracyLine): number {
  const [first] = cohorts;
  return first === undefined ? 86_400_000 : Math.max(60_000, first.to - first.from);
}

/** How far the newest complete cohort is from the reference, and what is not complete yet. */
export function accuracyWords(line: AccuracyLine, reference: number | null): string {
  const complete = line.cohorts.findLast(({ realised, mature }) => realised !== null && mature === true);
  const open = line.cohorts.filter(({ mature }) => mature !== true).length;
  const rest =
    open === 0 ? '' : ` Labels of ${open} ${open === 1 ? 'cohort are' : 'cohorts are'} still to come.`;
  if (complete?.realised == null) return `No cohort has all its labels yet.${rest}`;
  const { value } = complete.realised;
  const against = reference === null ? '' : `, ${reference.toFixed(3)} in the reference`;
  return `${line.metric} of the newest complete cohort is ${value.toFixed(3)}${against}.${rest}`;
}
