/** What is wrong with rows, by the reference and by themselves. Pure. */

export const QUALITY_KINDS = [
  'quality.schema',
  'quality.type',
  'quality.range',
  'quality.missing',
  'quality.unseen',
  'quality.frozen',
  'quality.duplicates',
  'quality.clock',
] as const;
export type QualityKind = (typeof QUALITY_KINDS)[number];

export interface QualityViolation {
  readonly kind: QualityKind;
  /** Null where it is about whole rows. */
  readonly feature: string | null;
  /** The first row of which it is true, from 0, as far as it is known. */
  readonly row: number | null;
  readonly rows: number;
  /** Of the rows that were looked at. */
  readonly share: number;
  readonly sentence: string;
}

/** What is tolerated; `QualityPolicy` has these. */
export interface QualityLimits {
  /** Share of rows beyond the reference's range, missing or unseen, more than in the reference, that is too much. */
  readonly violations: number;
  /** Rows with one and the same value after which a column is frozen. */
  readonly frozenRows: number;
  /** Share of exact repetitions beyond the reference's that is too much. */
  readonly duplicates: number;
}
