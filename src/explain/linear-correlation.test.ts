import { describe, expect, test } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { correlatedShares } from './linear-correlation.ts';

/** Rows of pairs of columns: the two of a pair are correlated, pairs are not. */
function pairedRows(pairs: number) {
  const random = seededRandom(4);
  const columns = 2 * pairs;
  // Rows and their mirror images in every pair, so that the correlations between pairs are 0 to the last digit.
  const correlation = (pair: number): number => 0.9 * Math.cos(pair);
  const rows = 4 * pairs;
  const cells = new Float64Array(rows * columns);
  for (let pair = 0; pair < pairs; pair++) {
    const rest = Math.sqrt(1 - correlation(pair) ** 2);
    for (const [k, [a, b]] of [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ].entries()) {
      const at = (4 * pair + k) * columns + 2 * pair;
      cells[at] = a!;
      cells[at + 1] = 3 * (correlation(pair) * a! + rest * b!);
    }
  }
  const coefficients = Float64Array.from({ length: columns }, () => random.next() - 0.5);
  return { centred: { rows, columns, cells }, coefficients, correlation };
}

/** By the definition: half of what a column adds alone, and half of what it adds to the other one. */
function wantedShares(own: number, other: number, slope: number, back: number): readonly [number, number] {
  return [own + (other * slope) / 2, -(own * back) / 2];
}

describe('the values of correlated columns', () => {
  test.each([1, 4, 10])('of %i pairs credit each with half of what it says of the other', (pairs) => {
    const { centred, coefficients, correlation } = pairedRows(pairs);
    const { columns } = centred;
    const source = Int32Array.from({ length: columns }, (_, k) => k);
    const batches = correlatedShares(centred, coefficients, source, columns, 0);
    // 20 columns are beyond all coalitions.
    expect(batches?.length).toBe(pairs === 10 ? 10 : 1);
    for (let k = 0; k < columns; k++) {
      const other = k ^ 1;
      const scale = k % 2 === 0 ? 3 : 1 / 3;
      const rho = correlation(k >> 1);
      const wanted = wantedShares(coefficients[k]!, coefficients[other]!, rho * scale, rho / scale);
      const mean = (column: number): number =>
        batches!.reduce((sum, [shares]) => sum + shares![k * columns + column]! / batches!.length, 0);
      // An order and its reverse have both ways of a pair.
      expect(mean(k)).toBeCloseTo(wanted[0], 10);
      expect(mean(other)).toBeCloseTo(wanted[1], 10);
    }
  });

  test('that say the same share it, and one that never varies has its own', () => {
    const cells = Float64Array.from([1, 1, 0, -1, -1, 0, 2, 2, 0, -2, -2, 0]);
    const batches = correlatedShares(
      { rows: 4, columns: 3, cells },
      Float64Array.of(2, 0, 5),
      Int32Array.of(0, 1, 2),
      3,
      0,
    );
    const shares = batches?.[0]?.[0];
    const row = (player: number) => [...shares!.subarray(3 * player, 3 * player + 3)];
    expect(row(0)[0]! + row(0)[1]!).toBeCloseTo(1, 4);
    expect(row(1)[0]! + row(1)[1]!).toBeCloseTo(1, 4);
    expect(row(2)).toEqual([0, 0, 5]);
  });
});
