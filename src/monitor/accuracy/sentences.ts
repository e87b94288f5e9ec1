/** What people are told of accuracy. */
import type { Told } from '../alerts/alert.ts';
import type { Decay } from './decay.ts';
import type { Trust } from './estimate/trust.ts';
import type { KeptCohort, Lateness, Standing } from './kept-cohort.ts';
import type { AccuracyReference } from './reference.ts';

export const told = (about: Omit<Told, 'histogram'>): Told => ({ ...about, histogram: null });

const day = (at: number): string =>
  new Date(at).toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '');
const number = (value: number): string => value.toFixed(3);
const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export function decaySentence(
  { endpoint, attribution }: Pick<Standing, 'endpoint' | 'attribution'>,
  { reading: { metric }, value }: Pick<AccuracyReference, 'reading' | 'value'>,
  decay: Decay | null,
): string {
  if (decay === null) return `No cohort of ${endpoint} has labels enough to tell its ${metric}.`;
  const { low, high } = decay.effect;
  const loss = `${number(decay.effect.value)} (${number(low)} to ${number(high)})`;
  const rest = `in ${decay.cohorts} cohorts with ${count(decay.rows)} labelled rows since ${day(decay.from)}`;
  const where = attribution === null ? '' : `: ${attribution}`;
  return `The ${metric} of ${endpoint} is worse than the reference's ${number(value)} by ${loss}, ${rest}${where}.`;
}

export function estimateSentence(
  { endpoint }: Pick<Standing, 'endpoint'>,
  { reading: { metric }, value }: Pick<AccuracyReference, 'reading' | 'value'>,
  cohort: KeptCohort | null,
  trust: Trust | null,
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

export function lateSentence({ endpoint }: Pick<Standing, 'endpoint'>, late: Lateness | null): string {
  if (late === null) return `How long labels of ${endpoint} take is not known yet.`;
  return `Of ${count(late.expected)} labels of ${endpoint} that should be there for answers since ${day(late.cohort.from)}, ${count(late.labelled)} are.`;
}
