import { expect, test } from 'vitest';
import { expectationWords, trafficWords } from './expectation-words.ts';
import type { LintView } from './lint-view.ts';

const LINT: LintView = {
  ...{ given: null, source: 'default', experiment: null, warnings: [], refusal: null },
  policy: { stages: [], guards: [], certificate: true, holdback: 0, maxTime: 86_400_000, onTimeout: 'hold' },
  traffic: { rate: 12.5, errorRate: 0.004, units: null, measured: true },
  forecast: {
    ...{ rate: 12.5, errorRate: 0.004, basis: 'endpoint', stages: [] },
    promotion: 1_620_000,
    detection: { rate: 0.01, time: 240_000 },
  },
};
const AT = { strategy: 'canary', version: 2, stable: 1 } as const;

test('what is expected is said at the traffic that there is', () => {
  expect(trafficWords(LINT, 'churn')).toBe('At 12.5 requests a second, of which 0.4 % fail:');
  expect(expectationWords(LINT, AT)).toEqual([
    'A version that does no harm has everybody after about 27 min.',
    'One that fails in 1 % is found after about 4 min; a worse one sooner.',
    'If nothing is decided within 1 d, it holds where it is, and waits for a person.',
  ]);
});

test('where nothing is known of the traffic nothing is promised', () => {
  const unknown = { ...LINT, traffic: null, forecast: null };
  expect(trafficWords(unknown, 'churn')).toContain('is not known yet');
  expect(expectationWords(unknown, AT)).toHaveLength(1);
});

test('a shadow answers nobody, and at once is at once', () => {
  expect(expectationWords(LINT, { ...AT, strategy: 'shadow' })[0]).toBe(
    'Version 2 answers nobody, however long it lasts.',
  );
  expect(expectationWords(LINT, { ...AT, strategy: 'immediate' })).toEqual([
    'Everybody gets version 2 at once. Nothing is compared first.',
  ]);
});

test('an experiment says what it can find, or that nothing is known of its metric', () => {
  expect(expectationWords(LINT, { ...AT, strategy: 'ab' })[0]).toContain('is not known yet');
  const experiment = { arm: 'candidate', units: 12_000, detectable: 0.25, time: 3_600_000 };
  expect(expectationWords({ ...LINT, experiment }, { ...AT, strategy: 'ab' }).slice(0, 2)).toEqual([
    'By the deadline 12,000 units have been compared; a difference of 0.25 is found by then.',
    'The smallest effect that matters is found after about 1 h.',
  ]);
});
