import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { type CohortMetric, measureDecay } from './accuracy-decay.ts';

const DAY = 86_400_000;
const OPTIONS = { better: 'higher', minimumLoss: 0.02, cohorts: 90 } as const;
const REFERENCE = { value: 0.9, error: 0.004, spread: 0.008 };

/** Cohorts of 500 answers a day whose chance of being right is `level` and varies between days as the reference does. */
function draw(days: number, level: (day: number) => number, random: { next(): number }): CohortMetric[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Array.from({ length: days }, (_, day) => {
    const p = Math.min(1, level(day) + REFERENCE.spread * normal());
    let right = 0;
    for (let i = 0; i < 500; i++) right += random.next() < p ? 1 : 0;
    const value = right / 500;
    return { from: day * DAY, value, error: Math.sqrt((value * (1 - value)) / 500), rows: 500 };
  });
}

/** First day after which decay is found, looking after each. */
const firstAlarm = (cohorts: readonly CohortMetric[]): number | null => {
  for (let day = 1; day <= cohorts.length; day++)
    if (measureDecay(cohorts.slice(0, day), REFERENCE, OPTIONS)?.standing === 'beyond') return day;
  return null;
};

describe('decay of accuracy', () => {
  it('is hardly ever found where there is none, whoever looks each day', () => {
    const random = seededRandom(7);
    const alarms = Array.from({ length: 120 }, () => firstAlarm(draw(90, () => 0.9, random)));
    expect(alarms.filter((day) => day !== null).length).toBeLessThanOrEqual(4);
  });

  it('is not found where the loss is less than matters, however long it lasts', () => {
    const random = seededRandom(8);
    const alarms = Array.from({ length: 40 }, () => firstAlarm(draw(90, () => 0.89, random)));
    expect(alarms.filter((day) => day !== null).length).toBeLessThanOrEqual(4);
  });

  it('is found within days where seven points are lost, and says since when', () => {
    const random = seededRandom(9);
    const delays = Array.from({ length: 40 }, () => {
      const cohorts = draw(60, (day) => (day < 40 ? 0.9 : 0.83), random);
      return firstAlarm(cohorts)! - 40;
    });
    expect(delays.every((days) => days >= 1 && days <= 6)).toBe(true);
    const found = measureDecay(
      draw(46, (day) => (day < 40 ? 0.9 : 0.83), random),
      REFERENCE,
      OPTIONS,
    )!;
    expect(found.from / DAY).toBeGreaterThanOrEqual(37);
    expect(found.effect.low).toBeLessThan(0.07);
    expect(found.effect.high).toBeGreaterThan(0.07);
  });

  it('is over some days after accuracy is back', () => {
    const random = seededRandom(10);
    const cohorts = draw(75, (day) => (day < 40 || day >= 55 ? 0.9 : 0.8), random);
    expect(measureDecay(cohorts.slice(0, 55), REFERENCE, OPTIONS)!.standing).toBe('beyond');
    expect(measureDecay(cohorts, REFERENCE, OPTIONS)!.standing).toBe('below');
  });

  it('turns the sign for errors, and takes a bias by its size', () => {
    const cohort = { from: 0, value: 3, error: 0.01, rows: 1000 };
    const reference = { value: 2, error: 0.01, spread: 0 };
    expect(measureDecay([cohort], reference, { ...OPTIONS, better: 'lower' })!.standing).toBe('beyond');
    expect(measureDecay([cohort], reference, OPTIONS)!.standing).toBe('below');
    const negative = { ...cohort, value: -3 };
    expect(measureDecay([negative], reference, { ...OPTIONS, better: 'zero' })!.effect.value).toBeCloseTo(
      1,
      9,
    );
    expect(measureDecay([], reference, OPTIONS)).toBeNull();
  });
});
