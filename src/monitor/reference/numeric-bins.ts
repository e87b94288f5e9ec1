/** Bins of a numeric feature. Pure. */
import { take } from '../../core/vector.ts';
import { DISTINCT_VALUES_MAX, EDGE_SAMPLE_ROWS } from './profile-limits.ts';
import { quantileEdges } from './quantile-edges.ts';
import type { FeatureBins } from './reference-profile.ts';
import { countValues, findSentinels, type ValueCounts } from './sentinels.ts';

export interface NumericBins {
  readonly type: 'number' | 'identifier';
  readonly bins: FeatureBins;
  readonly sentinels: readonly number[];
}

/** Distinct whole numbers that only grow, at least so many, are numbers of rows and not a feature. */
const IDENTIFIER_MIN = 100;

/** `given`: sentinels that people named; others are looked for where none are. */
export function numericBins(
  values: Float64Array,
  nulls: Uint8Array | null,
  given: readonly number[] | null,
): NumericBins {
  const sample = sampleOf(values, nulls);
  if (sample.length === 0) return { type: 'number', bins: { kind: 'presence' }, sentinels: given ?? [] };
  const all = countValues(sample.sort());
  if (growsAlways(values, nulls)) return { type: 'identifier', bins: { kind: 'presence' }, sentinels: [] };
  const sentinels = given ?? findSentinels(all);
  const atoms = without(all, sentinels);
  const regular = summary(values, nulls, new Set(sentinels));
  if (regular === null) return { type: 'number', bins: { kind: 'presence' }, sentinels };
  const { distinct, low, high, rows } = regular;
  if (distinct !== null && (distinct.length <= 2 || rows >= 10 * distinct.length)) {
    return { type: 'number', bins: { kind: 'values', values: distinct }, sentinels };
  }
  const edges = quantileEdges(atoms, rows).filter((edge) => edge >= low && edge < high);
  return { type: 'number', bins: { kind: 'quantiles', edges, low, high }, sentinels };
}

const isRegular = (x: number): boolean => x - x === 0;

/** Finite values spread over all rows, by the golden section within equal strides: no period of the data hides in it. */
function sampleOf(values: Float64Array, nulls: Uint8Array | null): Float64Array {
  const take = Math.min(values.length, EDGE_SAMPLE_ROWS);
  const stride = values.length / take;
  const sample = new Float64Array(take);
  let kept = 0;
  for (let k = 0; k < take; k++) {
    const shift = stride === 1 ? 0 : (k * 0.6180339887498949) % 1;
    const i = Math.min(values.length - 1, Math.floor((k + shift) * stride));
    const x = values[i]! + 0;
    if (nulls?.[i] !== 1 && isRegular(x)) sample[kept++] = x;
  }
  return sample.subarray(0, kept);
}

/** Of all finite values but sentinels: least, greatest, and the distinct ones where they are few. Null: there are none. */
function summary(values: Float64Array, nulls: Uint8Array | null, sentinels: ReadonlySet<number>) {
  const few = new Set<number>();
  let low = Infinity;
  let high = -Infinity;
  let rows = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]! + 0;
    if (!isRegular(x) || nulls?.[i] === 1 || (sentinels.size > 0 && sentinels.has(x))) continue;
    rows++;
    if (x < low) low = x;
    if (x > high) high = x;
    if (few.size <= DISTINCT_VALUES_MAX) few.add(x);
  }
  if (rows === 0) return null;
  const distinct = few.size > DISTINCT_VALUES_MAX ? null : [...few].sort((a, b) => a - b);
  return { low, high, rows, distinct };
}

function without({ values, counts }: ValueCounts, sentinels: readonly number[]): ValueCounts {
  if (sentinels.length === 0) return { values, counts };
  const kept = [...values.entries()].flatMap(([i, value]) => (sentinels.includes(value) ? [] : [i]));
  return { values: take(values, kept), counts: take(counts, kept) };
}

function growsAlways(values: Float64Array, nulls: Uint8Array | null): boolean {
  if (values.length < IDENTIFIER_MIN || nulls !== null) return false;
  let before = -Infinity;
  for (const value of values) {
    if (!Number.isInteger(value) || value <= before) return false;
    before = value;
  }
  return true;
}
