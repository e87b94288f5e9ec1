/** The columns that matter most to an answer. Pure. */
import type { Attributions, Explainer } from '../../explain/explanation.ts';

/** What one column adds to an answer: a number, or one for each class. */
export interface NamedAttribution {
  readonly feature: string;
  readonly value: number | readonly number[];
  /** Of the value; absent where nothing was left to chance. */
  readonly standardError?: number | readonly number[];
}

/** One row: what its first columns add, and all others together. */
export interface TopAttributions {
  readonly columns: readonly NamedAttribution[];
  readonly rest: number | readonly number[];
}

/** Of each row the `count` columns whose attributions are largest, of whatever sign and class; ties in the order of the columns. */
export function topAttributions(
  { features, baseValues }: Pick<Explainer<never>, 'features' | 'baseValues'>,
  { values, standardErrors }: Attributions,
  count: number,
): readonly TopAttributions[] {
  const scores = baseValues.length;
  const columns = features.length;
  const rows = columns === 0 ? 0 : values.length / (scores * columns);
  return Array.from({ length: rows }, (_, row) => {
    const cells = (all: Float64Array, column: number): number[] =>
      Array.from({ length: scores }, (__, score) => all[(row * scores + score) * columns + column]!);
    const of = (column: number): number[] => cells(values, column);
    const sizes = features.map((__, column) => Math.max(...of(column).map(Math.abs)));
    const order = features.map((__, column) => column).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
    const rest = new Array<number>(scores).fill(0);
    for (const column of order.slice(count))
      for (const [score, value] of of(column).entries()) rest[score]! += value;
    return {
      columns: order.slice(0, count).map((column) => ({
        feature: features[column]!,
        value: oneOrAll(of(column)),
        ...(standardErrors && { standardError: oneOrAll(cells(standardErrors, column)) }),
      })),
      rest: oneOrAll(rest),
    };
  });
}

const oneOrAll = (values: readonly number[]): number | readonly number[] =>
  values.length === 1 ? values[0]! : values;
