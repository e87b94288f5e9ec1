import { elementAt } from '../core/element-at.ts';
import { randomIndex, seededRandom } from '../core/random.ts';
import { totalVariation } from '../statistics/divergences.ts';

/** Times that rows are dealt anew, and additions that this may take in all. */
const DEALS = 999;
const LEAST_DEALS = 99;
const MOST_ADDITIONS = 2 ** 31;

/** Sizes of the attributions of rows, `[rows, columns]`. */
export interface AttributionSizes {
  readonly rows: number;
  readonly sizes: Float64Array;
}

/** How far what moves the answers of some rows is from what moved those of others. */
export interface AttributionShift {
  /** Of the sum of all mean sizes, what each column has: now, and then. */
  readonly shares: readonly number[];
  readonly referenceShares: readonly number[];
  /** Half the sum of the differences of shares: 0 where they are equal, 1 where no column moves both. */
  readonly distance: number;
  /** How often rows that are dealt at random are as far apart or further. */
  readonly p: number;
  /** The same of each column's mean size, such that one of all columns is below it by chance as often as it says. */
  readonly columnP: readonly number[];
  /** How well the order of columns now agrees with their sizes then: 1 where it is the same order. */
  readonly ndcg: number;
  readonly deals: number;
}

/**
 * Compares the sizes of attributions of two sets of rows. Chance is what dealing all rows anew into two sets of these sizes gives, p with
 * the observed deal counted (Phipson and Smyth, 2010); of columns by the greatest of all standardised differences (Westfall and Young,
 * Resampling-Based Multiple Testing, 1993, maxT). Rows count as independent. The order of columns is judged as SageMaker Model Monitor
 * does: normalised discounted cumulative gain of the sizes then. Pure.
 */
export function attributionShift(
  now: AttributionSizes,
  then: AttributionSizes,
  columns: number,
  seed: number,
): AttributionShift {
  const all = now.rows + then.rows;
  const afford = Math.floor(MOST_ADDITIONS / Math.max(1, all * columns));
  const deals = Math.min(DEALS, Math.max(LEAST_DEALS, afford));
  const pooled = new Float64Array(all * columns);
  pooled.set(now.sizes);
  pooled.set(then.sizes, now.rows * columns);
  const places = Uint32Array.from({ length: all }, (_, row) => row);
  const totals = sumsOf(pooled, places, columns);
  const compared = (dealt: Uint32Array) => {
    const sums = sumsOf(pooled, dealt, columns);
    const means = Array.from(sums, (sum) => sum / now.rows);
    const others = Array.from(totals, (total, k) => (total - elementAt(sums, k)) / then.rows);
    const [shares, otherShares] = [sharesOf(means), sharesOf(others)];
    const differences = means.map((mean, k) => mean - elementAt(others, k));
    return { means, others, shares, otherShares, differences, distance: totalVariation(shares, otherShares) };
  };
  const observed = compared(places.subarray(0, now.rows));
  const random = seededRandom(seed);
  const dealt = Array.from({ length: deals }, () => {
    for (let k = 0; k < now.rows; k++) {
      const other = k + randomIndex(random, all - k);
      const swapped = elementAt(places, k);
      places[k] = elementAt(places, other);
      places[other] = swapped;
    }
    const { differences, distance } = compared(places.subarray(0, now.rows));
    return { differences, distance };
  });
  const spreads = observed.differences.map((_, k) =>
    Math.sqrt(dealt.reduce((sum, { differences }) => sum + elementAt(differences, k) ** 2, 0) / deals),
  );
  const standardised = (differences: readonly number[]): readonly number[] =>
    differences.map((difference, k) => {
      const spread = elementAt(spreads, k);
      return spread > 0 ? Math.abs(difference) / spread : 0;
    });
  const greatest = dealt.map(({ differences }) => Math.max(0, ...standardised(differences)));
  const chance = (values: readonly number[], value: number): number =>
    (1 + values.filter((other) => other >= value * (1 - ROUNDING)).length) / (deals + 1);
  return {
    ...{ shares: observed.shares, referenceShares: observed.otherShares, distance: observed.distance, deals },
    p: chance(
      dealt.map(({ distance }) => distance),
      observed.distance,
    ),
    columnP: standardised(observed.differences).map((size) => chance(greatest, size)),
    ndcg: rankAgreement(observed.means, observed.others),
  };
}

/** Sums that differ by less are the same in another order. */
const ROUNDING = 1e-12;

function sumsOf(pooled: Float64Array, rows: Uint32Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let k = 0; k < rows.length; k++) {
    const from = rows[k]! * columns;
    for (let column = 0; column < columns; column++) sums[column]! += pooled[from + column]!;
  }
  return sums;
}

/** All alike where nothing moves anything. */
function sharesOf(sizes: readonly number[]): readonly number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => (total > 0 ? size / total : 1 / sizes.length));
}

function rankAgreement(now: readonly number[], then: readonly number[]): number {
  const gain = (by: readonly number[]): number =>
    by
      .map((size, column) => ({ size, column }))
      .toSorted((a, b) => b.size - a.size)
      .reduce((sum, { column }, place) => sum + elementAt(then, column) / Math.log2(place + 2), 0);
  const best = gain(then);
  return best > 0 ? gain(now) / best : 1;
}
