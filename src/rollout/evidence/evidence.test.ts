import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import { logGamma } from '../../statistics/gamma.ts';
import { parsePolicy } from '../policy/policy.ts';
import { type ArmCounts, NO_ARM_COUNTS, type RecordedWindow } from '../recorded-window.ts';
import { certificateLog, certifiesRate, rateUpperBound } from './certificate.ts';
import { logLikelihoodRatios, type WindowCounts } from './conditional.ts';
import { addEvidence, NO_ROLLOUT_EVIDENCE } from './evidence.ts';
import { addHarmWindow, harmLog, NO_HARM } from './harm.ts';

const window = (
  candidate: number,
  stable: number,
  candidateFailures: number,
  stableFailures: number,
): WindowCounts => ({
  candidate,
  stable,
  candidateFailures,
  stableFailures,
});

// Vectors on which two independent programs agreed.
test.each([
  [100, 1900, 3, 9, 2, 1.495378],
  [100, 1900, 3, 9, 5, 2.657755],
  [50, 950, 0, 5, 5, -0.906347],
  [500, 500, 12, 8, 1.5, 0.410323],
  [500, 500, 12, 8, 3, -0.631829],
  [10, 190, 2, 0, 30, 5.044234],
  [200, 800, 44, 160, 1.25, 0.049868],
])(
  'the window (%i, %i, %i, %i) has log evidence for odds ratio %d of %d',
  (nc, ns, xc, xs, theta, expected) => {
    expect(logLikelihoodRatios(window(nc, ns, xc, xs), [theta], 1)[0]).toBeCloseTo(expected, 6);
  },
);

test('harm evidence of a sequence of windows grows as published', () => {
  const windows = [
    window(100, 1900, 1, 9),
    window(100, 1900, 3, 8),
    window(100, 1900, 4, 10),
    window(500, 1500, 9, 8),
  ];
  let state = NO_HARM;
  const path: number[] = [];
  for (const counts of windows) {
    state = addHarmWindow(state, counts);
    path.push(Math.exp(harmLog(state)));
  }
  [0.820147, 5.730349, 180.153468, 2420.041331].forEach((expected, i) =>
    expect(path[i]).toBeCloseTo(expected, 5),
  );
});

test('a window without contrast leaves the evidence bit-identical', () => {
  const state = addHarmWindow(NO_HARM, window(100, 1900, 3, 9));
  for (const empty of [
    window(0, 100, 0, 5),
    window(100, 0, 5, 0),
    window(50, 50, 0, 0),
    window(3, 4, 3, 4),
  ]) {
    expect(addHarmWindow(state, empty)).toEqual(state);
  }
});

test('under no harm one window multiplies the evidence by 1 on average', () => {
  // Brute force over the central hypergeometric law: Σ_x P(x)·e(x) = 1, the property that bounds false alarms.
  const choose = (n: number, k: number): number =>
    Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1));
  const counts = fc.record({
    nc: fc.integer({ min: 1, max: 40 }),
    ns: fc.integer({ min: 1, max: 40 }),
    m: fc.nat(80),
  });
  fc.assert(
    fc.property(counts, ({ nc, ns, m: wanted }) => {
      const m = Math.min(wanted, nc + ns);
      let mean = 0;
      for (let x = Math.max(0, m - ns); x <= Math.min(nc, m); x++) {
        const probability = (choose(nc, x) * choose(ns, m - x)) / choose(nc + ns, m);
        mean += probability * Math.exp(harmLog(addHarmWindow(NO_HARM, window(nc, ns, x, m - x))));
      }
      return Math.abs(mean - 1) < 1e-9;
    }),
  );
});

test('the certificate of (500, 500, 5, 9) against odds ratio 2 is as published', () => {
  expect(certificateLog(window(500, 500, 5, 9), 2)).toBeCloseTo(2.20064, 5);
});

test.each([
  [0, 100, 0.057029],
  [0, 500, 0.013263],
  [0, 1000, 0.006998],
  [1, 2000, 0.00519],
  [3, 3000, 0.005018],
  [5, 1000, 0.018004],
])('after %i failures of %i units the rate is below %d at 5 %%', (failures, units, bound) => {
  expect(rateUpperBound(failures, units, 0.05)).toBeCloseTo(bound, 6);
});

// Fewest by a scan of the mixture martingale in another language (Python's math.lgamma).
test.each([
  [1438, 0.005],
  [680, 0.01],
  [320, 0.02],
])('%i clean units are the fewest that certify a margin of %d', (units, margin) => {
  expect(rateUpperBound(0, units, 0.05)).toBeLessThanOrEqual(margin);
  expect(rateUpperBound(0, units - 1, 0.05)).toBeGreaterThan(margin);
});

test('evidence of large windows is that of the whole sum over the law', () => {
  const brute = (
    { candidate, stable, candidateFailures, stableFailures }: WindowCounts,
    theta: number,
  ): number => {
    const m = candidateFailures + stableFailures;
    const low = Math.max(0, m - stable);
    const high = Math.min(candidate, m);
    const term = (k: number): number =>
      -logGamma(k + 1) - logGamma(candidate - k + 1) - logGamma(m - k + 1) - logGamma(stable - m + k + 1);
    const partition = (odds: number): number => {
      const logs = Array.from(
        { length: high - low + 1 },
        (_, i) => term(low + i) + (low + i) * Math.log(odds),
      );
      const peak = Math.max(...logs);
      return peak + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - peak), 0));
    };
    return candidateFailures * Math.log(theta) - partition(theta) + partition(1);
  };
  const counts = fc
    .record({ nc: fc.integer({ min: 1, max: 5000 }), ns: fc.integer({ min: 1, max: 5000 }) })
    .chain(({ nc, ns }) =>
      fc.record({ nc: fc.constant(nc), ns: fc.constant(ns), xc: fc.nat(nc), xs: fc.nat(ns) }),
    );
  fc.assert(
    fc.property(counts, fc.constantFrom(0.5, 1.25, 5, 30), ({ nc, ns, xc, xs }, theta) => {
      const found = logLikelihoodRatios(window(nc, ns, xc, xs), [theta], 1)[0]!;
      const expected = brute(window(nc, ns, xc, xs), theta);
      return Math.abs(found - expected) < 1e-8 * Math.max(1, Math.abs(expected));
    }),
    { numRuns: runs(200) },
  );
});

test('the order in which odds ratios are asked for changes nothing', () => {
  const counts = window(300, 2000, 30, 160);
  const up = logLikelihoodRatios(counts, [1.25, 2, 30], 1.1);
  const down = logLikelihoodRatios(counts, [30, 2, 1.25], 1.1);
  up.forEach((log, i) => expect(down[2 - i]).toBeCloseTo(log, 12));
});

test('certifiesRate() says where the upper bound is below the margin', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.nat(20),
      fc.constantFrom(0.005, 0.02, 0.2),
      (n, x, margin) => {
        const failures = Math.min(x, n);
        const bound = rateUpperBound(failures, n, 0.05);
        return Math.abs(bound - margin) < 1e-9 || certifiesRate(failures, n, margin, 0.05) === bound < margin;
      },
    ),
  );
});

test('of a candidate that always fails at 5 %, against a clean baseline, the third failing unit is the last', () => {
  const path: number[] = [];
  let state = NO_HARM;
  for (let i = 0; i < 3; i++) {
    state = addHarmWindow(state, window(1, 19, 1, 0));
    path.push(harmLog(state));
  }
  expect(path.findIndex((log) => log >= Math.log(100))).toBe(2);
});

test('a candidate within the tolerance loses evidence on average, whatever the tolerance', () => {
  // Brute force over the non-central law at an odds ratio that is tolerated.
  const choose = (n: number, k: number): number =>
    Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1));
  const odds = fc.record({
    tolerance: fc.constantFrom(1, 1.1, 1.25, 2, 10),
    share: fc.double({ min: 0.05, max: 1, noNaN: true }),
    m: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(
    fc.property(odds, ({ tolerance, share, m }) => {
      const weights = Array.from({ length: Math.min(20, m) + 1 }, (_, x) =>
        m - x > 40 ? 0 : choose(20, x) * choose(40, m - x) * (tolerance * share) ** x,
      );
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const mean = weights.reduce(
        (sum, weight, x) =>
          weight === 0
            ? sum
            : sum +
              (weight / total) *
                Math.exp(harmLog(addHarmWindow(NO_HARM, window(20, 40, x, m - x), tolerance))),
        0,
      );
      return mean <= 1 + 1e-9;
    }),
  );
});

describe('newcomers of a window', () => {
  const counts = (units: number, failures: number, slow: number, atRisk: number) => ({
    ...NO_ARM_COUNTS,
    units,
    failures,
    over: new Map([['p95', slow]]),
    atRisk: new Map([['p95', atRisk]]),
  });
  const policy = parsePolicy({ guards: { outputs: false } });
  const recorded = (candidate: ArmCounts, stable: ArmCounts): RecordedWindow => ({
    rollout: 'r',
    window: 0,
    start: null,
    weight: null,
    stage: null,
    candidate,
    stable,
    pairs: 0,
    paired: new Map(),
    copies: null,
  });
  const logsOf = (races: readonly WindowCounts[]): number =>
    harmLog(races.reduce((state, race) => addHarmWindow(state, race), NO_HARM));

  test('are compared among themselves, and so are survivors, each at their own risk', () => {
    const candidate = { ...counts(60, 9, 4, 30), newcomers: counts(40, 8, 3, 20) };
    const stable = { ...counts(500, 30, 20, 400), newcomers: counts(100, 15, 9, 50) };
    const { errors, latency } = addEvidence(NO_ROLLOUT_EVIDENCE, recorded(candidate, stable), policy).guards;
    expect(errors.log).toBeCloseTo(logsOf([window(40, 100, 8, 15), window(20, 400, 1, 15)]), 12);
    expect(latency.log).toBeCloseTo(logsOf([window(20, 50, 3, 9), window(10, 350, 1, 11)]), 12);
    // Sums are of all.
    expect(errors.tests[0]).toMatchObject({
      candidate: { units: 60, bad: 9 },
      stable: { units: 500, bad: 30 },
    });
  });

  test('are not told apart where one arm does not say', () => {
    const candidate = { ...counts(60, 9, 4, 30), newcomers: counts(40, 8, 3, 20) };
    const { errors, latency } = addEvidence(
      NO_ROLLOUT_EVIDENCE,
      recorded(candidate, counts(500, 30, 20, 400)),
      policy,
    ).guards;
    expect(errors.log).toBeCloseTo(logsOf([window(60, 500, 9, 30)]), 12);
    expect(latency.log).toBeCloseTo(logsOf([window(30, 400, 4, 20)]), 12);
  });
});
