/**
 * Numbers without what the hour of the week explains: what is compared is how far a value is from the reference's median at
 * that hour. Hours are of UTC. Pure.
 */

import { elementAt } from '../../core/element-at.ts';
import { zipWith } from '../../core/vector.ts';
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

interface TimedValue {
  readonly value: number;
  /** Of the week. */
  readonly hour: number;
}

/** Medians by hour of the week, less the median of all; null where the hours explain hardly anything. */
export function estimateSeason({ values, nulls }: Numbers, times: Float64Array): readonly number[] | null {
  const rows: TimedValue[] = [];
  for (const [i, value] of values.entries()) {
    const time = elementAt(times, i);
    if (nulls?.[i] !== 1 && Number.isFinite(value) && !Number.isNaN(time))
      rows.push({ value, hour: hourOfWeek(time) });
  }
  if (rows.length === 0) return null;
  const all = medianOf(rows);
  const byHour = Map.groupBy(rows, ({ hour }) => hour);
  const byDay = Map.groupBy(rows, ({ hour }) => hour % 24);
  const offsets = Array.from({ length: WEEK_HOURS }, (_, hour) => {
    const own = byHour.get(hour) ?? [];
    const used = own.length >= ROWS_MIN ? own : (byDay.get(hour % 24) ?? []);
    return used.length >= ROWS_MIN ? medianOf(used) - all : 0;
  });
  const before = rows.reduce((sum, { value }) => sum + Math.abs(value - all), 0);
  const after = rows.reduce(
    (sum, { value, hour }) => sum + Math.abs(value - all - elementAt(offsets, hour)),
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
  const adjusted = zipWith(values, times, (x, time) =>
    Number.isNaN(time) ? x : x - elementAt(offsets, hourOfWeek(time)),
  );
  return { kind: 'number', values: adjusted, nulls };
}

function medianOf(rows: readonly TimedValue[]): number {
  const ascending = Float64Array.from(rows, ({ value }) => value).sort();
  const half = ascending.length >> 1;
  const upper = elementAt(ascending, half);
  return ascending.length % 2 === 1 ? upper : (elementAt(ascending, half - 1) + upper) / 2;
}
