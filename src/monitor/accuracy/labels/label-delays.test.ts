import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/random.ts';
import {
  ageAtShare,
  arrivalProbability,
  DELAY_GRID,
  type DelayCount,
  delayClass,
  estimateDelays,
} from './label-delays.ts';
import { arrivalWeight, estimateMaturity, expectedShare, isMature } from './label-maturity.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Answers spread evenly over `days`, whose labels take an exponential time; those that have come by the end. */
function arrivals(days: number, mean: number, n: number, seed: number, label = '1') {
  const random = seededRandom(seed);
  const counts = new Map<string, DelayCount & { label: string }>();
  for (let i = 0; i < n; i++) {
    const age = random.next() * days * DAY;
    const delay = -Math.log(1 - random.next()) * mean;
    if (delay > age) continue;
    const key = `${delayClass(delay)} ${delayClass(age)}`;
    const count = counts.get(key) ?? { delay: delayClass(delay), age: delayClass(age), labels: 0, label };
    counts.set(key, { ...count, labels: count.labels + 1 });
  }
  return [...counts.values()];
}

describe('delays of labels', () => {
  it('are learnt from those that have come, though long ones are seen too seldom', () => {
    const counts = arrivals(20, 3 * DAY, 40_000, 1);
    const delays = estimateDelays(counts);
    for (const age of [DAY, 2 * DAY, 3 * DAY, 6 * DAY, 10 * DAY])
      expect(arrivalProbability(delays, age), `${age / DAY} days`).toBeCloseTo(
        1 - Math.exp(-age / (3 * DAY)),
        1,
      );
    // What is seen without the correction: of those that came, too many were quick.
    const quick = counts
      .filter(({ delay }) => delay <= delayClass(3 * DAY))
      .reduce((n, c) => n + c.labels, 0);
    const all = counts.reduce((n, c) => n + c.labels, 0);
    expect(quick / all).toBeGreaterThan(delays.arrived[delayClass(3 * DAY)]! + 0.03);
  });

  it('say nothing of maturity before twice the time that labels take was watched', () => {
    expect(ageAtShare(estimateDelays(arrivals(4, 3 * DAY, 5000, 2)), 0.95)).toBeNull();
    const age = ageAtShare(estimateDelays(arrivals(60, 3 * DAY, 20_000, 3)), 0.95)!;
    // 95 % have come after 3 · ln 20 = 9 days; classes are half a doubling wide.
    expect(age / DAY).toBeGreaterThan(8);
    expect(age / DAY).toBeLessThan(13);
    expect(ageAtShare(estimateDelays([]), 0.95)).toBeNull();
  });

  it('is certain, and never before the answer', () => {
    const delays = estimateDelays(arrivals(20, 2 * HOUR, 3000, 4));
    expect(arrivalProbability(delays, 0)).toBe(0);
    expect(arrivalProbability(delays, -DAY)).toBe(0);
    expect(arrivalProbability(delays, 1000 * DAY)).toBe(1);
    for (let k = 1; k < DELAY_GRID.length; k++)
      expect(delays.arrived[k]).toBeGreaterThanOrEqual(delays.arrived[k - 1]!);
  });
});

describe('maturity of cohorts', () => {
  it('comes with age; people may say when', () => {
    const maturity = estimateMaturity(arrivals(60, DAY, 20_000, 5), null);
    const now = 100 * DAY;
    expect(isMature(maturity, now - DAY, now, now)).toBe(false);
    expect(isMature(maturity, now - 10 * DAY, now - 9 * DAY, now)).toBe(true);
    expect(expectedShare(maturity, now - DAY, now, now)).toBeCloseTo(1 - (1 - Math.exp(-1)), 1);
    const given = estimateMaturity([], 2 * DAY);
    expect(isMature(given, now - 2 * DAY, now - DAY, now)).toBe(false);
    expect(isMature(given, now - 3 * DAY, now - 2 * DAY, now)).toBe(true);
    expect(isMature(estimateMaturity([], null), 0, DAY, now)).toBeNull();
  });

  it('weighs labels of a kind that takes longer by more, so that a young cohort is not biased', () => {
    const counts = [...arrivals(60, HOUR, 20_000, 6, 'no'), ...arrivals(60, 5 * DAY, 20_000, 7, 'yes')];
    const maturity = estimateMaturity(counts, null);
    // Half are yes. After two days all of `no`, and a third of `yes` have come.
    const random = seededRandom(8);
    let [yes, all, plain, rows] = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) {
      const label = random.next() < 0.5 ? 'yes' : 'no';
      const delay = -Math.log(1 - random.next()) * (label === 'yes' ? 5 * DAY : HOUR);
      if (delay > 2 * DAY) continue;
      const weight = arrivalWeight(maturity, label, 2 * DAY);
      all += weight;
      rows++;
      if (label === 'yes') [yes, plain] = [yes + weight, plain + 1];
    }
    expect(plain / rows).toBeLessThan(0.27);
    expect(yes / all).toBeCloseTo(0.5, 1);
  });
});
