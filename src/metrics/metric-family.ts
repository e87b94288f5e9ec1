/** What a page of metrics is made of, in no format yet. Pure. */

export type MetricLabels = Readonly<Record<string, string | number>>;

/** Exponential buckets: cell k of `counts` has the upper bound 2^((first + k) / 2^schema). */
export interface NativeBuckets {
  readonly schema: number;
  /** Values up to here are in `zeroCount`. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly first: number;
  readonly counts: ArrayLike<number>;
}

export interface HistogramValue {
  /** Upper bounds, ascending, without infinity. */
  readonly bounds: readonly number[];
  /** Of each bound, and one more beyond all of them; not cumulative. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
  readonly native?: NativeBuckets | undefined;
}

export interface QuantileValue {
  readonly quantile: number;
  readonly value: number;
}

export interface SummaryValue {
  readonly quantiles: readonly QuantileValue[];
  readonly sum: number;
  readonly count: number;
}

export type MetricPoint =
  | { readonly labels: MetricLabels; readonly value: number }
  | { readonly labels: MetricLabels; readonly histogram: HistogramValue }
  | { readonly labels: MetricLabels; readonly summary: SummaryValue };

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly points: readonly MetricPoint[];
}

/** Joins families of the same name, in the order in which they first come: every format wants a family in one piece. */
export function mergeFamilies(families: readonly MetricFamily[]): readonly MetricFamily[] {
  const merged = new Map<string, MetricFamily>();
  for (const family of families) {
    const known = merged.get(family.name);
    merged.set(family.name, known ? { ...known, points: [...known.points, ...family.points] } : family);
  }
  return [...merged.values()];
}

export const histogramCount = ({ counts }: HistogramValue): number =>
  Array.from(counts).reduce((sum, count) => sum + count, 0);
