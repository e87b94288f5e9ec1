/** NannyML's methods for categorical columns; categories that the reference has not are one more bin. Pure. */
import { contingencyTest } from '../../../statistics/contingency.ts';
import { lInfinityDistance } from '../../../statistics/divergences.ts';
import type { TestResult } from '../../../statistics/kolmogorov-smirnov.ts';
import {
  type CategoryValue,
  type ContingencyTable,
  contingencyTable,
  countCategories,
} from '../sample-column.ts';
import type { FittedMethod } from './numbers.ts';

type Values = readonly (string | null)[];

export function fitCategoryShares(
  reference: Values,
  distance: (p: readonly number[], q: readonly number[]) => number,
): FittedMethod<Values> {
  const known = countCategories(reference);
  return onTable(known, ({ reference: counts, current }) => {
    const [m, n] = [total(counts), total(current)];
    const expected = counts.slice(0, known.size).map((count) => count / m);
    const shares = current.slice(0, known.size).map((count) => count / n);
    const unseen = total(current.slice(known.size));
    return unseen > 0 ? distance([...expected, 0], [...shares, unseen / n]) : distance(expected, shares);
  });
}

/** The greatest difference of a share, over all categories of both. */
export function fitLInfinity(reference: Values): FittedMethod<Values> {
  return onTable(countCategories(reference), ({ reference: counts, current }) => {
    const [m, n] = [total(counts), total(current)];
    return lInfinityDistance(
      counts.map((count) => count / m),
      current.map((count) => count / n),
    );
  });
}

/** The contingency test, statistic and p; null where the chunk has no value. */
export function chiSquare(reference: Values, chunk: Values): TestResult | null {
  const table = contingencyTable(countCategories(reference), countCategories(chunk));
  if (total(table.current) === 0) return null;
  return contingencyTest(table.reference, table.current);
}

const onTable =
  (
    known: ReadonlyMap<CategoryValue, number>,
    distance: (table: ContingencyTable) => number,
  ): FittedMethod<Values> =>
  (chunk) => {
    const seen = countCategories(chunk);
    return seen.size === 0 ? Number.NaN : distance(contingencyTable(known, seen));
  };

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
