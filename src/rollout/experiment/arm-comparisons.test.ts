import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import type { ArmCounts } from '../recorded-window.ts';
import { binomial } from '../simulate/draw.ts';
import { type ArmComparisons, addComparisons, metricViews } from './arm-comparisons.ts';
import { NOTHING_MATURED } from './outcomes.ts';
import { closedWindow } from './testing/experiments.ts';

const fold = (windows: readonly Parameters<typeof closedWindow>[0][], control = 1): ArmComparisons =>
  windows.reduce<ArmComparisons>((sum, window) => addComparisons(sum, closedWindow(window), control), []);

const viewsOf = (comparisons: ArmComparisons, arms = ['candidate', 'stable']) =>
  new Map(metricViews(comparisons, arms).map((view) => [`${view.name}${view.segment ?? ''}`, view]));

test('one stratum is the plain difference of shares, with the variance of the hypergeometric law', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 500, max: 5000 }),
      fc.integer({ min: 500, max: 5000 }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      (a, b, p, q) => {
        const arms = [
          { units: a, failures: Math.floor(a * p) },
          { units: b, failures: Math.floor(b * q) },
        ];
        const view = viewsOf(fold([{ window: 0, arms }])).get('errors')!;
        expect(view.estimate).toBeCloseTo(arms[0]!.failures / a - arms[1]!.failures / b, 12);
        expect(view.lower).toBeLessThanOrEqual(view.estimate!);
        expect(view.upper).toBeGreaterThanOrEqual(view.estimate!);
      },
    ),
  );
});

test('a base rate that drifts while weights change makes no difference out of none', () => {
  // Simpson: the candidate is given more while more fails, everywhere.
  const windows = [
    {
      window: 0,
      arms: [
        { units: 500, failures: 5 },
        { units: 9500, failures: 95 },
      ],
    },
    {
      window: 1,
      arms: [
        { units: 5000, failures: 500 },
        { units: 5000, failures: 500 },
      ],
    },
  ];
  const view = viewsOf(fold(windows)).get('errors')!;
  expect(view.estimate).toBeCloseTo(0, 12);
  const pooled = 505 / 5500 - 595 / 14_500;
  expect(pooled).toBeGreaterThan(0.05);
});

test('newcomers are compared with newcomers and survivors with survivors', () => {
  const arm = (units: number, failures: number, fresh: number, freshFailures: number): Partial<ArmCounts> => {
    const none = { over: new Map(), shifted: new Map(), atRisk: new Map(), labels: null };
    return { units, failures, newcomers: { units: fresh, failures: freshFailures, ...none } };
  };
  // One in ten newcomers fails, one in a hundred survivors, in both arms.
  const arms = [arm(1100, 110 - 9, 1000, 100), arm(2000, 20 + 90, 1000, 100)];
  const view = viewsOf(fold([{ window: 0, arms }])).get('errors')!;
  expect(view.estimate).toBeCloseTo(0, 12);
});

test('there is no interval before there is enough to count', () => {
  const few = fold([
    {
      window: 0,
      arms: [
        { units: 499, failures: 40 },
        { units: 9000, failures: 40 },
      ],
    },
  ]);
  const rare = fold([
    {
      window: 0,
      arms: [
        { units: 5000, failures: 1 },
        { units: 5000, failures: 2 },
      ],
    },
  ]);
  for (const comparisons of [few, rare])
    expect(viewsOf(comparisons).get('errors')).toMatchObject({ lower: null, upper: null });
  expect(viewsOf(fold([{ window: 0 }])).get('errors')).toMatchObject({ estimate: null, units: [0, 0] });
});

test('latency, outputs and accuracy are compared by the names that windows bring', () => {
  const arm = (over: number, shifted: number, wrong: number): Partial<ArmCounts> => ({
    units: 1000,
    over: new Map([['p95', over]]),
    shifted: new Map([['above p95', shifted]]),
    labels: { units: 1000, failures: wrong },
  });
  const views = viewsOf(fold([{ window: 0, arms: [arm(100, 60, 200), arm(50, 50, 100)] }]));
  expect(views.get('latency p95')!.estimate).toBeCloseTo(0.05, 12);
  expect(views.get('outputs above p95')!.estimate).toBeCloseTo(0.01, 12);
  // Less right, hence below 0.
  expect(views.get('accuracy')!.estimate).toBeCloseTo(-0.1, 12);
  expect(views.get('accuracy')!.upper).toBeLessThan(0);
});

test('of several arms each is named', () => {
  const comparisons = fold([{ window: 0, shares: [0.4, 0.3, 0.3] }], 0);
  expect([...viewsOf(comparisons, ['control', 'a', 'b']).keys()]).toEqual(['errors of a', 'errors of b']);
});

describe('labels that arrive', () => {
  const arrivals = (windows: number, share: number, seed: number): ArmComparisons => {
    const random = seededRandom(seed);
    return Array.from({ length: windows }, (_, window) => window).reduce<ArmComparisons>((sum, window) => {
      const due = (labelled: number) => ({ answered: 100, labelled: binomial(100, labelled, random) });
      const outcomes = { ...NOTHING_MATURED, arrivals: [due(0.7 * share), due(0.7)] };
      return addComparisons(sum, { ...closedWindow({ window }), outcomes }, 1);
    }, []);
  };

  test('a fifth less often for the candidate are flagged (I17)', () => {
    const view = viewsOf(arrivals(60, 0.8, 1)).get('labels that arrived')!;
    expect(view.flagged).toBe(true);
    expect(view.upper).toBeLessThan(0);
  });

  test('as often in both arms are not, however many there are', () => {
    const flagged = Array.from({ length: 50 }, (_, seed) => arrivals(60, 1, seed)).filter(
      (comparisons) => viewsOf(comparisons).get('labels that arrived')!.flagged,
    );
    expect(flagged).toHaveLength(0);
  });
});

test('segments that are harmed are flagged, and the others are not', () => {
  const random = seededRandom(11);
  const segments = Array.from({ length: 30 }, (_, i) => `s${i}`);
  const comparisons = Array.from({ length: 20 }, (_, window) => window).reduce<ArmComparisons>(
    (sum, window) => {
      const counts = segments.map((name, i) => {
        const arm = (p: number) => ({ units: 100, failures: binomial(100, p, random) });
        return [name, [arm(i < 3 ? 0.15 : 0.03), arm(0.03)]] as const;
      });
      return addComparisons(sum, { ...closedWindow({ window }), segments: new Map(counts) }, 1);
    },
    [],
  );
  const flagged = metricViews(comparisons, ['candidate', 'stable']).filter((view) => view.flagged);
  expect(flagged.map(({ segment }) => segment)).toEqual(['s0', 's1', 's2']);
});
