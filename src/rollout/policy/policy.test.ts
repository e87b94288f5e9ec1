import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { formatDuration, parseDuration } from '../../text/duration.ts';
import { DEFAULT_POLICY, parsePolicy } from './policy.ts';
import { POLICY_SCHEMA } from './schema.ts';

const MINUTE = 60_000;

function problems(value: unknown): readonly string[] {
  try {
    parsePolicy(value);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'POLICY_INVALID')
      return error.details['list'] as readonly string[];
    throw error;
  }
  return [];
}

test('an empty policy has every stated default', () => {
  expect(DEFAULT_POLICY).toMatchObject({
    window: MINUTE,
    watermark: MINUTE / 2,
    staleAfter: 5 * MINUTE,
    maxTime: 24 * 60 * MINUTE,
    onTimeout: 'hold',
    holdback: 0,
    warm: 60 * MINUTE,
    guards: { errors: { alpha: 0.004 }, latency: { alpha: 0.003 }, outputs: { alpha: 0.001 }, labels: null },
    certificate: { oddsRatio: 2, margin: 0.005, alpha: 0.05, gates: 'last' },
    srm: { alpha: 0.001, concentration: 1000 },
  });
  expect(
    DEFAULT_POLICY.stages.map(({ shadow, weight, bake, minUnits }) => [shadow, weight, bake, minUnits]),
  ).toEqual([
    [100, 0, 10 * MINUTE, 50],
    [0, 5, 5 * MINUTE, 50],
    [0, 25, 5 * MINUTE, 50],
    [0, 50, 5 * MINUTE, 50],
    [0, 100, 0, 50],
  ]);
});

test('the written policy is read as written', () => {
  const policy = parsePolicy({
    window: '1s',
    watermark: '500ms',
    stages: [{ shadow: 100, bake: '10m' }, { weight: 5, bake: '5m', minUnits: 40 }, { weight: 100 }],
    guards: {
      errors: { alpha: 0.004 },
      latency: { alpha: 0.003 },
      labels: { alpha: 0.002, metric: 'accuracy', maturity: '1d' },
      outputs: { alpha: 0.001 },
    },
    certificate: { oddsRatio: 3, margin: 0.01, alpha: 0.1 },
    onTimeout: 'rollback',
    maxTime: '2h',
  });
  expect(policy).toMatchObject({
    window: 1000,
    watermark: 500,
    maxTime: 7_200_000,
    onTimeout: 'rollback',
    holdback: 2,
  });
  expect(policy.guards.labels).toMatchObject({ alpha: 0.002, metric: 'accuracy', maturity: 86_400_000 });
  expect(policy.stages[1]).toMatchObject({ weight: 5, minUnits: 40 });
});

test('false does without a guard, the certificate or the test of the split', () => {
  const policy = parsePolicy({ guards: { latency: false }, certificate: false, srm: false });
  expect([policy.guards.latency, policy.certificate, policy.srm]).toEqual([null, null, null]);
});

test('every mistake is named with its path at once', () => {
  expect(
    problems({
      windw: '1s',
      window: 60,
      stages: [{ weight: 5, wieght: 6 }, { weight: 0.001 }],
      guards: { eror: {}, errors: { alpha: 2 }, labels: { metric: 'f1' } },
      onTimeout: 'ship',
    }),
  ).toEqual([
    expect.stringMatching(/^windw is no key here, wanted one of window, watermark, /),
    'window is 60, wanted a duration such as "90s" or "1h30m", 100ms to 1h',
    expect.stringMatching(/^stages\[0\]\.wieght is no key here/),
    'stages[1].weight is 0.001, wanted a number above 0 and at most 100 in steps of 0.01',
    expect.stringMatching(/^guards\.eror is no key here, wanted one of errors, latency, outputs, labels/),
    'guards.errors.alpha is 2, wanted a number above 0 and at most 0.5',
    'guards.labels.metric is "f1", wanted one of accuracy',
    'onTimeout is "ship", wanted one of hold, promote, rollback',
  ]);
});

test('stages that lower the weight, expose before shadow or say nothing are refused', () => {
  expect(problems({ stages: [{ weight: 25 }, { weight: 5 }, { shadow: 100 }, {}] })).toEqual([
    'stages[1].weight is 5, wanted more than the 25 before it',
    'stages[2].shadow comes after a weight, wanted shadow stages first',
    'stages[3] wants either shadow or weight',
  ]);
});

test('a policy that is no object is refused, and so is any JSON without a crash', () => {
  expect(problems([])).toEqual(['the document is [], wanted an object']);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      problems(value);
    }),
  );
});

test('the published schema names every key with its default', () => {
  const { properties, additionalProperties } = POLICY_SCHEMA as unknown as {
    properties: Record<string, { default?: unknown; description: string }>;
    additionalProperties: boolean;
  };
  expect(additionalProperties).toBe(false);
  expect(Object.keys(properties)).toEqual(Object.keys(DEFAULT_POLICY));
  expect(properties['maxTime']).toMatchObject({ type: 'string', default: '24h' });
});

test.each([
  ['250us', 0.25],
  ['1ms500us', 1.5],
  ['500ms', 500],
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5d', 129_600_000],
])('the duration %s is %f ms', (text, millis) => {
  expect(parseDuration(text)).toBe(millis);
});

test.each(['', '5', 'm', '5 m', '-5m', '5m!', '1e3s'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('a printed duration reads back within its last part', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e10 }), (millis) => {
      const again = parseDuration(formatDuration(millis))!;
      return Math.abs(again - millis) <= millis * 0.03;
    }),
  );
  const printed = [90_000, 86_400_000, 20_000, 500, 0.25, 0].map(formatDuration);
  expect(printed).toEqual(['1m30s', '1d', '20s', '500ms', '250us', '0ms']);
});

test('times on which windows are numbered are whole milliseconds, slowness is counted in microseconds', () => {
  const policy = parsePolicy({ window: '100.4ms', guards: { latency: { slack: '40us' } } });
  expect([policy.window, policy.guards.latency?.slack]).toEqual([100, 0.04]);
});

test('microseconds are no slowness, a somewhat different answer is no harm, and both can be said otherwise', () => {
  expect(DEFAULT_POLICY.guards).toMatchObject({
    errors: { tolerance: 1 },
    latency: { tolerance: 1, slack: 0.1 },
    outputs: { tolerance: 2 },
  });
  const strict = parsePolicy({ guards: { latency: { slack: '0s' }, outputs: { tolerance: 1 } } });
  expect([strict.guards.latency?.slack, strict.guards.outputs?.tolerance]).toEqual([0, 1]);
});

test('segments are told apart by a header named as it is compared', () => {
  expect(DEFAULT_POLICY.segments).toBeNull();
  expect(parsePolicy({ segments: 'x-country' }).segments).toBe('x-country');
  for (const name of ['X-Country', 'a b', '', '-x', 'x'.repeat(65), 7])
    expect(problems({ segments: name })).toEqual([expect.stringMatching(/^segments is .*lower case/)]);
});
