import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { parseExperiment } from './policy.ts';

const REVENUE = { primary: { metric: 'revenue' } };
const THREE = ['stable', 'candidate', 3].map((version, i) => ({
  name: `arm${i}`,
  version,
  weight: [40, 30, 30][i],
}));

function problemsOf(value: unknown): readonly string[] {
  try {
    parseExperiment(value);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'POLICY_INVALID') return error.details['list'] as string[];
    throw error;
  }
  return [];
}

test('a policy needs no more than the metric that decides', () => {
  expect(parseExperiment(REVENUE)).toMatchObject({
    arms: [
      { name: 'stable', version: 'stable', weight: 50 },
      { name: 'candidate', version: 'candidate', weight: 50 },
    ],
    primary: {
      metric: 'revenue',
      direction: 'up',
      bounds: null,
      maturity: 86_400_000,
      cuped: null,
      winsorize: null,
    },
    alpha: 0.05,
    rule: { ship: 'better', margin: 0 },
    horizon: 'open',
    onTimeout: 'hold',
    bandit: null,
    holdout: 0,
    guardrails: [],
    segmentGuard: null,
    guards: { errors: { alpha: 0.004 }, labels: null },
  });
});

test('a guardrail is a metric of its own, and matures before the deadline', () => {
  expect(
    problemsOf({
      ...REVENUE,
      guardrails: [{ metric: 'revenue' }, { metric: 'refunds', maturity: '30d' }, { metric: 'errors' }],
    }),
  ).toEqual([
    'guardrails[0].metric is "revenue" again, wanted each metric once',
    'guardrails[2] names "errors", which no feedback brings: wanted a business metric or accuracy',
    'guardrails[1].maturity is not before maxTime: it would never be judged',
  ]);
  expect(problemsOf({ ...REVENUE, guardrails: [{ metric: 'refunds', margin: -1 }] })).toHaveLength(1);
  expect(problemsOf({ ...REVENUE, guardrails: [{ metric: 'refunds', minimumEffect: 1 }] })).toHaveLength(1);
});

test('every mistake is named at once, with its path', () => {
  expect(
    problemsOf({
      primary: { metric: 'Revenue!', direction: 'sideways' },
      arms: [{ name: 'x', version: 'newest', weight: 50 }],
      horizon: 'soon',
      guard: {},
    }),
  ).toEqual([
    'guard is no key here, wanted one of window, watermark, arms, primary, metrics, guardrails, guards, alpha, rule, horizon, maxTime, onTimeout, bandit, holdout, srm, segments, segmentGuard; did you mean "guards"?',
    'arms is [{"name":"x","version":"newest","weight":50}], wanted a list of 2 to 10 entries',
    'primary.metric is "Revenue!", wanted the name of a metric, such as "revenue"',
    'primary.direction is "sideways", wanted one of up, down',
    'horizon is "soon", wanted "open" or a duration such as "14d"',
  ]);
});

test.each([
  [{}, 'primary is missing, wanted an object'],
  [
    { primary: { metric: 'errors' } },
    'primary names "errors", which no feedback brings: wanted a business metric or accuracy',
  ],
  [
    { ...REVENUE, metrics: [{ metric: 'revenue' }] },
    'metrics[0].metric is "revenue" again, wanted each metric once',
  ],
  [{ primary: { metric: 'x', bounds: [1, 0] } }, 'primary.bounds wants the smaller bound first'],
  [
    { primary: { metric: 'x', bounds: [0, 1], winsorize: 1 } },
    'primary.bounds go with neither cuped nor winsorize: what is bounded needs neither',
  ],
  [
    { primary: { metric: 'x', bounds: [0, 1] }, arms: THREE, bandit: {} },
    'primary.bounds do not go with a bandit: weights that change are compared by weighted means',
  ],
  [
    { primary: { metric: 'x', maturity: '30d' } },
    'primary.maturity is not before maxTime: nothing would ever mature',
  ],
  [
    { ...REVENUE, horizon: '30d' },
    'horizon and primary.maturity together are not before maxTime: there would be no look',
  ],
  [
    { ...REVENUE, horizon: '7d', arms: THREE, bandit: {} },
    'bandit wants horizon open: its intervals hold at every look',
  ],
  [{ ...REVENUE, rule: { margin: 1 } }, 'rule.margin is for "not-worse", wanted 0'],
  [
    {
      ...REVENUE,
      arms: [
        { name: 'a', version: 1, weight: 50 },
        { name: 'a', version: 2, weight: 40 },
      ],
    },
    'arms have weights of 90 together, wanted 100',
  ],
  [{ ...REVENUE, bandit: {} }, 'bandit wants three arms or more: of two, the best two are always both'],
])('%j is refused: %s', (policy, problem) => {
  expect(problemsOf(policy)[0]).toBe(problem);
});

test('arms are named once, and one of them is stable', () => {
  const arms = [
    { name: 'a', version: 1, weight: 50 },
    { name: 'a', version: 2, weight: 50 },
  ];
  expect(problemsOf({ ...REVENUE, arms })).toEqual([
    'arms have none with version stable, wanted one to compare with',
    'arms[1].name is "a" again, wanted different names',
  ]);
});
