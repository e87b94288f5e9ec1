/** A case: needs with everything in its place, and what was assumed for what they leave out. Pure. */
import type { Static } from 'typebox';
import { anyNumber, anyText, choice, described, flag, nullable, shape } from '../../schema/value-schema.ts';
import { durationText } from '../../text/duration.ts';
import { numberText } from '../../text/numbers.ts';
import type { Needs } from './needs.ts';
import { PLATFORMS } from './needs.ts';
import { DAY_SECONDS } from './quantity.ts';

export const CASE = shape({
  name: anyText,
  asked: choice(['request', 'schedule', 'event']),
  rate: described(anyNumber, 'Requests or events a second on average, while there is traffic'),
  peak: described(anyNumber, 'The same at the peak'),
  rowsPerRequest: anyNumber,
  rowsPerDay: described(anyNumber, 'Rows that are asked for a day'),
  population: described(nullable(anyNumber), 'Units that are known beforehand; null where they are not'),
  freshness: described(anyNumber, 'Milliseconds that the inputs may be old when the answer is used'),
  latency: described(anyNumber, 'Milliseconds until the answer has to be there'),
  quantile: described(anyNumber, 'Share of the answers that have to be there by then'),
  every: described(anyNumber, 'Milliseconds from one time at which answers are due to the next'),
  hours: described(anyNumber, 'Milliseconds of a day with traffic'),
  budget: described(nullable(shape({ amount: anyNumber, currency: anyText })), 'A month'),
  offline: flag,
  devices: described(nullable(anyNumber), 'Machines beside the application that could run the model'),
  database: choice(['postgres', 'sqlite', 'none']),
  labelDelay: described(nullable(anyNumber), 'Milliseconds until the truth of an answer is known'),
  spare: described(flag, 'Whether one replica may be lost at the peak'),
  platform: choice(PLATFORMS),
});
export type Case = Static<typeof CASE>;

/** Needs that a number is assumed for where they leave it out. */
export const ASSUMABLE = [
  'peak',
  'rowsPerRequest',
  'freshness',
  'latency',
  'every',
  'hours',
] as const satisfies readonly (keyof Case & keyof Needs)[];
export type Assumable = (typeof ASSUMABLE)[number];

export interface Assumed {
  readonly need: Assumable | 'spare';
  readonly text: string;
}

/** Traffic has peaks: three times the mean is what a day of people looks like, and what is planned for where nobody has counted. */
const PEAK_FACTOR = 3;
/** A person who waits for a page feels a delay from a tenth of a second on (Nielsen, Usability Engineering, 1993, ch. 5). */
const LATENCY = { request: 200, event: 300_000 } as const;
const DAY = DAY_SECONDS * 1000;
/** From one answer a second on, a lost replica is noticed. */
const SPARE_FROM = 1;

/** The needs as a case. What `given` names replaces what would be assumed, to see what an assumption weighs. */
export function caseOf(needs: Needs, given: Partial<Record<Assumable, number>> = {}): Case {
  const of = (need: Assumable): number | null => needs[need] ?? given[need] ?? null;
  const { asked } = needs;
  const every = of('every') ?? DAY;
  const hours = of('hours') ?? DAY;
  const latency = of('latency') ?? (asked === 'schedule' ? every / 4 : LATENCY[asked]);
  const rowsPerRequest = of('rowsPerRequest') ?? 1;
  const rowsPerDay = rowsPerDayOf(needs, rowsPerRequest, hours, every);
  const rate = needs.requests ?? rowsPerDay / rowsPerRequest / (hours / 1000);
  return {
    ...picked(needs),
    rate,
    peak: Math.max(rate, of('peak') ?? rate * (asked === 'schedule' ? 1 : PEAK_FACTOR)),
    rowsPerRequest,
    rowsPerDay,
    freshness: of('freshness') ?? (asked === 'schedule' ? every + latency : latency),
    latency,
    every,
    hours,
    spare: needs.spare ?? (asked === 'request' && rate >= SPARE_FROM),
  };
}

const picked = ({ name, asked, population, quantile, budget, offline, devices, ...rest }: Needs) => ({
  name,
  asked,
  population,
  quantile,
  budget,
  offline,
  devices,
  database: rest.database,
  labelDelay: rest.labelDelay,
  platform: rest.platform,
});

/** Requests say more than rows where both are there; a population alone is scored at each time that answers are due. */
function rowsPerDayOf(needs: Needs, rowsPerRequest: number, hours: number, every: number): number {
  if (needs.requests !== null && needs.asked !== 'schedule')
    return (needs.requests * rowsPerRequest * hours) / 1000;
  if (needs.rows !== null) return needs.rows * DAY_SECONDS;
  if (needs.requests !== null) return (needs.requests * rowsPerRequest * hours) / 1000;
  return ((needs.population ?? 0) * DAY) / (needs.asked === 'schedule' ? every : DAY);
}

/** What was assumed for what the needs leave out, in words. */
export function assumedOf(needs: Needs): readonly Assumed[] {
  const made = caseOf(needs);
  const told: Readonly<Record<Assumable | 'spare', string>> = {
    peak: `peak ${rateText(made.peak)}: ${made.peak === made.rate ? 'the average' : `${PEAK_FACTOR} times the average`}`,
    rowsPerRequest: 'one row a request',
    freshness: `inputs at most ${lengthText(made.freshness)} old: ${made.asked === 'schedule' ? 'one period and its run' : 'they come with what asks'}`,
    latency: `an answer within ${lengthText(made.latency)}`,
    every: `answers are due every ${lengthText(made.every)}`,
    hours: made.hours === DAY ? 'traffic round the clock' : `traffic ${lengthText(made.hours)} a day`,
    spare: made.spare
      ? 'one replica may be lost at the peak'
      : 'nothing is kept for a lost replica: what failed runs again',
  };
  const wanted = [...ASSUMABLE.filter((need) => matters(need, made)), 'spare' as const];
  return wanted.filter((need) => needs[need] === null).map((need) => ({ need, text: told[need] }));
}

const matters = (need: Assumable, { asked }: Case): boolean =>
  need === 'every'
    ? asked === 'schedule'
    : asked !== 'schedule' || !['peak', 'rowsPerRequest', 'hours'].includes(need);

/** `310/s`, `12/min`, `3/day`: in the largest unit that leaves a number of at least 1. */
export function rateText(perSecond: number): string {
  const [unit, size] =
    perSecond >= 1
      ? ['s', 1]
      : perSecond * 60 >= 1
        ? ['min', 60]
        : perSecond * 3600 >= 1
          ? ['h', 3600]
          : ['day', DAY_SECONDS];
  return `${numberText(Number((perSecond * Number(size)).toPrecision(3)))}/${unit}`;
}

/** `240 µs`, `50 ms`, `3 min 20 s`. */
export const lengthText = (millis: number): string =>
  millis < 1
    ? `${Number((millis * 1000).toPrecision(3))} µs`
    : millis < 1000
      ? `${Number(millis.toPrecision(3))} ms`
      : millis < 10_000
        ? `${Number((millis / 1000).toPrecision(3))} s`
        : durationText(millis);
