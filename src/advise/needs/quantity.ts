/**
 * Numbers with units, as people write what they need: `200/s`, `3 M/day`, `20 rows`, `50ms`, `300 MB`, `500 $/month`. One without a
 * unit is refused, and the likely one is named: a rate that was meant a minute and is read a second costs sixty times as much.
 * Pure.
 */
import { refuse } from '../../schema/read-value.ts';
import { withReader } from '../../schema/transformed.ts';
import { text, type ValueSchema, WANTED } from '../../schema/value-schema.ts';
import { parseDuration } from '../../text/duration.ts';

const NUMBER = '(\\d{1,15}(?:\\.\\d{1,9})?)';
const SCALE = '(k|M|G)?';
const SCALES: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 };

/** Seconds of a month: the twelfth part of a year of 365 days, 730 hours, as clouds bill it. */
const MONTH_SECONDS = 730 * 3600;
export const DAY_SECONDS = 86_400;
const PERIODS: Readonly<Record<string, number>> = {
  s: 1,
  second: 1,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  d: DAY_SECONDS,
  day: DAY_SECONDS,
  week: 7 * DAY_SECONDS,
  month: MONTH_SECONDS,
  year: 12 * MONTH_SECONDS,
};
const PERIOD = `/ ?(${Object.keys(PERIODS).join('|')})`;

const SIZES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

interface Written<T> {
  readonly pattern: string;
  readonly wanted: string;
  /** What is put behind a bare number to make the likeliest value. */
  readonly likely: string;
  /** The value of a text that fits the pattern, or undefined where it is beyond the bounds. */
  readonly read: (match: RegExpExecArray) => T | undefined;
}

function written<T>({ pattern, wanted, likely, read }: Written<T>): ValueSchema<T> {
  const of = text(pattern, wanted);
  const form = new RegExp(pattern);
  return withReader(of, (value, path, problems) => {
    const match = typeof value === 'string' && value.length <= 60 ? form.exec(value) : null;
    const made = match === null ? undefined : read(match);
    if (made !== undefined) return made;
    const bare = /^\s*(\d{1,15}(?:\.\d{1,9})?)\s*$/.exec(String(value))?.[1];
    const hint = bare === undefined ? '' : `; did you mean "${bare}${likely}"?`;
    return refuse({ ...of, [WANTED]: `${wanted}${hint}` }, value, path, problems);
  });
}

const scaled = (digits: string | undefined, scale: string | undefined): number =>
  Number(digits) * (scale === undefined ? 1 : SCALES[scale]!);

const within = (value: number, least: number, most: number): number | undefined =>
  value >= least && value <= most ? value : undefined;

/** How often something happens, a second once read: at most 10 million. */
export const rate = (likely: string, example: string): ValueSchema<number> =>
  written({
    pattern: `^${NUMBER} ?${SCALE} ?${PERIOD}$`,
    wanted: `a rate with its unit such as "${example}", at most 10 M/s`,
    likely,
    read: ([, digits, scale, period]) => within(scaled(digits, scale) / PERIODS[period!]!, 1e-9, 1e7),
  });

/** How many of something, which is named: `20 rows`, `2 M customers`. */
export const count = (noun: string, most: number): ValueSchema<number> =>
  written({
    pattern: `^${NUMBER} ?${SCALE} ?([a-z][a-z -]{0,29})$`,
    wanted: `a number with what is counted such as "20 ${noun}", 1 to ${most}`,
    likely: ` ${noun}`,
    read: ([, digits, scale]) => within(scaled(digits, scale), 1, most),
  });

/** A length of time in milliseconds once read. */
export const time = (least: string, most: string, likely: string): ValueSchema<number> =>
  written({
    pattern: '^(?:\\d{1,15}(?:\\.\\d{1,9})? ?(?:us|ms|s|m|min|h|d)\\s?){1,4}$',
    wanted: `a length of time with its unit such as "50ms" or "1h30m", ${least} to ${most}`,
    likely,
    read: ([whole]) => within(millisOf(whole.replaceAll('min', 'm')), millisOf(least), millisOf(most)),
  });

const millisOf = (duration: string): number => parseDuration(duration.replaceAll(/\s/g, '')) ?? Number.NaN;

const MICROS: Readonly<Record<string, number>> = { ns: 1e-3, us: 1, µs: 1, ms: 1e3, s: 1e6 };

/** A time of a processor in microseconds once read: at most an hour. */
export const processorTime: ValueSchema<number> = written({
  pattern: `^${NUMBER} ?(${Object.keys(MICROS).join('|')})$`,
  wanted: 'a time of a processor with its unit such as "30us" or "2s"',
  likely: 'us',
  read: ([, digits, unit]) => within(Number(digits) * MICROS[unit!]!, 1e-3, 3.6e9),
});

/** A size in bytes once read: at most 10 TB. */
export const size: ValueSchema<number> = written({
  pattern: `^${NUMBER} ?(${Object.keys(SIZES).join('|')})$`,
  wanted: 'a size with its unit such as "300 MB"',
  likely: ' MB',
  read: ([, digits, unit]) => within(Number(digits) * SIZES[unit!]!, 1, 1e13),
});

/** `p99` as 0.99. */
export const quantile: ValueSchema<number> = written({
  pattern: '^p(\\d{2}(?:\\.\\d{1,3})?)$',
  wanted: 'a quantile such as "p99", p50 to p99.9',
  likely: '',
  read: ([, digits]) => within(Number((Number(digits) / 100).toFixed(5)), 0.5, 0.999),
});

export interface Money {
  /** A month. */
  readonly amount: number;
  readonly currency: string;
}

const SIGNS: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP' };

/** What may be spent in a time, a month once read. */
export const money: ValueSchema<Money> = written({
  pattern: `^${NUMBER} ?${SCALE} ?(\\$|€|£|[A-Z]{3}) ?${PERIOD}$`,
  wanted: 'an amount with its currency and time such as "500 $/month" or "500 EUR/month"',
  likely: ' $/month',
  read: ([, digits, scale, sign, period]) => ({
    amount: (scaled(digits, scale) * MONTH_SECONDS) / PERIODS[period!]!,
    currency: SIGNS[sign!] ?? sign!,
  }),
});
