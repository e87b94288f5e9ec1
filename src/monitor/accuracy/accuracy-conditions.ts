/** How accuracy stands, of what is known of cohorts: conditions for alerts. */
import type { AlertCondition } from '../alerts/alert.ts';
import { type AccuracyDecay, measureDecay, metricLoss } from './accuracy-decay.ts';
import type { AccuracyReference } from './accuracy-reference.ts';
import type { AccuracyStatus, LabelLateness, StoredCohort } from './accuracy-status.ts';
import { assessTrust, type EstimateTrust } from './estimate/estimate-trust.ts';
import { expectedShare, isMature } from './labels/label-maturity.ts';
import { type AccuracyMetric, metricNamed } from './metrics/accuracy-metrics.ts';
import { accuracyDetail, decaySentence, estimateSentence, lateSentence } from './sentences.ts';

/** Labels that an immature cohort needs before it may speak. */
const EARLY_MIN = 100;
/** A budget of fewer cohorts would be no evidence. */
const COHORTS_MIN = 20;

export function currentDecay(standing: AccuracyStatus): AccuracyDecay | null {
  const { reference, policy, falseAlarms } = standing;
  if (reference === null || reference.isPresumed) return null;
  const { better } = metricNamed(reference.reading.task, reference.reading.metric);
  const cohorts = standing.cohorts.flatMap((cohort) => {
    const { realised } = cohort.body;
    if (realised === null || !speaks(standing, cohort, realised, better)) return [];
    return [{ from: cohort.from, value: realised.value, error: realised.error, rows: realised.rows }];
  });
  const budget = Math.max(COHORTS_MIN, falseAlarms.span / policy.cohort / Math.max(falseAlarms.count, 1e-9));
  return measureDecay(cohorts, reference, { better, minimumLoss: policy.minimumLoss, cohorts: budget });
}

/** Mature; or already beyond even at the better end of its interval. */
function speaks(
  { reference, maturity, policy, now }: AccuracyStatus,
  { from, to }: StoredCohort,
  realised: NonNullable<StoredCohort['body']['realised']>,
  better: AccuracyMetric['better'],
): boolean {
  if (reference === null || from < reference.until) return false;
  if (isMature(maturity, from, to, now) === true) return true;
  const least = bestLoss(better, realised, reference.value);
  return realised.rows >= EARLY_MIN && least >= policy.minimumLoss;
}

/** The least loss that an interval leaves open. */
function bestLoss(
  better: AccuracyMetric['better'],
  { lower, upper }: { readonly lower: number; readonly upper: number },
  reference: number,
): number {
  if (better === 'zero' && lower <= 0 && upper >= 0) return metricLoss(better, 0, reference);
  return Math.min(metricLoss(better, lower, reference), metricLoss(better, upper, reference));
}

/** Whether estimates without labels are still shown: residuals of mature cohorts against those of the reference. */
export function currentTrust({
  reference,
  cohorts,
  maturity,
  policy,
  now,
}: AccuracyStatus): EstimateTrust | null {
  if (!reference?.estimator) return null;
  const { estimator, until } = reference;
  const matured = cohorts.flatMap(({ from, to, body }) =>
    from >= until && body.residual !== null && isMature(maturity, from, to, now) === true
      ? [body.residual.value]
      : [],
  );
  return assessTrust(
    estimator.residuals.map(({ value }) => value),
    matured,
    policy.minimumLoss,
  );
}

/** The newest cohort that is over and has an estimate. */
export const newestEstimate = ({ reference, cohorts, now }: AccuracyStatus): StoredCohort | undefined =>
  cohorts.findLast(
    ({ from, to, body }) =>
      reference !== null && from >= reference.until && to <= now && body.estimate !== null,
  );

export function accuracyConditions(standing: AccuracyStatus): readonly AlertCondition[] {
  const { reference } = standing;
  if (reference === null) return [lateCondition(standing)];
  return [
    decayCondition(standing, reference),
    estimateCondition(standing, reference),
    lateCondition(standing),
  ];
}

function decayCondition(standing: AccuracyStatus, reference: AccuracyReference): AlertCondition {
  const decay = currentDecay(standing);
  return {
    labels: labelsOf(standing, 'AccuracyDecay', reference.reading.metric),
    severity: 'page',
    standing: decay?.standing ?? null,
    since: decay?.from ?? standing.now,
    told: accuracyDetail({
      sentence: decaySentence(standing, reference, decay),
      advice:
        'Look at the cohorts and the segments named here; roll back or train again if the data are right.',
      value: decay?.effect.value ?? null,
      threshold: standing.policy.minimumLoss,
      traffic: decay?.rows ?? null,
      details:
        decay === null
          ? {}
          : {
              evidence: `${decay.evidence.log.toFixed(2)} of ${decay.evidence.threshold.toFixed(2)}`,
              loss: `${decay.effect.value.toFixed(4)} (${decay.effect.low.toFixed(4)} to ${decay.effect.high.toFixed(4)})`,
              ...(standing.attribution === null ? {} : { attribution: standing.attribution }),
            },
    }),
  };
}

function estimateCondition(standing: AccuracyStatus, reference: AccuracyReference): AlertCondition {
  const { policy, maturity, now } = standing;
  const { task, metric } = reference.reading;
  const trust = currentTrust(standing);
  const newest = newestEstimate(standing);
  const guess = newest?.body.estimate ?? null;
  const isKnown = newest !== undefined && isMature(maturity, newest.from, newest.to, now) === true;
  const { better } = metricNamed(task, metric);
  const standingOf = (): AlertCondition['standing'] => {
    if (guess === null || trust === null || !trust.isTrusted) return null;
    if (isKnown) return 'below';
    if (bestLoss(better, guess, reference.value) >= policy.minimumLoss) return 'beyond';
    return metricLoss(better, guess.value, reference.value) < policy.minimumLoss / 2 ? 'below' : 'between';
  };
  return {
    labels: labelsOf(standing, 'EstimatedAccuracyDecay', metric),
    severity: 'ticket',
    standing: standingOf(),
    since: newest?.from ?? now,
    told: accuracyDetail({
      sentence: estimateSentence(standing, reference, newest ?? null, trust),
      advice: 'Label the requests that are suggested for this cohort: they tell soonest whether it is true.',
      value: guess?.value ?? null,
      threshold: reference.value,
      traffic: newest?.body.traffic ?? null,
      details: newest === undefined ? {} : { ask: newest.body.ask.slice(0, 10).join(' ') },
    }),
  };
}

/** A cohort speaks of late labels once so much of what will come should be there. */
const ARRIVED_MIN = 0.3;
const MATURE_MIN = 3;

/** Null: too little is known of how labels come. */
function lateness({ cohorts, maturity, now }: AccuracyStatus): LabelLateness | null {
  const closed = cohorts.filter(({ to, body }) => to <= now && body.rows > 0);
  const shares = closed
    .filter(({ from, to }) => isMature(maturity, from, to, now) === true)
    .map(({ body }) => body.labelled / body.rows)
    .sort((a, b) => a - b);
  const usual = shares[Math.floor(shares.length / 2)];
  if (shares.length < MATURE_MIN || usual === undefined || usual === 0) return null;
  const arrived = ({ from, to }: StoredCohort): number => expectedShare(maturity, from, to, now);
  const cohort = closed.findLast((one) => arrived(one) >= ARRIVED_MIN);
  if (cohort === undefined) return null;
  return { cohort, labelled: cohort.body.labelled, expected: usual * arrived(cohort) * cohort.body.rows };
}

function lateCondition(standing: AccuracyStatus): AlertCondition {
  const late = lateness(standing);
  const isShort = late !== null && late.expected - late.labelled > 4 * Math.sqrt(late.expected);
  const share = late === null ? null : late.labelled / late.expected;
  const standingOf = (): AlertCondition['standing'] => {
    if (share === null) return null;
    if (share < 0.5 && isShort) return 'beyond';
    return share >= 0.75 || !isShort ? 'below' : 'between';
  };
  return {
    labels: labelsOf(standing, 'LabelsLate', null),
    severity: 'ticket',
    standing: standingOf(),
    since: late?.cohort.from ?? standing.now,
    told: accuracyDetail({
      sentence: lateSentence(standing, late),
      advice:
        'See whether whoever sends feedback still does; accuracy is not known as long as labels are missing.',
      value: share,
      threshold: 0.5,
      traffic: late?.cohort.body.traffic ?? null,
      details: {},
    }),
  };
}

const labelsOf = (
  { endpoint, model }: AccuracyStatus,
  alertname: string,
  metric: string | null,
): AlertCondition['labels'] => ({ alertname, model, endpoint, ...(metric === null ? {} : { metric }) });
