import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DirichletMultinomial,
  type DriftAlternatives,
  dirichletMultinomial,
  logEvidence,
  logPredictive,
} from './dirichlet-multinomial.ts';
import { orderedAlternatives, shareAlternatives, unorderedAlternatives } from './drift-alternatives.ts';

/** All ways in which `n` rows fall into `bins` bins. */
function ways(n: number, bins: number): number[][] {
  if (bins === 1) return [[n]];
  return Array.from({ length: n + 1 }, (_, first) =>
    ways(n - first, bins - 1).map((rest) => [first, ...rest]),
  ).flat();
}

const logFactorial = (n: number): number => (n < 2 ? 0 : Math.log(n) + logFactorial(n - 1));

/** Logarithm of the number of orders of rows with these counts. */
const logOrders = (counts: readonly number[]): number =>
  logFactorial(counts.reduce((a, b) => a + b)) - counts.reduce((sum, c) => sum + logFactorial(c), 0);

const expectation = (
  multinomial: DirichletMultinomial,
  n: number,
  value: (counts: Float64Array) => number,
): number =>
  ways(n, multinomial.alpha.length).reduce((sum, counts) => {
    const array = Float64Array.from(counts);
    return sum + Math.exp(logOrders(counts) + logPredictive(array, n, multinomial)) * value(array);
  }, 0);

const CASES: readonly (readonly [
  string,
  DirichletMultinomial,
  (multinomial: DirichletMultinomial) => DriftAlternatives,
])[] = [
  ['numbers', dirichletMultinomial(Float64Array.of(1, 12, 30, 7, 0.5)), orderedAlternatives],
  ['categories', dirichletMultinomial(Float64Array.of(40, 3, 0.5)), unorderedAlternatives],
  ['a share', dirichletMultinomial(Float64Array.of(0.5, 100.5)), shareAlternatives],
];

test.each(CASES)(
  'of %s, the predictive is a distribution, and the evidence expects exactly 1 under it',
  (_, multinomial, made) => {
    for (const n of [1, 2, 7]) {
      expect(expectation(multinomial, n, () => 1)).toBeCloseTo(1, 10);
      const alternatives = made(multinomial);
      expect(
        expectation(multinomial, n, (counts) => Math.exp(logEvidence(counts, multinomial, alternatives))),
      ).toBeCloseTo(1, 9);
    }
  },
);

test.each(CASES)(
  'of %s, evidence that is enough is never taken for too little without looking',
  (_, multinomial, made) => {
    const alternatives = made(multinomial);
    const count = fc.integer({ min: 0, max: 3000 });
    fc.assert(
      fc.property(
        fc.array(count, { minLength: multinomial.alpha.length, maxLength: multinomial.alpha.length }),
        (list) => {
          const counts = Float64Array.from(list);
          fc.pre(list.some((c) => c > 0));
          const log = logEvidence(counts, multinomial, alternatives);
          expect(logEvidence(counts, multinomial, alternatives, log - 1e-9)).toBeCloseTo(log, 9);
        },
      ),
    );
  },
);
