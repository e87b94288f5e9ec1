/**
 * What moves the answers of a version, as something that can be counted: of each row one column is drawn, each with the chance of its
 * share of the row's attributions, |φ_j| over the sum of all. The share of rows that draw a column is then its mean share, and counts of
 * independent rows are multinomial, as those of a category are: the same evidence and budgets hold. Pure.
 */
import { murmur3 } from '../../bytes/murmur3.ts';
import type { Attributions, Explainer } from '../../explain/explanation.ts';
import type { DriftFinding } from './drift-finding.ts';

/** Name of what is watched, among the answers. */
export const ATTRIBUTIONS = 'attributions';

const SEED = 0x51a9;

export const isOfAttributions = ({ feature, side }: Pick<DriftFinding, 'feature' | 'side'>): boolean =>
  side === 'output' && feature === ATTRIBUTIONS;

/**
 * The column that each row draws; null where no column adds anything. `ids` name the rows: the same row draws the same column, whatever is
 * in it, wherever it is looked at.
 */
export function drawnColumns(
  { features, baseValues }: Pick<Explainer<never>, 'features' | 'baseValues'>,
  { values }: Pick<Attributions, 'values'>,
  ids: readonly string[],
): (string | null)[] {
  const columns = features.length;
  const scores = baseValues.length;
  const sizes = new Float64Array(columns);
  return ids.map((id, row) => {
    let total = 0;
    for (let column = 0; column < columns; column++) {
      let size = 0;
      for (let score = 0; score < scores; score++)
        size += Math.abs(values[(row * scores + score) * columns + column]!);
      sizes[column] = size;
      total += size;
    }
    if (!(total > 0)) return null;
    let left = ((murmur3(id, SEED) + 0.5) / 2 ** 32) * total;
    for (let column = 0; column < columns - 1; column++) {
      left -= sizes[column]!;
      if (left < 0) return features[column]!;
    }
    return features[columns - 1] ?? null;
  });
}
