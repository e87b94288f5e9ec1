import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { checkPolicy, lintPolicy } from './lint.ts';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';

const MINUTE = 60_000;

test('without failures the certificate comes with the clean units that certify the margin', () => {
  // 1438 clean units certify half a point. At 10/s: 150 in 5 min at 5 %, 750 at 25 %, and the rest at 50 %.
  const { certificate } = lintPolicy(DEFAULT_POLICY, { rate: 10, errorRate: 0 });
  expect(certificate!.errors).toMatchObject({ form: 'margin', units: 1438 });
  expect(certificate!.errors.time! / MINUTE).toBeCloseTo(10 + 5 + 5 + (1438 - 900) / 5 / 60, 1);
});

test('the whole certificate waits for that of slow answers, unless latency is not guarded', () => {
  const traffic = { rate: 1, errorRate: 0 };
  const { certificate } = lintPolicy(DEFAULT_POLICY, traffic);
  expect(certificate!.time).toBe(certificate!.latency!.time);
  expect(certificate!.time).toBeGreaterThan(certificate!.errors.time!);
  expect(certificate!.time).toBeLessThan(DEFAULT_POLICY.maxTime);
  const unguarded = lintPolicy(parsePolicy({ guards: { latency: false } }), traffic).certificate!;
  expect(unguarded).toMatchObject({ latency: null, time: unguarded.errors.time });
});

test('with failures above the margin the certificate is in odds ratio', () => {
  const { certificate } = lintPolicy(DEFAULT_POLICY, { rate: 10, errorRate: 0.02 });
  expect(certificate!.errors).toMatchObject({ form: 'oddsRatio', units: null });
  expect(certificate!.time).toBeLessThan(DEFAULT_POLICY.maxTime);
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
