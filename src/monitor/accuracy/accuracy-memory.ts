/** What the watch of accuracy remembers between looks, and what has changed since. Plain data. Pure. */
import { parseSegmentPath } from '../log/log-paths.ts';
import type { AccuracyPolicy } from '../policy/policy.ts';
import type { CohortKey } from './labels/join-labels.ts';
import { ACCURACY_METRICS, findMetric } from './metrics/accuracy-metrics.ts';

/** Kinds of memories. */
export const ACCURACY_MEMORY = {
  /** By endpoint: an `AccuracyMemory`. */
  watch: 'accuracy',
  /** By endpoint and version: an `AccuracyReference` with the policy that it was made for. */
  reference: 'accuracy-reference',
} as const;

export interface AccuracyMemory {
  /** Of another policy nothing is used. */
  readonly policy: string;
  /** Number of the last label that all cohorts know, but for those that wait. */
  readonly label: number;
  /** By version and begin of a cohort: rows in the files it was made of, and when that was. */
  readonly index: Readonly<Record<string, readonly [rows: number, at: number]>>;
  /** Cohorts that were not made anew yet, for want of time. */
  readonly waiting: readonly CohortKey[];
  readonly attribution: string | null;
}

export const emptyMemory = (policy: string): AccuracyMemory => ({
  policy,
  label: 0,
  index: {},
  waiting: [],
  attribution: null,
});

/** What cohorts and references depend on. */
export const policyKey = ({ metric, positive, target, cohort }: AccuracyPolicy): string =>
  JSON.stringify([metric, positive, target, cohort]);

/** The metric of feedback that is joined: labels, but for metrics that people send themselves. */
export function feedbackMetric({ metric }: Pick<AccuracyPolicy, 'metric'>): string {
  if (metric === null || findMetric('ranking', metric) !== null) return 'label';
  return Object.values(ACCURACY_METRICS).some((metrics) => Object.hasOwn(metrics, metric)) ? 'label' : metric;
}

export const cohortName = ({ version, from }: Pick<CohortKey, 'version' | 'from'>): string =>
  `${version} ${from}`;

/** A cohort that is not over is made anew so many times at most. */
const LOOKS = 24;

/** Rows in the files of each cohort, by its name. */
export function indexSegments(
  segments: readonly {
    readonly path: string;
    readonly from: number;
    readonly to: number;
    readonly rows: number;
  }[],
  span: number,
): ReadonlyMap<string, CohortKey & { readonly rows: number }> {
  const index = new Map<string, CohortKey & { rows: number }>();
  for (const { path, from, to, rows } of segments) {
    const version = parseSegmentPath(path)?.version;
    if (version === undefined) continue;
    for (let begin = Math.floor(from / span) * span; begin <= to; begin += span) {
      const key = { version, from: begin, to: begin + span };
      const known = index.get(cohortName(key));
      index.set(cohortName(key), { ...key, rows: (known?.rows ?? 0) + rows });
    }
  }
  return index;
}

/** Cohorts whose files have more rows than when they were made; fewer are what the log has dropped. */
export function staleCohorts(
  { index }: AccuracyMemory,
  segments: Parameters<typeof indexSegments>[0],
  span: number,
  now: number,
): readonly CohortKey[] {
  return [...indexSegments(segments, span)].flatMap(([name, { version, from, to, rows }]) => {
    const known = index[name];
    if (known !== undefined && (known[0] >= rows || (now < to && now - known[1] < span / LOOKS))) return [];
    return [{ version, from, to }];
  });
}
