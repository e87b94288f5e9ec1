/**
 * Durations in exponential buckets, eight to a doubling (schema 3 of Prometheus' native histograms, scale 3 of
 * OpenTelemetry's): bucket i holds what is above 2^((i − 1) / 8) seconds, up to 2^(i / 8). The classic buckets are every
 * eighth bound, so that one array of counts gives both without loss. Pure.
 */
import { elementAt } from '../core/element-at.ts';
import { addAt } from '../core/vector.ts';
import type { HistogramValue } from './metric-family.ts';

const TIME_SCHEMA = 3;
const PER_OCTAVE = 2 ** TIME_SCHEMA;
/** From 7.6 µs to 64 s. */
const LOWEST_OCTAVE = -17;
const HIGHEST_OCTAVE = 6;
const OCTAVES = HIGHEST_OCTAVE - LOWEST_OCTAVE;
const LOWEST = 2 ** LOWEST_OCTAVE;

/** What is not above the lowest bound, the buckets, and what is above the highest. */
export const DURATION_CELLS = OCTAVES * PER_OCTAVE + 2;

/** Upper bounds of the classic buckets, in seconds. */
export const DURATION_BOUNDS: readonly number[] = Array.from(
  { length: OCTAVES + 1 },
  (_, k) => 2 ** (LOWEST_OCTAVE + k),
);

/** Bounds within an octave, from 1 on. */
const STEPS = Float64Array.from({ length: PER_OCTAVE }, (_, k) => 2 ** (k / PER_OCTAVE));

/** Upper bound of a cell, in seconds. */
export const durationBound = (cell: number): number =>
  cell === DURATION_CELLS - 1 ? Infinity : LOWEST * 2 ** (cell / PER_OCTAVE);

/** Cell of a duration in milliseconds. */
export function durationCell(millis: number): number {
  const ratio = millis / 1000 / LOWEST;
  if (!(ratio > 1)) return 0;
  if (ratio > 2 ** OCTAVES) return DURATION_CELLS - 1;
  // The integer part of the ratio has its octave as its highest bit; the division by a power of two is exact.
  const octave = 31 - Math.clz32(ratio);
  const part = ratio / (1 << octave);
  if (part === 1) return octave * PER_OCTAVE;
  let step = part > STEPS[4]! ? 4 : 0;
  if (part > STEPS[step + 2]!) step += 2;
  if (part > STEPS[step + 1]!) step += 1;
  return octave * PER_OCTAVE + step + 1;
}

/** The histogram of an array of cells; `sum` in seconds. */
export function durationHistogram(cells: ArrayLike<number>, sum: number): HistogramValue {
  const counts = new Float64Array(DURATION_BOUNDS.length + 1);
  for (let cell = 0; cell < DURATION_CELLS; cell++)
    addAt(counts, Math.ceil(cell / PER_OCTAVE), elementAt(cells, cell));
  const native = {
    schema: TIME_SCHEMA,
    zeroThreshold: LOWEST,
    zeroCount: elementAt(cells, 0),
    first: LOWEST_OCTAVE * PER_OCTAVE + 1,
    // What is beyond the highest bound counts in the first bucket beyond it.
    counts: Array.from(cells).slice(1, DURATION_CELLS),
  };
  return { bounds: DURATION_BOUNDS, counts, sum, native };
}

/**
 * Quantile of cells, in seconds: geometric interpolation in its bucket, which is at most 4.4 % off. NaN where nothing was
 * counted.
 */
export function durationQuantile(cells: ArrayLike<number>, share: number): number {
  const total = totalCount(cells);
  if (total === 0) return Number.NaN;
  const rank = share * total;
  let below = 0;
  for (let cell = 0; cell < DURATION_CELLS; cell++) {
    const count = cells[cell]!;
    if (count > 0 && below + count >= rank)
      return LOWEST * 2 ** ((cell - 1 + (rank - below) / count) / PER_OCTAVE);
    below += count;
  }
  return durationBound(DURATION_CELLS - 2);
}

/** How many of the cells hold durations of at most `seconds`: those whose bound is not above it. */
export function countWithin(cells: ArrayLike<number>, seconds: number): number {
  let count = 0;
  for (let cell = 0; cell < DURATION_CELLS && durationBound(cell) <= seconds; cell++) count += cells[cell]!;
  return count;
}

/** How many durations the cells hold. */
export function totalCount(cells: ArrayLike<number>): number {
  let count = 0;
  for (let cell = 0; cell < DURATION_CELLS; cell++) count += cells[cell]!;
  return count;
}
