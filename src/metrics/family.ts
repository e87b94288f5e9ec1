/** What a page of metrics is made of, in no format yet. Pure. */

export type Labels = Readonly<Record<string, string | number>>;

/** Exponential buckets: cell k of `counts` has the upper bound 2^((first + k) / 2^schema). */
export interface NativeBuckets {
  readonly schema: number;
  /** Values up to here are in `zeroCount`. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly first: number;
  readonly counts: ArrayLike<number>;
}

export interface Histogram {
  /** Upper bounds, ascending, without infinity. */
  readonly bounds: readonly number[];
  /** Of each bound, and one more beyond all of them; not cumulative. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
  readonly native?: NativeBuckets | undefined;
}

export interface Quantile {
  readonly quantile: number;
  readonly value: number;
}

export interface Summary {
  readonly quantiles: readonly Quantile[];
  readonly sum: number;
  readonly count: number;
}

export type Point =
  | { readonly labels: Labels; readonly value: number }
  | { readonly labels: Labels; readonly histogram: Histogram }
  | { readonly labels: Labels; readonly summary: Summary };

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly points: readonly Point[];
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

export const countOf = ({ counts }: Histogram): number => {
  let count = 0;
  for (let k = 0; k < counts.length; k++) count += counts[k]!;
  return count;
};
