/** What people are told of accuracy. */
import { grouped } from '../../text/numbers.ts';
import type { AlertDetail } from '../alerts/alert.ts';
import type { AccuracyDecay } from './accuracy-decay.ts';
import type { AccuracyReference } from './accuracy-reference.ts';
import type { AccuracyStatus, LabelLateness, StoredCohort } from './accuracy-status.ts';
import type { EstimateTrust } from './estimate/estimate-trust.ts';

export const accuracyDetail = (about: Omit<AlertDetail, 'histogram'>): AlertDetail => ({
  ...about,
  histogram: null,
});

const day = (at: number): string =>
  new Date(at).toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '');
const number = (value: number): string => value.toFixed(3);
const count = (value: number): string => grouped(Math.round(value));

export function decaySentence(
  { endpoint, attribution }: Pick<AccuracyStatus, 'endpoint' | 'attribution'>,
  { reading: { metric }, value }: Pick<AccuracyReference, 'reading' | 'value'>,
  decay: AccuracyDecay | null,
): string {
  if (decay === null) return `No cohort of ${endpoint} has labels enough to tell its ${metric}.`;
  const { low, high } = decay.effect;
  const loss = `${number(decay.effect.value)} (${number(low)} to ${number(high)})`;
  const rest = `in ${decay.cohorts} cohorts with ${count(decay.rows)} labelled rows since ${day(decay.from)}`;
  const where = attribution === null ? '' : `: ${attribution}`;
  return `The ${metric} of ${endpoint} is worse than the reference's ${number(value)} by ${loss}, ${rest}${where}.`;
}

export function estimateSentence(
  { endpoint }: Pick<AccuracyStatus, 'endpoint'>,
  { reading: { metric }, value }: Pick<AccuracyReference, 'reading' | 'value'>,
  cohort: StoredCohort | null,
  trust: EstimateTrust | null,
): string {
  if (trust !== null && !trust.isTrusted)
    return `The estimate of the ${metric} of ${endpoint} was off by ${number(trust.off ?? 0)} in matured cohorts and is hidden.`;
  const guess = cohort?.body.estimate ?? null;
  if (cohort === null || guess === null)
    return `The ${metric} of ${endpoint} cannot be estimated without labels.`;
  const band = `${number(guess.value)} (${number(guess.lower)} to ${number(guess.upper)})`;
  const against = `where the reference has ${number(value)}`;
  return `The ${metric} of ${endpoint} is estimated at ${band} without labels since ${day(cohort.from)}, ${against}; ${count(cohort.body.traffic)} rows of traffic.`;
}

export function lateSentence(
  { endpoint }: Pick<AccuracyStatus, 'endpoint'>,
  late: LabelLateness | null,
): string {
  if (late === null) return `How long labels of ${endpoint} take is not known yet.`;
  return `Of ${count(late.expected)} labels of ${endpoint} that should be there for answers since ${day(late.cohort.from)}, ${count(late.labelled)} are.`;
}
