import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { type AssignedOutcome, topTwoWeights, weightedMoments } from './bandit.ts';
import { armMean } from './moments.ts';

const sum = (weights: readonly number[]): number => weights.reduce((total, weight) => total + weight, 0);

test('arms of which nothing is known get equal weights', () => {
  const arms = [0, 1, 2].map(() => ({ mean: 0, deviation: 1 }));
  for (const weight of topTwoWeights(arms, seededRandom(1)))
    expect(Math.abs(weight - 1 / 3)).toBeLessThan(0.02);
});

test('a clear winner gets half, the runner-up nearly the rest, and no arm less than the floor', () => {
  const arms = [
    { mean: 1, deviation: 0.01 },
    { mean: 0.5, deviation: 0.01 },
    { mean: -9, deviation: 0.01 },
  ];
  const weights = topTwoWeights(arms, seededRandom(2));
  expect(sum(weights)).toBeCloseTo(1, 12);
  expect(weights[0]).toBeGreaterThan(0.45);
  expect(Math.min(...weights)).toBeGreaterThanOrEqual(0.01);
});

test('weights of two arms are as by the definition of top-two sampling', () => {
  // With two arms the second draw always goes to the other one: each gets half, whatever is believed.
  const arms = [
    { mean: 0.2, deviation: 0.1 },
    { mean: 0, deviation: 0.1 },
  ];
  for (const weight of topTwoWeights(arms, seededRandom(3))) expect(weight).toBeCloseTo(0.5, 9);
});

test('three arms have the weights of drawing twice and taking the first other leader', () => {
  const arms = [
    { mean: 0.1, deviation: 0.1 },
    { mean: 0, deviation: 0.1 },
    { mean: -0.1, deviation: 0.1 },
  ];
  const random = seededRandom(4);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const leader = (): number => {
    const values = arms.map(({ mean, deviation }) => mean + deviation * normal());
    return values.indexOf(Math.max(...values));
  };
  const counts = [0, 0, 0];
  const draws = 40_000;
  for (let i = 0; i < draws; i++) {
    const first = leader();
    let chosen = first;
    if (random.next() >= 0.5) while (chosen === first) chosen = leader();
    counts[chosen]!++;
  }
  topTwoWeights(arms, seededRandom(5), { floor: 0, draws: 40_000 }).forEach((weight, i) =>
    expect(Math.abs(weight - counts[i]! / draws)).toBeLessThan(0.02),
  );
});

test('weighting by propensity undoes weights that changed with the base rate', () => {
  // The weight of arm 0 rises while everything gets better: its plain mean flatters it, the weighted one does not.
  const random = seededRandom(6);
  const units: AssignedOutcome[] = [];
  for (let i = 0; i < 40_000; i++) {
    const isLate = i >= 20_000;
    const weight = isLate ? 0.9 : 0.1;
    const arm = random.next() < weight ? 0 : 1;
    const value = Number(random.next() < (isLate ? 0.6 : 0.2));
    units.push({ arm, propensity: arm === 0 ? weight : 1 - weight, value });
  }
  for (const arm of [0, 1]) {
    const { mean, variance, n } = armMean(weightedMoments(units, arm));
    expect(Math.abs(mean - 0.4)).toBeLessThan(4 * Math.sqrt(variance / n));
  }
  const plain = units.filter(({ arm }) => arm === 0);
  expect(plain.reduce((total, { value }) => total + value, 0) / plain.length).toBeGreaterThan(0.5);
});
