/** How fine a reference profile is. Pure. */

/** Distinct numbers up to which each has a bin of its own. */
export const DISTINCT_VALUES_MAX = 20;
/** Bins by quantiles of small references and of large ones; what is large; and the rows that a bin should have at least. */
export const QUANTILES = { usual: 10, most: 20, large: 50_000, rows: 20 } as const;
/**
 * Categories with a bin of their own, and where there are more, the rows that each of those has: the most frequent of many
 * rare ones are so by chance, and would be fewer in any other rows.
 */
export const CATEGORIES_MAX = 40;
export const CATEGORY_ROWS = 20;
/** Other categories whose names are kept, and the characters of all of them. Those beyond count as unseen, here too. */
export const OTHER_CATEGORIES_MAX = 10_000;
export const OTHER_CATEGORY_CHARS_MAX = 1 << 20;
/** Sentinel values of one feature. */
export const SENTINELS_MAX = 8;
/** Rows of which edges are made; counts are always of all rows. */
export const EDGE_SAMPLE_ROWS = 20_000;
/** Neighbouring rows that are looked at for dependence, and how much of it is believed. */
export const DEPENDENCE_ROWS = 1 << 16;
export const DEPENDENCE_MAX = 100;
/** Features of one profile; bins of one feature, special ones included: an index of a bin is a byte. */
export const FEATURES_MAX = 20_000;
export const FEATURE_BINS_MAX = 255;
