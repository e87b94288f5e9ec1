import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { binomial } from '../simulate/draw.ts';
import { addAssignments, logDirichletMultinomial, logMultinomial, NO_MISMATCH } from './srm.ts';

describe('the test of the split', () => {
  // Published: optimizely/ssrm, ssrm_test_test.py. Shares (.4, .4, .2), prior (1, 1, 1).
  const rows = [
    [20, 17, 9],
    [18, 21, 8],
    [4, 6, 4],
    [18, 19, 11],
  ];
  const shares = [0.4, 0.4, 0.2];

  test('has the published likelihoods', () => {
    let alpha = [1, 1, 1];
    let m1 = 0;
    let m0 = 0;
    const path = rows.map((row) => {
      m1 += logDirichletMultinomial(row, alpha);
      m0 += logMultinomial(row, shares);
      alpha = alpha.map((a, i) => a + row[i]!);
      return [m1, m0];
    });
    const published = [
      [-7.0282014, -4.0776406],
      [-11.9478477, -8.2659469],
      [-15.471402, -11.6107435],
      [-19.9648452, -15.7810312],
    ];
    path.forEach((logs, i) => logs.forEach((log, j) => expect(log).toBeCloseTo(published[i]![j]!, 6)));
  });

  test('has the published p of 500 to 600 at concentration 10,000', () => {
    const { maxLog } = addAssignments(NO_MISMATCH, [500, 600], [0.5, 0.5], 10_000);
    expect(Math.exp(-maxLog)).toBeCloseTo(0.671, 3);
  });

  const alarmsAfter = (actual: number, seed: number, limit: number): number | null => {
    const random = seededRandom(seed);
    let state = NO_MISMATCH;
    for (let units = 100; units <= limit; units += 100) {
      const candidate = binomial(100, actual, random);
      state = addAssignments(state, [candidate, 100 - candidate], [0.05, 0.95], 1000);
      if (state.maxLog >= Math.log(1000)) return units;
    }
    return null;
  };

  test('keeps still where units are split as they should be', () => {
    const alarms = Array.from({ length: 300 }, (_, seed) => alarmsAfter(0.05, seed, 5000));
    expect(alarms.filter((alarm) => alarm !== null).length).toBeLessThanOrEqual(2);
  });

  test('finds a tenth in place of a twentieth within a thousand units in half of the runs', () => {
    const alarms = Array.from({ length: 200 }, (_, seed) => alarmsAfter(0.1, seed, 5000)!).sort(
      (a, b) => a - b,
    );
    expect(alarms[100]).toBeLessThanOrEqual(1000);
  });

  test('takes a change of weight for what it is', () => {
    let state = addAssignments(NO_MISMATCH, [50, 950], [0.05, 0.95], 1000);
    for (let i = 0; i < 20; i++) state = addAssignments(state, [500, 500], [0.5, 0.5], 1000);
    expect(state.maxLog).toBeLessThan(1);
  });
});
