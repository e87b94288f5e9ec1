/** Evidence of units that fail again and again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { logGamma } from '../../statistics/gamma.ts';
import { DEFAULT_POLICY, parsePolicy } from '../policy/policy.ts';
import { type ArmCounts, NO_ARM_COUNTS, type RecordedWindow } from '../recorded-window.ts';
import {
  addEvidence,
  harmfulGuard,
  NO_ROLLOUT_EVIDENCE,
  noHarmLog,
  type RolloutEvidence,
} from './evidence.ts';

const POLICY = parsePolicy({ guards: { latency: false, outputs: false } });

const armOf = (units: number, failures: number, lasting: readonly [number, number]): ArmCounts => ({
  ...NO_ARM_COUNTS,
  units,
  failures,
  distinct: {
    ...{ stage: 0, units: 0, copied: 0, failures, over: new Map() },
    lasting: { units: lasting[0], failures: lasting[1] },
  },
});

const windowOf = (changes: Partial<RecordedWindow>): RecordedWindow => ({
  ...{ rollout: 'r', window: 0, start: null, weight: null, stage: null },
  ...{ candidate: NO_ARM_COUNTS, stable: NO_ARM_COUNTS, pairs: 0, paired: new Map(), copies: null },
  ...changes,
});

const again = (candidateOnly: number, stableOnly: number): RecordedWindow =>
  windowOf({ pairs: 1000, paired: new Map([['lasting', { candidateOnly, stableOnly, both: 0 }]]) });

const seen = (windows: readonly RecordedWindow[]): RolloutEvidence =>
  windows.reduce((evidence, window) => addEvidence(evidence, window, POLICY), NO_ROLLOUT_EVIDENCE);

const logOf = (windows: readonly RecordedWindow[]): number => seen(windows).guards.errors.log;

test('without units that come again the evidence is that of first failures, bit by bit', () => {
  const first = { candidate: armOf(100, 3, [0, 0]), stable: armOf(1900, 9, [0, 0]) };
  const { distinct: _, ...old } = first.candidate;
  const before = windowOf({
    candidate: { ...old, distinct: null },
    stable: { ...first.stable, distinct: null },
  });
  expect(seen([windowOf(first)]).guards.errors).toMatchObject({ log: logOf([before]), lasting: null });
});

test('a quarter of the evidence at that time is staked on units that come again, and multiplies from there', () => {
  const first = windowOf({ candidate: armOf(100, 9, [0, 0]), stable: armOf(1900, 9, [0, 0]) });
  const second = windowOf({ candidate: armOf(0, 0, [50, 4]), stable: armOf(0, 0, [950, 2]) });
  const choose = (n: number, k: number): number =>
    Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1));
  const odds = [1.25, 1.5, 2, 3, 5, 10, 30];
  const law = (psi: number): number => {
    const terms = Array.from({ length: 7 }, (_, k) => choose(50, k) * choose(950, 6 - k) * psi ** k);
    return terms[4]! / terms.reduce((sum, term) => sum + term, 0);
  };
  const won = odds.reduce((sum, psi) => sum + law(psi) / law(1), 0) / odds.length;
  expect(logOf([first, second]) - logOf([first])).toBeCloseTo(Math.log(0.75 + 0.25 * won), 9);
});

test('a window without contrast leaves it as it is', () => {
  const first = windowOf({ candidate: armOf(0, 0, [50, 4]), stable: armOf(0, 0, [950, 2]) });
  const silent = windowOf({ candidate: armOf(0, 0, [50, 0]), stable: armOf(0, 0, [950, 0]) });
  expect(logOf([first, silent, silent])).toBe(logOf([first]));
});

test('copies that the candidate alone fails again and again, in three units, roll back; in one unit they do not', () => {
  // A unit counts in seven windows at most.
  const of = (units: number): RecordedWindow[] => Array.from({ length: 7 }, () => again(units, 0));
  expect(harmfulGuard(seen(of(1)), DEFAULT_POLICY)).toBeNull();
  expect(harmfulGuard(seen(of(3)), DEFAULT_POLICY)).toBe('errors');
});

test('copies that either fails as often say nothing', () => {
  expect(harmfulGuard(seen(Array.from({ length: 100 }, () => again(8, 8))), DEFAULT_POLICY)).toBeNull();
});

describe('without harm', () => {
  test('the evidence is expected to stay where it is, whatever was before', () => {
    const counts = fc.record({
      before: fc.tuple(fc.nat(20), fc.nat(20)),
      nc: fc.integer({ min: 1, max: 30 }),
      ns: fc.integer({ min: 1, max: 30 }),
      m: fc.nat(30),
    });
    const choose = (n: number, k: number): number =>
      Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1));
    fc.assert(
      fc.property(counts, ({ before: [x, y], nc, ns, m: wanted }) => {
        const m = Math.min(wanted, nc + ns);
        const first = windowOf({ candidate: armOf(40, x, [0, 0]), stable: armOf(40, y, [0, 0]) });
        let mean = 0;
        for (let k = Math.max(0, m - ns); k <= Math.min(nc, m); k++) {
          const chance = (choose(nc, k) * choose(ns, m - k)) / choose(nc + ns, m);
          const second = windowOf({ candidate: armOf(0, 0, [nc, k]), stable: armOf(0, 0, [ns, m - k]) });
          mean += chance * Math.exp(logOf([first, second]));
        }
        const stood = Math.exp(logOf([first]));
        return Math.abs(mean - stood) < 1e-9 * Math.max(1, stood);
      }),
    );
  });

  test('repeats that fall to either version like a coin roll back in at most α of runs', () => {
    const random = seededRandom(20_260_102);
    let harmed = 0;
    for (let run = 0; run < 2000; run++) {
      let evidence = NO_ROLLOUT_EVIDENCE;
      for (let window = 0; window < 40; window++) {
        const candidate = Array.from({ length: 6 }, () => Number(random.next() < 0.5)).reduce(
          (a, b) => a + b,
          0,
        );
        evidence = addEvidence(evidence, again(candidate, 6 - candidate), POLICY);
      }
      if (harmfulGuard(evidence, POLICY) !== null) harmed++;
    }
    // α = 0.4 %: 8 of 2,000, and three deviations more.
    expect(harmed).toBeLessThanOrEqual(17);
  });
});

describe('the certificate of errors', () => {
  const wanted = POLICY.certificate!;
  const clean = (distinct: Partial<NonNullable<ArmCounts['distinct']>>): RecordedWindow => {
    const arm = armOf(500, 0, [0, 0]);
    return windowOf({ candidate: { ...arm, distinct: { ...arm.distinct!, ...distinct } }, stable: arm });
  };

  test('speaks of distinct units: the same five hundred in ten windows are five hundred', () => {
    const same = seen([clean({ units: 500 }), ...Array.from({ length: 9 }, () => clean({ units: 0 }))]);
    const others = seen(Array.from({ length: 10 }, () => clean({ units: 500 })));
    expect(noHarmLog(same, 'errors', wanted)).toBeCloseTo(
      noHarmLog(seen([clean({ units: 500 })]), 'errors', wanted)!,
      12,
    );
    expect(noHarmLog(same, 'errors', wanted)!).toBeLessThan(Math.log(20));
    expect(noHarmLog(others, 'errors', wanted)!).toBeGreaterThan(Math.log(20));
  });

  test('counts a unit once whether its requests were copied, answered or both', () => {
    const copied = windowOf({
      pairs: 500,
      paired: new Map([['errors', { candidateOnly: 0, stableOnly: 0, both: 0 }]]),
      copies: { stage: 500, units: 500 },
    });
    const found = seen([copied, clean({ units: 500, copied: 400 })]);
    expect(found.guards.errors.tests[0]!.computed).toEqual({ units: 600, bad: 0 });
  });
});
