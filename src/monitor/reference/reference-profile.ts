/**
 * The profile of reference data: for each feature fixed bins and how many rows fell into each. Plain data, in a bundle, a
 * store or a file; two profiles with the same bins add up. Pure.
 */

/**
 * The first bins of every feature, whatever its kind; regular bins follow. What cannot be in a feature has 0 there.
 * `sentinel`: one of the profile's sentinel values; `below`, `above`: a number beyond the reference's least or greatest;
 * `unseen`: a category that the reference has not, or a number between the values of a feature of few values.
 */
export const BIN = {
  null: 0,
  nan: 1,
  negativeInfinity: 2,
  positiveInfinity: 3,
  sentinel: 4,
  below: 5,
  above: 6,
  unseen: 7,
} as const;
/** Number of the first regular bin. */
export const FIRST_REGULAR_BIN = 8;

/** How values find their regular bin. */
export type FeatureBins =
  /**
   * Numbers by quantiles: bin k holds `edges[k-1] < x <= edges[k]`, of the reference's least to its greatest; `edges` are the
   * inner ones, ascending. `low` and `high` are the least and the greatest finite value that are no sentinel.
   */
  | {
      readonly kind: 'quantiles';
      readonly edges: readonly number[];
      readonly low: number;
      readonly high: number;
    }
  /** Numbers of few values: a bin each, ascending. */
  | { readonly kind: 'values'; readonly values: readonly number[] }
  /**
   * Categories: a bin each, the most frequent first; `rest` is one more bin for all other categories of the reference, or
   * null where each has its own. Numbers and booleans are written as text.
   */
  | {
      readonly kind: 'categories';
      readonly values: readonly string[];
      readonly rest: readonly string[] | null;
    }
  /** Nothing but whether it is there: texts, and identifiers that never come again. */
  | { readonly kind: 'presence' };

export interface FeatureProfile {
  readonly name: string;
  readonly type: 'number' | 'category' | 'text' | 'identifier';
  readonly bins: FeatureBins;
  /** Values that stand for missing, found as an atom far from everything else (-999) or given. */
  readonly sentinels: readonly number[];
  /** Rows of the reference in each bin: the special ones, then the regular ones. */
  readonly counts: readonly number[];
  /**
   * How much more the shares of consecutive rows vary than those of independent rows (batch means of the reference in its
   * order), at least 1: so many rows tell as much as one.
   */
  readonly dependence: number;
  /** Categories seen only once in the reference, by which the share of unseen ones to come is estimated (Good and Turing). */
  readonly singletons: number;
  /** What the hour of the week adds to it, from Monday 0 h UTC on; bins are of values without it. Absent where there is none. */
  readonly season?: readonly number[];
  /** Set where only a sample of the rows of traffic is looked at: counts of a tick have fewer rows than the others. */
  readonly sampled?: true;
  /** Name of the text that it is a measure of; absent where it is a column itself. */
  readonly of?: string;
}

export interface ReferenceProfile {
  readonly schema: 1;
  readonly rows: number;
  /** Where it comes from: `file`, `bundle`, `traffic`. */
  readonly source: string;
  readonly features: readonly FeatureProfile[];
  /** Columns of answers, where the reference has them or a version scored it. */
  readonly outputs: readonly FeatureProfile[];
  /** Several features at once, or null where there are fewer than two that can be put together. */
  readonly joint: JointProfile | null;
  /** Share of its rows that are exact repetitions of one before; left out where it is not known. */
  readonly duplicates?: number;
  /** Weeks from the first of its rows to the last; null where they have no times, left out where these were not looked for. */
  readonly weeks?: number | null;
  /** Numbers are compared with the same hours of the week. Left out where they are not. */
  readonly season?: 'week';
  /** Whether attributions were to be watched when it was made. Left out where they were not. */
  readonly attributions?: true;
  /** SHA-256 of the file that it was made of, where that may be replaced: a reference that a version was given. */
  readonly digest?: string;
}

/**
 * What is derived of the features of a row: numbers of several of them at once (squared Mahalanobis distance of normal scores,
 * residual of a projection), and measures of texts. Each has bins of its own like any feature.
 */
export interface JointProfile {
  /** How numbers of several features are derived; read by `reference/joint-profile.ts` alone. Null where there are none. */
  readonly projection: unknown;
  /** Texts that are measured; read by `reference/text-measures.ts` alone. */
  readonly texts: readonly TextMeasures[];
  /** Those of the projection, then those of the texts. */
  readonly features: readonly FeatureProfile[];
}

/** Rows in each bin: an array a feature, with as many elements as its profile's `counts`. */
export interface TickCounts {
  readonly rows: number;
  readonly features: readonly Float64Array[];
  readonly outputs: readonly Float64Array[];
  readonly joint: readonly Float64Array[];
}

/** A column of values to be counted. `nulls[i]` is 1 where a number is missing and not NaN by itself. */
export type ValueColumn =
  | { readonly kind: 'number'; readonly values: Float64Array; readonly nulls: Uint8Array | null }
  | { readonly kind: 'category'; readonly values: readonly (string | null)[] };

/** The inputs that are watched one by one: columns, and measures of texts. */
export const watchedInputs = ({ features, joint }: ReferenceProfile): readonly FeatureProfile[] => [
  ...features,
  ...(joint?.features ?? []).filter(({ of }) => of !== undefined),
];

/** The input or output of that name, a column or a measure of a text; null where there is none, as of several at once. */
export const findFeature = (
  profile: ReferenceProfile,
  { feature, side }: { readonly feature: string | null; readonly side: 'input' | 'output' },
): FeatureProfile | null =>
  (side === 'output' ? profile.outputs : watchedInputs(profile)).find(({ name }) => name === feature) ?? null;

/** Words of the reference that are known, as ascending hashes. */
export interface TextMeasures {
  /** Number of the feature in the profile. */
  readonly feature: number;
  readonly vocabulary: readonly number[];
}
