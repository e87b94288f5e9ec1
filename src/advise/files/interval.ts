/** How often a job runs, as a line of cron. Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Intervals that divide what is above them, so that they come at even times; the longest first. */
const INTERVALS: readonly (readonly [millis: number, cron: string])[] = [
  [28 * DAY, '0 2 1 * *'],
  [7 * DAY, '0 2 * * 0'],
  [DAY, '0 2 * * *'],
  ...[12, 8, 6, 4, 3, 2].map((hours) => [hours * HOUR, `0 */${hours} * * *`] as const),
  [HOUR, '0 * * * *'],
  ...[30, 20, 15, 10, 5, 2].map((minutes) => [minutes * MINUTE, `*/${minutes} * * * *`] as const),
  [MINUTE, '* * * * *'],
];
const SECONDS: typeof INTERVALS = [
  ...[30, 20, 15, 10, 5, 2].map((seconds) => [seconds * SECOND, `*/${seconds} * * * * *`] as const),
  [SECOND, '* * * * * *'],
];

export interface Interval {
  readonly cron: string;
  readonly millis: number;
}

/** The longest even interval of at most `millis`, or the shortest there is; `finest` 'minute' is what Kubernetes knows. */
export function intervalWithin(millis: number, finest: 'second' | 'minute' = 'second'): Interval {
  const known = finest === 'minute' ? INTERVALS : [...INTERVALS, ...SECONDS];
  const [length, cron] = known.find(([step]) => step <= millis) ?? known[known.length - 1]!;
  return { cron, millis: length };
}
