import type { AttributedRows } from './attributed-rows.ts';
import type { GridValue } from './dependence-grid.ts';
import type { ColumnDependence } from './dependent-columns.ts';
import type { PermutationImportance } from './permutation-importance.ts';
import type { Scoring } from './scoring.ts';

/** `[feature]`, or `[feature][class]` of several scores; null where there is none. */
export type ColumnFigures = readonly (number | null | readonly (number | null)[])[];

/** Attributions of rows together. */
export interface AttributionsDocument {
  readonly method: string;
  readonly output: string;
  readonly classes?: readonly unknown[];
  /** Rows that were explained. */
  readonly rows: number;
  /** Where a background was needed: a file of its own, or some of the rows. */
  readonly background?: 'given' | 'input';
  readonly backgroundRows?: number;
  readonly meanAbsolute: ColumnFigures;
  readonly mean: ColumnFigures;
  /** Of `meanAbsolute`, by the spread of the rows. */
  readonly standardErrors: ColumnFigures;
  /** Of a column's values with its attributions. */
  readonly correlation: ColumnFigures;
  readonly shift?: ShiftDocument;
}

/** How far attributions are from those of other rows, each `[feature]`. */
export interface ShiftDocument {
  readonly referenceRows: number;
  /** Half the sum of the differences of shares, and how often rows dealt at random are as far apart. */
  readonly distance: number;
  readonly p: number;
  readonly ndcg: number;
  readonly deals: number;
  readonly shares: readonly number[];
  readonly referenceShares: readonly number[];
  /** From 1, the column that moves the answers most. */
  readonly ranks: readonly number[];
  readonly referenceRanks: readonly number[];
  /** Of the change of mean |SHAP|, for all columns together. */
  readonly columnP: readonly number[];
}

/** By how much a score falls, a column at a time. */
export interface PermutationDocument {
  readonly scoring: Scoring;
  readonly baseline: number;
  readonly repeats: number;
  readonly seed: number;
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  /** `[feature][repeat]` */
  readonly importances: readonly (readonly number[])[];
}

/** `[point]`, or `[class][point]` of several scores; of curves with the row in front of the point. Of two classes the second one. */
export interface DependenceDocument {
  readonly column: string;
  readonly output: string;
  readonly classes?: readonly unknown[];
  readonly grid: readonly GridValue[];
  readonly average: readonly (number | readonly number[])[];
  readonly individual: readonly (readonly (number | readonly number[])[])[];
  /** Rows that the curves are of, where they are not of all. */
  readonly individualRows?: readonly number[];
}

/** What a model makes of its columns, over all rows of a file, or of a sample of them. */
export interface ImportanceDocument {
  readonly model: string;
  /** Rows that were taken, of how many. */
  readonly rows: number;
  readonly rowsGiven: number;
  /** Of the sample and of what else is left to chance. */
  readonly seed: number;
  readonly features: readonly string[];
  readonly shap?: AttributionsDocument;
  readonly permutation?: PermutationDocument;
  readonly dependence?: readonly DependenceDocument[];
}

export function attributionsDocument(found: AttributedRows, isGiven: boolean): AttributionsDocument {
  const { explainer, rows, isOwnBackground } = found;
  const { method, output, features, classes, sampling, baseValues } = explainer;
  const scores = baseValues.length;
  const nested = (values: Float64Array): ColumnFigures =>
    features.map((_, column) => {
      const cells = Array.from({ length: scores }, (__, score) =>
        finiteOrNull(values[score * features.length + column]),
      );
      return scores === 1 ? (cells[0] ?? null) : cells;
    });
  const { backgroundRows } = sampling ?? {};
  const background = isOwnBackground ? 'input' : 'given';
  return {
    ...{ method, output },
    ...(classes === null || scores === 1 ? {} : { classes: [...classes.values] }),
    rows,
    ...(isOwnBackground || isGiven ? { background } : {}),
    ...(backgroundRows === undefined ? {} : { backgroundRows }),
    ...{ meanAbsolute: nested(found.meanAbsolute), mean: nested(found.mean) },
    standardErrors: nested(found.standardErrors),
    correlation: nested(found.correlation),
    ...(found.shift === null ? {} : { shift: shiftDocument(found.shift) }),
  };
}

function shiftDocument(shift: NonNullable<AttributedRows['shift']>): ShiftDocument {
  const { reference, shares, referenceShares, ...figures } = shift;
  return {
    ...{ referenceRows: reference.rows, ...figures, shares, referenceShares },
    ...{ ranks: ranksOf(shares), referenceRanks: ranksOf(referenceShares) },
  };
}

/** Places from the largest, 1, on; those that are alike have the first of theirs. */
const ranksOf = (shares: readonly number[]): readonly number[] =>
  shares.map((share) => 1 + shares.filter((other) => other > share).length);

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

export const permutationDocument = (
  found: PermutationImportance & { readonly scoring: Scoring },
  repeats: number,
  seed: number,
): PermutationDocument => ({
  ...{ scoring: found.scoring, baseline: found.baseline, repeats, seed },
  ...{ mean: [...found.mean], standardDeviation: [...found.standardDeviation] },
  importances: found.importances.map((each) => [...each]),
});

export function dependenceDocument(found: ColumnDependence, rows: number): DependenceDocument {
  const { column, output, classes, grid, average, individual, curveRows } = found;
  const curves = individual.map((each) => each.map((curve) => [...curve]));
  const [first = [], ...others] = average.map((each) => [...each]);
  return {
    ...{ column, output, grid },
    ...(classes === null ? {} : { classes }),
    average: others.length === 0 ? first : [first, ...others],
    individual: others.length === 0 ? (curves[0] ?? []) : curves,
    ...(curveRows.length < rows ? { individualRows: curveRows } : {}),
  };
}
