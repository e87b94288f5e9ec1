/** What the API advises, and how its figures are told. Pure. */
import type { ControlOperations } from '../../api/generated/control-api.ts';
import { durationWords, millisWords, plural, UNKNOWN } from '../../facts/words.ts';

export const ADVISE = 'POST /api/v1/advice';
export type AdviceAnswer = ControlOperations[typeof ADVISE]['answer'];
export type AdviceView = AdviceAnswer['advice'];
export type OptionView = AdviceView['options'][number];

/** `real-time` → `Real-time`. */
export const patternWords = (pattern: string): string =>
  `${pattern.charAt(0).toUpperCase()}${pattern.slice(1).replaceAll('-', ' ')}`.replace(
    'Real time',
    'Real-time',
  );

/** An amount a month in the currency of the prices. */
export function moneyWords(amount: number | null | undefined, currency: string): string {
  if (amount == null) return UNKNOWN;
  const digits = Math.abs(amount) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    ...digits,
  }).format(amount);
}

const MINUTE = 60_000;

export const latencyWords = (millis: number | undefined): string =>
  millis === undefined ? UNKNOWN : millis < MINUTE ? millisWords(millis) : durationWords(millis);

/** How many of what run: `2 to 4 × 1 core`, `1 × 2 lanes`. */
export function sizeWords({ serving, batch }: Pick<OptionView, 'serving' | 'batch'>): string {
  if (serving !== null) {
    const { least, most, cores } = serving;
    return `${least === most ? most : `${least} to ${most}`} × ${counted(cores, 'core')}`;
  }
  return batch === null ? UNKNOWN : `${batch.machines} × ${counted(batch.lanes, 'lane')}`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What was taken for needs that nobody has written, in the units of the form. */
export function takenNeeds(answer: AdviceAnswer | undefined): Readonly<Record<string, string>> {
  if (answer === undefined) return {};
  const { rate, peak, rowsPerRequest, freshness, latency, every, hours } = answer.advice.case;
  const figure = (value: number): string => String(Number(value.toPrecision(3)));
  return {
    requests: `${figure(rate)}/s`,
    peak: `${figure(peak)}/s`,
    rowsPerRequest: plural(rowsPerRequest, 'row'),
    freshness: durationWords(freshness),
    latency: latencyWords(latency),
    every: durationWords(every),
    hours: durationWords(hours),
  };
}

/** A place on the axis of a curve: of times in their own unit, of anything else with the unit of the axis. */
export const axisWords = (value: number, unit: string): string =>
  unit.startsWith('ms')
    ? latencyWords(value)
    : `${new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value)} ${unit}`;
