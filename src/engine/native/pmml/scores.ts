import { argmax } from './target.ts';

/** The mean of rows of scores, weighted where weights are given. */
export function averageScores(
  rows: readonly Float64Array[],
  scores: Float64Array,
  round: (x: number) => number,
  weights: readonly number[] | null = null,
): void {
  scores.fill(0);
  let sum = 0;
  for (const [i, row] of rows.entries()) {
    const weight = weights?.[i] ?? 1;
    sum = round(sum + weight);
    for (let k = 0; k < row.length; k++)
      scores[k] = round(scores[k]! + round(weight === 1 ? row[k]! : weight * row[k]!));
  }
  if (rows.length === 1 && weights === null) return;
  for (let k = 0; k < scores.length; k++) scores[k] = round(scores[k]! / sum);
}

/** Rows with the largest score of the class that has the largest score of all. */
export function maxScores(rows: readonly Float64Array[], count: number): readonly Float64Array[] {
  const own = rows.slice(0, count);
  const largest = Float64Array.from(own[0] ?? [], (_, k) => Math.max(...own.map((row) => row[k]!)));
  const winner = argmax(largest);
  return own.filter((row) => row[winner] === largest[winner]);
}

/** Rows nearest to the median score of the class whose median is the largest. */
export function contributors(rows: readonly Float64Array[], count: number): readonly Float64Array[] {
  const own = rows.slice(0, count);
  const medians = Float64Array.from(own[0] ?? [], (_, k) => medianOf(own.map((row) => row[k]!)));
  const winner = argmax(medians);
  const distances = own.map((row) => Math.abs(medians[winner]! - row[winner]!));
  const least = Math.min(...distances);
  return own.filter((_, i) => distances[i] === least);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
