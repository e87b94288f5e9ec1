import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { checkPolicy, lintPolicy } from './lint.ts';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';

const MINUTE = 60_000;

test('without failures the certificate comes with the clean units that certify the margin', () => {
  // 1438 clean units certify half a point: 150 in 5 min at 5 % of 10/s, 750 at 25 %, and the rest at 50 %.
  const policy = parsePolicy({ stages: DEFAULT_POLICY.stages.slice(1).map(({ weight }) => ({ weight })) });
  const { certificate } = lintPolicy(policy, { rate: 10, errorRate: 0 });
  expect(certificate!.errors).toMatchObject({ form: 'margin', units: 1438 });
  expect(certificate!.errors!.time! / MINUTE).toBeCloseTo(5 + 5 + (1438 - 900) / 5 / 60, 2);
});

test('what the candidate computes in a shadow stage counts for its failures, and not for its slowness', () => {
  const { certificate } = lintPolicy(DEFAULT_POLICY, { rate: 10, errorRate: 0 });
  expect(certificate!.errors!.time).toBe(143_800);
  expect(certificate!.latency!.time).toBeGreaterThan(10 * MINUTE);
});

test('a policy that goes from shadow to everybody waits for no certificate of slowness', () => {
  const policy = parsePolicy({ stages: [{ shadow: 100 }, { weight: 100 }], holdback: 1 });
  const { certificate, promotion } = lintPolicy(policy, { rate: 1, errorRate: 0 });
  expect(certificate).toMatchObject({ latency: null, time: 1_438_000 });
  expect(promotion).toBe(24 * MINUTE);
});

test('the whole certificate waits for that of slow answers, unless latency is not guarded', () => {
  const traffic = { rate: 1, errorRate: 0 };
  const { certificate } = lintPolicy(DEFAULT_POLICY, traffic);
  expect(certificate!.time).toBe(certificate!.latency!.time);
  expect(certificate!.time).toBeGreaterThan(certificate!.errors!.time!);
  const unguarded = lintPolicy(parsePolicy({ guards: { latency: false } }), traffic).certificate!;
  expect(unguarded).toMatchObject({ latency: null, time: unguarded.errors!.time });
});

test('where slack leaves fewer answers beyond the mark, their certificate comes sooner', () => {
  const time = (slowShare: number): number =>
    lintPolicy(DEFAULT_POLICY, { rate: 1, errorRate: 0, slowShare }).certificate!.latency!.time!;
  expect(time(0.001)).toBeLessThan(0.8 * time(0.01));
});

test('with failures above the margin the certificate is in odds ratio', () => {
  const { certificate } = lintPolicy(DEFAULT_POLICY, { rate: 10, errorRate: 0.02 });
  expect(certificate!.errors).toMatchObject({ form: 'oddsRatio', units: null });
  expect(certificate!.time).toBeLessThan(DEFAULT_POLICY.maxTime);
});

test('a promotion waits for the bake time of every stage, and for whole windows', () => {
  const fast = lintPolicy(DEFAULT_POLICY, { rate: 1000, errorRate: 0 });
  expect(fast).toMatchObject({ stages: 25 * MINUTE, promotion: 25 * MINUTE });
  const slow = lintPolicy(DEFAULT_POLICY, { rate: 1, errorRate: 0 });
  expect(slow.promotion! % DEFAULT_POLICY.window).toBe(0);
  expect(slow.promotion! - slow.certificate!.time!).toBeLessThan(DEFAULT_POLICY.window);
  const baked = parsePolicy({
    stages: [
      { weight: 50, bake: '5m' },
      { weight: 100, bake: '1h' },
    ],
  });
  expect(lintPolicy(baked, { rate: 1000, errorRate: 0 }).promotion).toBe(65 * MINUTE);
});

test('a shadow stage finds what would be found too late by those whom the candidate answers', () => {
  // One point of failures beside none: 12 discordant pairs of one kind are wanted, in ten minutes at 3/s eighteen come.
  const traffic = { rate: 3, errorRate: 0 };
  const certificate = { margin: 0.01 };
  const shadowed = lintPolicy(parsePolicy({ certificate }), traffic).detection!;
  expect(shadowed.time! / MINUTE).toBeCloseTo(
    (Math.log(250) + Math.log(6) + Math.LN2) / Math.log(1.94) / (0.01 * 3 * 60),
    6,
  );
  const routed = parsePolicy({ certificate, stages: [{ weight: 5 }, { weight: 50 }, { weight: 100 }] });
  expect(lintPolicy(routed, traffic).detection!.time).toBeGreaterThan(shadowed.time!);
});

test('without a certificate a rollout may be over before harm is found, which is worth a warning', () => {
  const policy = parsePolicy({ certificate: false });
  expect(lintPolicy(policy, { rate: 1, errorRate: 0.005 }).warnings).toEqual([
    'without a certificate the rollout is over after 37m, before a candidate that fails in 1 % is found',
  ]);
});

test.each([
  [0.05, 2, 380],
  [0.05, 3, 120],
  [0.05, 5, 43],
  [0.05, 10, 16],
  [0.5, 2, 116],
  [0.5, 5, 27],
])(
  'at weight %d and odds ratio %d a decision takes about the planned %i failures',
  (weight, odds, planned) => {
    // Planning formula ln(7/α)/KL(p‖w) at α = 1 %; failures a second = rate · (w·p1 + (1 − w)·p0).
    const errorRate = 0.0001;
    const rate = 1000;
    const policy = parsePolicy({
      stages: [{ weight: weight * 100, bake: '0s', minUnits: 0 }, { weight: 100 }],
      guards: { errors: { alpha: 0.01 } },
      certificate: { margin: errorRate * (odds - 1) },
      maxTime: '10d',
    });
    const { detection } = lintPolicy(policy, { rate, errorRate });
    const failures = (detection!.time! / 1000) * rate * errorRate * (weight * odds + 1 - weight);
    expect(Math.abs(failures - planned) / planned).toBeLessThan(0.04);
  },
);

test('where failures are frequent, what is to be found has twice the odds: less is certified', () => {
  const rate = (errorRate: number): number =>
    lintPolicy(DEFAULT_POLICY, { rate: 10, errorRate }).detection!.rate;
  expect([rate(0), rate(0.005)]).toEqual([0.005, 0.01]);
  expect(rate(0.02)).toBeCloseTo(0.04 / 1.02, 9);
  expect(rate(1)).toBe(1);
});

test('a policy that cannot find its margin before its deadline is refused with the numbers', () => {
  const policy = parsePolicy({ maxTime: '1h' });
  const refused = (): unknown => checkPolicy(policy, { rate: 0.1, errorRate: 0.005 });
  expect(refused).toThrow(/0\.5 % .* 1 % .*1h/);
  try {
    refused();
  } catch (error) {
    expect(isPlimsollError(error) && error.code).toBe('POLICY_BLIND');
  }
  expect(checkPolicy(policy, { rate: 100, errorRate: 0.005 }).warnings).toEqual([]);
});

test('a certificate that comes after the deadline and guards that add up are worth a warning', () => {
  const policy = parsePolicy({ maxTime: '30m', guards: { errors: { alpha: 0.02 } } });
  expect(lintPolicy(policy, { rate: 1, errorRate: 0 }).warnings).toEqual([
    expect.stringMatching(
      /the certificate is expected in .*, the deadline is 30m: a healthy candidate ends with "hold"/,
    ),
    expect.stringMatching(/in up to 2\.4 % of rollouts/),
  ]);
});
