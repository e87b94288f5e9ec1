import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { absoluteLift, addValue, armMean, NO_MOMENTS } from './moments.ts';
import { isBurnedIn, sequentialInterval } from './sequential.ts';

test.each([
  ['revenue: nothing, or an exponential amount', (u: number, v: number) => (u < 0.3 ? -Math.log(1 - v) : 0)],
  ['conversion', (u: number) => Number(u < 0.05)],
])('at every look of 2,000 A/A runs the interval covers 0 in 95 %% of runs or more: %s', (name, value) => {
  const random = seededRandom(2026);
  let covered = 0;
  for (let run = 0; run < 2000; run++) {
    let [candidate, stable] = [NO_MOMENTS, NO_MOMENTS];
    let isCovered = true;
    for (let i = 1; i <= 10_000; i++) {
      candidate = addValue(candidate, value(random.next(), random.next()));
      stable = addValue(stable, value(random.next(), random.next()));
      if (i % 100 !== 0) continue;
      const arms = [armMean(candidate), armMean(stable)] as const;
      if (!isBurnedIn(arms)) continue;
      const { lower, upper } = sequentialInterval(absoluteLift(...arms));
      isCovered &&= lower <= 0 && 0 <= upper;
    }
    if (isCovered) covered++;
  }
  console.log(`${name}: ${covered} of 2000`);
  expect(covered).toBeGreaterThanOrEqual(1900);
});
