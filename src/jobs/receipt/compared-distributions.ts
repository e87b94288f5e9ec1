/** The outputs of a run beside those of the run before it, few enough to be looked at. Pure. */
import type { Static } from 'typebox';
import { elementAt } from '../../core/element-at.ts';
import type { COLUMN_COMPARISON } from '../view-schemas.ts';
import type { OutputDistribution, OutputDistributions } from './column-distribution.ts';
import { distanceOf, SIGN } from './distribution.ts';

export type ColumnComparison = Static<typeof COLUMN_COMPARISON>;
type Bar = ColumnComparison['bars'][number];
type Numbers = Extract<OutputDistribution, { kind: 'numbers' }>;
type Counts = ReadonlyMap<string, number>;

/** Columns that are told, those first that are furthest from what they were. */
const COLUMNS_MAX = 200;
const BARS = 24;
const LABELS_MAX = 20;

/** `before` is null where no run was done before. */
export function comparedDistributions(
  now: OutputDistributions,
  before: OutputDistributions | null,
): readonly ColumnComparison[] {
  const columns = Object.entries(now).map(([column, one]): ColumnComparison => {
    const last = before !== null && Object.hasOwn(before, column) ? (before[column] ?? null) : null;
    const distance = last === null ? null : distanceOf(one, last);
    return { column, kind: one.kind, distance, ...barsOf(one, last?.kind === one.kind ? last : null) };
  });
  return columns.sort((a, b) => (b.distance ?? 0) - (a.distance ?? 0)).slice(0, COLUMNS_MAX);
}

function barsOf(
  now: OutputDistribution,
  before: OutputDistribution | null,
): Pick<ColumnComparison, 'bars' | 'isWhole'> {
  if (now.kind === 'numbers')
    return { bars: barsOfNumbers(now, before?.kind === 'numbers' ? before : null), isWhole: true };
  // Buckets of names that are not kept say nothing to people.
  if (now.kind === 'buckets') return { bars: [], isWhole: false };
  const counts = new Map(now.counts);
  const last = before?.kind === 'labels' ? new Map(before.counts) : null;
  const names = [...new Set([...counts.keys(), ...(last?.keys() ?? [])])];
  const shown = names
    .sort((a, b) => most(b, counts, last) - most(a, counts, last) || (a < b ? -1 : 1))
    .slice(0, LABELS_MAX);
  const share = (of: Counts, name: string): number => (of.get(name) ?? 0) / Math.max(1, sum(of.values()));
  const bars = shown.map((name): Bar => {
    return {
      label: name,
      from: null,
      to: null,
      share: share(counts, name),
      before: last && share(last, name),
    };
  });
  return { bars, isWhole: shown.length === names.length };
}

const most = (name: string, a: Counts, b: Counts | null): number =>
  Math.max(a.get(name) ?? 0, b?.get(name) ?? 0);

function sum(counts: Iterable<number>): number {
  let all = 0;
  for (const count of counts) all += count;
  return all;
}

/** Bars of equal width over the finite values of both; a bin that is cut is taken to be even. */
function barsOfNumbers(now: Numbers, before: Numbers | null): readonly Bar[] {
  const bounds = [...now.bins, ...(before?.bins ?? [])].map(([bin]) => boundsOfBin(bin));
  const finite = bounds.filter(([from, to]) => Number.isFinite(from) && Number.isFinite(to));
  if (finite.length === 0) return [];
  const low = Math.min(...finite.map(([from]) => from));
  const width = (Math.max(...finite.map(([, to]) => to)) - low) / BARS;
  const [shares, last] = [sharesIn(now, low, width), before && sharesIn(before, low, width)];
  return Array.from(shares, (share, k): Bar => {
    const from = low + k * width;
    return { label: null, from, to: from + width, share, before: last?.[k] ?? null };
  });
}

/** Shares of all values, with those that are no number. */
function sharesIn({ nan, bins }: Numbers, low: number, width: number): Float64Array {
  const shares = new Float64Array(BARS);
  const total = Math.max(1, nan + sum(bins.map(([, count]) => count)));
  for (const [bin, count] of bins) {
    const [from, to] = boundsOfBin(bin);
    if (!Number.isFinite(from) || !Number.isFinite(to)) continue;
    const [first, end] = [barAt(from, low, width), barAt(to, low, width)];
    for (let k = first; k <= end; k++) {
      const common = Math.min(to, low + (k + 1) * width) - Math.max(from, low + k * width);
      const part = to > from ? Math.max(0, common) / (to - from) : 1;
      shares[k] = elementAt(shares, k) + (count / total) * part;
    }
  }
  return shares;
}

const barAt = (value: number, low: number, width: number): number =>
  width > 0 ? Math.min(BARS - 1, Math.floor((value - low) / width)) : 0;

const bits = new DataView(new ArrayBuffer(8));

/** The least and the greatest value of a bin: the upper 15 bits of a float64. */
function boundsOfBin(bin: number): readonly [number, number] {
  const magnitude = bin & (SIGN - 1);
  const [low, high] = [floatOf(magnitude), floatOf(magnitude + 1)];
  // The first bin has zero in it, and what is next to nothing.
  if (magnitude === 0) return [0, 0];
  return bin >= SIGN ? [-high, -low] : [low, high];
}

function floatOf(magnitude: number): number {
  bits.setUint32(0, magnitude << 17);
  return bits.getFloat64(0);
}
