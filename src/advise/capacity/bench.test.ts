import { expect, test } from 'vitest';
import { A_COST } from '../cost/testing/a-cost.ts';
import { predictSweep } from './bench.ts';
import { usualPlace } from './place.ts';

test('a sweep is predicted at half and at nine tenths of its knee', () => {
  const { saturation, atHalf, atNineTenths } = predictSweep(A_COST, usualPlace(2), 10);
  expect(saturation.rate).toBeCloseTo(1e6 / 160, 6);
  expect(atHalf.utilisation).toBeCloseTo(0.5, 9);
  expect(atNineTenths.utilisation).toBeCloseTo(0.9, 9);
  expect(atNineTenths.millis!.p99).toBeGreaterThan(2 * atHalf.millis!.p99);
});
