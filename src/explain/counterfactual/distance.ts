import type { Batch } from '../../model/batch.ts';

/** What one step of a column is divided by, and what it was taken from. */
export interface ColumnScale {
  readonly scale: number;
  readonly from: 'mad' | 'range' | 'thresholds' | 'unit';
}

/** Numbers of a column of a background that are no missing values, ascending; empty where it holds texts. */
export function knownNumbers(background: Batch | null, column: number): Float64Array {
  if (background === null || background.kind === 'tensors') return new Float64Array(0);
  if (background.kind === 'table') {
    const cells = background.columns[column];
    return cells instanceof Float64Array ? ascending(cells) : new Float64Array(0);
  }
  const { data, width, rows } = background;
  return ascending(Float64Array.from({ length: rows }, (_, row) => data[row * width + column]!));
}

const ascending = (numbers: Float64Array): Float64Array => numbers.filter(Number.isFinite).sort();

/**
 * The median absolute deviation of a column in the background (Wachter, Mittelstadt & Russell, 2018); where that is 0 its range, without a
 * background that of the thresholds at which the model asks for it.
 */
export function columnScale(known: Float64Array, thresholds: ArrayLike<number>): ColumnScale {
  const middle = medianOf(known);
  const mad = medianOf(known.map((value) => Math.abs(value - middle)).sort());
  if (mad > 0 && Number.isFinite(mad)) return { scale: mad, from: 'mad' };
  const range = rangeOf(known);
  if (range > 0 && Number.isFinite(range)) return { scale: range, from: 'range' };
  const asked = rangeOf(Float64Array.from(thresholds).sort());
  if (known.length === 0 && asked > 0 && Number.isFinite(asked)) return { scale: asked, from: 'thresholds' };
  return { scale: 1, from: 'unit' };
}

/** Of ascending numbers; NaN of none. */
export function medianOf(numbers: Float64Array): number {
  const half = numbers.length >> 1;
  if (numbers.length === 0) return Number.NaN;
  return numbers.length % 2 === 1 ? numbers[half]! : (numbers[half - 1]! + numbers[half]!) / 2;
}

const rangeOf = (numbers: Float64Array): number => (numbers.length === 0 ? 0 : numbers.at(-1)! - numbers[0]!);
