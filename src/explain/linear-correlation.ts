import { elementAt } from '../core/element-at.ts';
import { inverseCholesky, secondMoments } from '../statistics/linear-algebra.ts';
import { type ColumnShares, conditionalShares } from './conditional-weights.ts';

/** Pure. Linear models whose columns are correlated. */

/** A column whose variance is below has no correlations. */
const LEAST_VARIANCE = 1e-8;
/** Correlations nearer to being singular are moved away from it by as much as shap does. */
const LEAST_PIVOT = 1e-7;
const RIDGE = 1e-6;

/** Rows that correlations are read of: their columns' distances from the mean, `[rows, columns]`. */
export interface CentredRows {
  readonly rows: number;
  readonly columns: number;
  readonly cells: Float64Array;
}

/**
 * By batch and score, what a player's value takes of each column's distance from its mean: of `[scores, columns]` coefficients, where a column
 * that is not known has its mean given those that are (`LinearExplainer` of shap with correlation-dependent perturbation). Null
 * where the columns are too many.
 */
export function correlatedShares(
  centred: CentredRows,
  coefficients: Float64Array,
  source: Int32Array,
  players: number,
  seed: number,
): readonly (readonly ColumnShares[])[] | null {
  const { columns } = centred;
  const moments = secondMoments(centred.cells, centred.rows, columns);
  const scale = centred.rows / Math.max(1, centred.rows - 1);
  const deviation = Float64Array.from({ length: columns }, (_, k) =>
    Math.sqrt(scale * moments[k * columns + k]!),
  );
  const varied = [...deviation.keys()].filter((k) => deviation[k]! ** 2 > LEAST_VARIANCE);
  const n = varied.length;
  const correlations = new Float64Array(n * n);
  for (const [i, row] of varied.entries())
    for (const [j, column] of varied.entries())
      correlations[i * n + j] =
        i === j ? 1 : (scale * moments[row * columns + column]!) / (deviation[row]! * deviation[column]!);
  const root = inverseCholesky(correlations, n);
  if (varied.some((_, k) => root[k * n + k]! ** -2 < LEAST_PIVOT))
    for (let k = 0; k < n; k++) correlations[k * n + k]! += RIDGE;
  const active = [...new Set(varied.map((k) => source[k]!))];
  const owned = active.map((player) =>
    [...varied.keys()].filter((k) => source[elementAt(varied, k)] === player),
  );
  const batches: ColumnShares[][] = [];
  for (let score = 0; score * columns < coefficients.length; score++) {
    const own = coefficients.subarray(score * columns, (score + 1) * columns);
    const game = {
      coefficients: Float64Array.from(varied, (k) => own[k]! * deviation[k]!),
      ...{ correlations, columns: owned },
    };
    const found = conditionalShares(game, seed);
    if (found === null) return null;
    for (const [batch, shares] of found.entries()) {
      const whole = new Float64Array(players * columns);
      for (const [p, player] of active.entries())
        for (const [c, column] of varied.entries())
          whole[player * columns + column] = shares[p * n + c]! / deviation[column]!;
      // What never varies is known to be by itself.
      for (const [k, value] of own.entries())
        if (!varied.includes(k)) whole[source[k]! * columns + k] = value;
      const scores = batches[batch];
      if (scores === undefined) batches[batch] = [whole];
      else scores.push(whole);
    }
  }
  return batches;
}
