/** How accuracy stands, as metrics say it. */
import type { VersionStatus } from '../prometheus/monitoring-metrics.ts';
import { currentTrust, newestEstimate } from './accuracy-conditions.ts';
import type { AccuracyStatus } from './accuracy-status.ts';
import { ageAtShare } from './labels/label-delays.ts';
import { isMature } from './labels/label-maturity.ts';

export type AccuracySummary = Pick<VersionStatus, 'estimate' | 'realized' | 'reference' | 'labels'>;

/** Shares of labels that have come, of which the delay is said. */
const QUANTILES = [0.5, 0.9, 0.99] as const;

/** Of the newest cohorts that can tell it; an estimate that is not trusted is none. */
export function accuracySummary(standing: AccuracyStatus): AccuracySummary {
  const { reference, cohorts, maturity, now } = standing;
  const mature = cohorts.filter(({ from, to }) => isMature(maturity, from, to, now) === true);
  const realized = mature.findLast(({ body }) => body.realised !== null)?.body;
  const isTrusted = currentTrust(standing)?.isTrusted === true;
  const estimate = isTrusted ? newestEstimate(standing)?.body : undefined;
  return {
    realized: realized?.realised ? quality(realized.metric, realized.realised) : null,
    estimate: estimate?.estimate ? quality(estimate.metric, estimate.estimate) : null,
    reference: reference && { metric: reference.reading.metric, value: reference.value },
    labels: labelsOf(standing, mature),
  };
}

const quality = (
  metric: string,
  { value, lower, upper }: { readonly value: number; readonly lower: number; readonly upper: number },
) => ({ metric, point: value, lower, upper });

function labelsOf(
  { maturity }: AccuracyStatus,
  mature: AccuracyStatus['cohorts'],
): NonNullable<AccuracySummary['labels']> {
  let [labelled, traffic] = [0, 0];
  for (const { body } of mature) {
    labelled += body.coverage * body.traffic;
    traffic += body.traffic;
  }
  const delays = QUANTILES.flatMap((quantile) => {
    const millis = ageAtShare(maturity.all, quantile);
    return millis === null ? [] : [{ quantile, millis }];
  });
  return { coverage: traffic === 0 ? null : labelled / traffic, delays };
}
