/** How accuracy stands, as metrics say it. */
import type { VersionStanding } from '../prometheus/metrics.ts';
import type { Standing } from './kept-cohort.ts';
import { ageAt } from './labels/delays.ts';
import { isMature } from './labels/maturity.ts';
import { newestEstimate, trustStanding } from './standing.ts';

export type AccuracyStanding = Pick<VersionStanding, 'estimate' | 'realized' | 'reference' | 'labels'>;

/** Shares of labels that have come, of which the delay is said. */
const QUANTILES = [0.5, 0.9, 0.99] as const;

/** Of the newest cohorts that can tell it; an estimate that is not trusted is none. */
export function accuracyStanding(standing: Standing): AccuracyStanding {
  const { reference, cohorts, maturity, now } = standing;
  const mature = cohorts.filter(({ from, to }) => isMature(maturity, from, to, now) === true);
  const realized = mature.findLast(({ body }) => body.realised !== null)?.body ?? null;
  const isTrusted = trustStanding(standing)?.isTrusted === true;
  const estimate = isTrusted ? (newestEstimate(standing)?.body ?? null) : null;
  return {
    realized: realized && quality(realized.metric, realized.realised!),
    estimate: estimate && quality(estimate.metric, estimate.estimate!),
    reference: reference && { metric: reference.reading.metric, value: reference.value },
    labels: labelsOf(standing, mature),
  };
}

const quality = (
  metric: string,
  { value, lower, upper }: { readonly value: number; readonly lower: number; readonly upper: number },
) => ({ metric, point: value, lower, upper });

function labelsOf(
  { maturity }: Standing,
  mature: Standing['cohorts'],
): NonNullable<AccuracyStanding['labels']> {
  let [labelled, traffic] = [0, 0];
  for (const { body } of mature) {
    labelled += body.coverage * body.traffic;
    traffic += body.traffic;
  }
  const delays = QUANTILES.flatMap((quantile) => {
    const millis = ageAt(maturity.all, quantile);
    return millis === null ? [] : [{ quantile, millis }];
  });
  return { coverage: traffic === 0 ? null : labelled / traffic, delays };
}
