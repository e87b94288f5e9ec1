import { type ColumnNeed, NUMBER, needsAlike } from './column-need.ts';
import type { MissingMarker } from './imputation.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import { type Matrix, matrixColumns } from './tensor.ts';

/**
 * Missing cells become means of the k nearest points that have the column (Troyanskaya et al., 2001). Points are as far
 * away as √(columns / common · Σ (xⱼ - yⱼ)²) over the columns that both have (`nan_euclidean_distances`); one with which a
 * row has none in common is no neighbour. Of points equally far away the first ones count.
 */
export interface KnnImputerStep extends StepBase {
  readonly kind: 'knn-imputer';
  /** Missing where it is null or a number. */
  readonly missing: Exclude<MissingMarker, { readonly kind: 'string' }>;
  /** [points, columns], NaN where they miss a value */
  readonly points: Matrix;
  readonly k: number;
  readonly weighting: 'uniform' | 'distance';
  readonly columns: readonly ImputedColumn[];
  /** Input columns whose 0/1 missing indicator comes after the imputed ones, in order. */
  readonly indicators: readonly number[];
  /**
   * Whether points with which a row has no column in common count too, after the others, in no order that can be told:
   * a row that needs some of them, but not all, is refused.
   */
  readonly countsAll: boolean;
}

/** A column of points that have it, and their mean, for rows without neighbours; or one that no point has. */
export type ImputedColumn =
  | { readonly kind: 'neighbors'; readonly mean: number; readonly points: number }
  | { readonly kind: 'zero' }
  | { readonly kind: 'dropped' };

/** Points whose numbers are tried. */
const MAX_TRIED = 24;
const GAPS: ColumnNeed = { ...NUMBER, nullable: true };

export const KNN_IMPUTATION_STEPS: StepDescriptions<KnnImputerStep> = {
  'knn-imputer': {
    ...NUMERIC_TRANSFORMER,
    needs: ({ missing }, width) => needsAlike(width, missing.kind === 'null' ? GAPS : NUMBER),
    width: ({ columns, indicators }) =>
      columns.filter(({ kind }) => kind !== 'dropped').length + indicators.length,
    rounding: 'sum',
    tried: ({ points }) =>
      matrixColumns(points, MAX_TRIED).map((values) => values.filter((value) => !Number.isNaN(value))),
  },
};
