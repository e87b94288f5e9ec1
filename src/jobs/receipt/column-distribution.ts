export type OutputDistribution =
  /**
   * `[bin, count]`, ascending by value; NaN is counted apart. A bin is the upper 15 bits of a float64: eight of them an octave,
   * none wider than an eighth of its lower bound.
   */
  | { readonly kind: 'numbers'; readonly nan: number; readonly bins: readonly (readonly [number, number])[] }
  /** `[label, count]`, in order of label. */
  | { readonly kind: 'labels'; readonly counts: readonly (readonly [string, number])[] }
  /** `[bucket, count]`, ascending: of more labels than are counted one by one. */
  | { readonly kind: 'buckets'; readonly counts: readonly (readonly [number, number])[] };

/** By name of the output column. */
export type OutputDistributions = Readonly<Record<string, OutputDistribution>>;
