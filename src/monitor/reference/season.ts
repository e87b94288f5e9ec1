/**
 * Numbers without what the hour of the week explains: what is compared is how far a value is from the reference's median at
 * that hour. Hours are of UTC. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import type { FeatureProfile, ValueColumn } from './reference-profile.ts';

type Numbers = Extract<ValueColumn, { kind: 'number' }>;

export const WEEK_HOURS = 168;
const HOUR_MS = 3_600_000;
/** The epoch was a Thursday; weeks begin on Monday. */
const MONDAY = 4 * 24;

/** Rows that an hour of the week must have for a median of its own; with fewer it has that of the hour of the day. */
const ROWS_MIN = 20;
/** Weeks that the reference must span for its hours to be compared. */
export const WEEKS_MIN = 2;
/** Part of the spread that the hours must explain to be worth taking off. */
const EXPLAINED_MIN = 0.05;

/** Of a time in milliseconds since the epoch: 0 is Monday from 0 to 1. */
function hourOfWeek(time: number): number {
  const hours = Math.floor(time / HOUR_MS) - MONDAY;
  return ((hours % WEEK_HOURS) + WEEK_HOURS) % WEEK_HOURS;
}

/** Medians by hour of the week, less the median of all; null where the hours explain hardly anything. */
export function estimateSeason({ values, nulls }: Numbers, times: Float64Array): readonly number[] | null {
  const isKnown = (i: number): boolean =>
    nulls?.[i] !== 1 && Number.isFinite(elementAt(values, i)) && !Number.isNaN(elementAt(times, i));
  const rows = [...values.keys()].filter(isKnown);
  if (rows.length === 0) return null;
  const all = medianOf(rows.map((i) => elementAt(values, i)));
  const byHour = Map.groupBy(rows, (i) => hourOfWeek(elementAt(times, i)));
  const byDay = Map.groupBy(rows, (i) => hourOfWeek(elementAt(times, i)) % 24);
  const offsets = Array.from({ length: WEEK_HOURS }, (_, hour) => {
    const own = byHour.get(hour) ?? [];
    const used = own.length >= ROWS_MIN ? own : (byDay.get(hour % 24) ?? []);
    return used.length >= ROWS_MIN ? medianOf(used.map((i) => elementAt(values, i))) - all : 0;
  });
  const before = rows.reduce((sum, i) => sum + Math.abs(elementAt(values, i) - all), 0);
  const after = rows.reduce(
    (sum, i) =>
      sum + Math.abs(elementAt(values, i) - all - elementAt(offsets, hourOfWeek(elementAt(times, i)))),
    0,
  );
  return before - after < EXPLAINED_MIN * before ? null : offsets;
}

/** What the hour of a time adds to a feature; nothing where it has no season, or there is no time. */
export function seasonalOffset({ season }: Pick<FeatureProfile, 'season'>, time: number | undefined): number {
  return season === undefined || time === undefined || Number.isNaN(time)
    ? 0
    : elementAt(season, hourOfWeek(time));
}

/** A column of a feature without its season; as it is where it has none, or nothing is known of the times of rows. */
export function deseasonalized<C extends ValueColumn | null>(
  { season }: Pick<FeatureProfile, 'season'>,
  column: C,
  times: Float64Array | null,
): C | Numbers {
  const hasSeason = season !== undefined && times !== null && column?.kind === 'number';
  return hasSeason ? subtractSeason(column, season, times) : column;
}

/** Weeks from the first of these times to the last; 0 where there is none. */
export function spannedWeeks(times: Float64Array): number {
  let [first, last] = [Infinity, -Infinity];
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return last > first ? (last - first) / (WEEK_HOURS * HOUR_MS) : 0;
}

/** Values without their hour's offset; one without a time stays as it is. */
export function subtractSeason(
  { values, nulls }: Numbers,
  offsets: readonly number[],
  times: Float64Array,
): Numbers {
  const adjusted = values.map((x, i) => (Number.isNaN(times[i]!) ? x : x - offsets[hourOfWeek(times[i]!)]!));
  return { kind: 'number', values: adjusted, nulls };
}

function medianOf(values: number[]): number {
  values.sort((a, b) => a - b);
  const half = values.length >> 1;
  return values.length % 2 === 1
    ? elementAt(values, half)
    : (elementAt(values, half - 1) + elementAt(values, half)) / 2;
}
