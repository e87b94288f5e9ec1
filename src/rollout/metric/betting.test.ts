import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { addBet, bettingInterval, nextBet, startBetting } from './betting.ts';

test('the first bet is √(2·ln(1/α)/(¼·ln 2)), as published', () => {
  expect(nextBet(startBetting(0.05))).toBeCloseTo(Math.sqrt((2 * Math.log(20)) / (0.25 * Math.log(2))), 12);
});

test('under its own mean a bet multiplies the capital by 1 on average, whatever the past', () => {
  // Brute force over every sequence of eight coins with P(1) = 0.3: Σ P(path)·K(path) = 1 for both directions.
  const walk = (state: ReturnType<typeof startBetting>, depth: number): [above: number, below: number] => {
    if (depth === 0) return [Math.exp(state.above[0]!), Math.exp(state.below[0]!)];
    const [a1, b1] = walk(addBet(state, 1), depth - 1);
    const [a0, b0] = walk(addBet(state, 0), depth - 1);
    return [0.3 * a1 + 0.7 * a0, 0.3 * b1 + 0.7 * b0];
  };
  const [above, below] = walk(startBetting(0.05, [0.3]), 8);
  expect(above).toBeCloseTo(1, 12);
  expect(below).toBeCloseTo(1, 12);
});

test('the interval starts as all of [0, 1] and closes in on the mean', () => {
  const random = seededRandom(5);
  let state = startBetting(0.05, 200);
  expect(bettingInterval(state)).toEqual({ lower: 0, upper: 1 });
  for (let i = 0; i < 3000; i++) state = addBet(state, (random.next() + random.next()) / 2);
  const { lower, upper } = bettingInterval(state);
  expect(lower).toBeLessThan(0.5);
  expect(upper).toBeGreaterThan(0.5);
  expect(upper - lower).toBeLessThan(0.05);
});

test('values that are always 1 leave only means near 1', () => {
  let state = startBetting(0.05, 100);
  for (let i = 0; i < 500; i++) state = addBet(state, 1);
  const { lower, upper } = bettingInterval(state);
  expect(upper).toBe(1);
  expect(lower).toBeGreaterThan(0.95);
});

test('the true mean is ever refuted in at most 5 % of runs, for rare events and for coins alike', () => {
  for (const [p, seed] of [
    [0.02, 1],
    [0.5, 2],
  ] as const) {
    const random = seededRandom(seed);
    let refuted = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      let state = startBetting(0.05, [p]);
      for (let i = 0; i < 500; i++) state = addBet(state, random.next() < p ? 1 : 0);
      if (state.peak[0]! >= Math.log(20)) refuted++;
    }
    // Three standard errors above α.
    expect(refuted / runs).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  }
});
