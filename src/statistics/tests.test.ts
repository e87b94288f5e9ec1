/** Tests of two samples against the counting of all orders, and against exact arithmetic. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logBinomial, logHypergeometric } from './binomial.ts';
import { contingencyTest, fisherExact, goodnessOfFit } from './contingency.ts';
import { cramerVonMises } from './cramer-von-mises.ts';
import { kolmogorovSmirnov, rememberLast } from './kolmogorov-smirnov.ts';
import { mannWhitney } from './mann-whitney.ts';
import { energyDistance, kolmogorovSmirnovDistance, sorted, wasserstein } from './sample-distances.ts';

/** Ways to give each place of `total` to the first sample or the second, `size` of them to the first. */
function* splits(total: number, size: number): Generator<readonly [number[], number[]]> {
  for (let mask = 0; mask < 2 ** total; mask++) {
    const x = Array.from({ length: total }, (_, i) => i).filter((i) => (mask >> i) & 1);
    if (x.length !== size) continue;
    yield [x, Array.from({ length: total }, (_, i) => i).filter((i) => !((mask >> i) & 1))];
  }
}

/** The share of all orders whose statistic is at least as large. */
function shareOfOrders(
  m: number,
  n: number,
  statistic: (x: Float64Array, y: Float64Array) => number,
  observed: number,
): number {
  let [extreme, all] = [0, 0];
  for (const [x, y] of splits(m + n, m)) {
    all++;
    if (statistic(sorted(x), sorted(y)) >= observed - 1e-9) extreme++;
  }
  return extreme / all;
}

/** Sizes and a seed that gives an order without ties. */
const samples = fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 6 })).chain(([m, n]) =>
  fc
    .shuffledSubarray(
      Array.from({ length: m + n }, (_, i) => i),
      { minLength: m + n, maxLength: m + n },
    )
    .map((order) => [sorted(order.slice(0, m)), sorted(order.slice(m))] as const),
);

test('exact p-values are shares of all orders', () => {
  fc.assert(
    fc.property(samples, ([x, y]) => {
      const [m, n] = [x.length, y.length];
      const ks = kolmogorovSmirnov(x, y);
      expect(ks.p).toBeCloseTo(shareOfOrders(m, n, kolmogorovSmirnovDistance, ks.statistic), 12);
      const cvm = cramerVonMises(x, y);
      const t = (a: Float64Array, b: Float64Array): number => cramerVonMises(a, b).statistic;
      expect(cvm.p).toBeCloseTo(shareOfOrders(m, n, t, cvm.statistic), 12);
      const u = (a: Float64Array, b: Float64Array): number =>
        a.reduce((sum, value) => sum + b.filter((other) => other < value).length, 0);
      const less = mannWhitney(x, y, 'less');
      expect(less.statistic).toBe(u(x, y));
      const atMost = shareOfOrders(m, n, (a, b) => -u(a, b), -less.statistic);
      expect(less.p).toBeCloseTo(atMost, 12);
    }),
    { numRuns: 25 },
  );
});

test('distances are integrals between distribution functions, with ties', () => {
  const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const below = (sample: number[], at: number): number =>
        sample.filter((value) => value <= at).length / sample.length;
      const gaps = Array.from({ length: 13 }, (_, at) => Math.abs(below(a, at) - below(b, at)));
      const [x, y] = [sorted(a), sorted(b)];
      expect(kolmogorovSmirnovDistance(x, y)).toBeCloseTo(Math.max(...gaps), 12);
      expect(wasserstein(x, y)).toBeCloseTo(
        gaps.reduce((sum, gap) => sum + gap, 0),
        12,
      );
      expect(energyDistance(x, y) ** 2).toBeCloseTo(2 * gaps.reduce((sum, gap) => sum + gap * gap, 0), 12);
    }),
  );
});

/** n over k, exactly. */
function choose(n: number, k: number): bigint {
  let product = 1n;
  for (let i = 1; i <= k; i++) product = (product * BigInt(n - k + i)) / BigInt(i);
  return product;
}

test('binomial and hypergeometric probabilities, and Fisher, are those of exact arithmetic', () => {
  const count = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(count, count, count, count, (a, b, c, d) => {
      const [row, column, total] = [a + b, a + c, a + b + c + d];
      fc.pre(row > 0 && column > 0 && row < total && column < total);
      const ways = (k: number): bigint => choose(column, k) * choose(total - column, row - k);
      const probability = (k: number): number => Number(ways(k)) / Number(choose(total, row));
      expect(Math.exp(logHypergeometric(a, total, column, row)) / probability(a)).toBeCloseTo(1, 11);
      let p = 0;
      for (let k = Math.max(0, row + column - total); k <= Math.min(row, column); k++)
        if (ways(k) <= ways(a)) p += probability(k);
      expect(fisherExact(a, b, c, d)).toBeCloseTo(p, 10);
      const half = Number(choose(row, a)) / 2 ** row;
      expect(Math.exp(logBinomial(a, row, 0.5)) / half).toBeCloseTo(1, 11);
    }),
  );
});

test('counts that are as expected have p = 1, and what was never expected p = 0', () => {
  expect(goodnessOfFit([4, 6], [4, 6])).toEqual({ statistic: 0, p: 1 });
  expect(goodnessOfFit([4, 6, 1], [4, 7, 0]).p).toBe(0);
  expect(goodnessOfFit([4], [4]).p).toBeNaN();
  expect(contingencyTest([10, 20], [10, 20])).toEqual({ statistic: 0, p: 1, degrees: 1 });
  expect(contingencyTest([7], [9])).toEqual({ statistic: 0, p: 1, degrees: 0 });
});

test('a test is run once on the same values', () => {
  let runs = 0;
  const once = rememberLast((x, y) => {
    runs++;
    return kolmogorovSmirnov(x, y);
  });
  const [x, y] = [sorted([1, 2, 3]), sorted([2, 3, 4])];
  expect(once(sorted([3, 2, 1]), y)).toBe(once(x, sorted(y)));
  expect(runs).toBe(1);
  expect(once(y, x)).toEqual(kolmogorovSmirnov(y, x));
  expect(once(sorted([1, 2, 3, 3]), y).p).toBe(kolmogorovSmirnov(sorted([1, 2, 3, 3]), y).p);
  expect(runs).toBe(3);
});
