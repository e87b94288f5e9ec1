import { expect, test } from 'vitest';
import { driftCause, driftsAlone, type ObservedFinding } from './drift-cause.ts';

const seen = (
  drifting: boolean,
  low: number,
  high: number,
  change: Partial<ObservedFinding> = {},
): ObservedFinding => ({
  feature: 'age',
  side: 'input',
  kind: 'drift.numeric',
  effect: { unit: 'psi', value: (low + high) / 2, low, high },
  evidence: { log: drifting ? 30 : 1, threshold: 20 },
  rows: 1000,
  reference: [1],
  current: [1],
  drifting,
  ...change,
});

test('what drifts for both versions is in the data', () => {
  expect(driftCause([seen(true, 0.2, 0.3)], [seen(true, 0.1, 0.5)])).toBe('data');
});

test('what drifts for one alone is in the model, once the other has rows enough to be sure', () => {
  const moved = seen(true, 0.2, 0.3, { side: 'output', feature: 'predict' });
  const calm = { side: 'output', feature: 'predict' } as const;
  expect(driftCause([moved], [seen(false, 0, 0.05, calm)])).toBe('model');
  expect(driftCause([seen(false, 0, 0.05, calm)], [moved])).toBe('model');
  expect(driftCause([moved], [seen(false, 0, 0.4, calm)])).toBeNull();
  expect(driftCause([moved], [])).toBeNull();
});

test('a shift of the inputs that both see explains answers that moved for one', () => {
  const answers = seen(true, 0.2, 0.3, { side: 'output', feature: 'predict' });
  expect(driftCause([seen(true, 0.2, 0.3), answers], [seen(true, 0.2, 0.3)])).toBe('data');
});

test('a candidate is alone with what moves for it where stable is sure that it does not, and nothing moves for both', () => {
  const moved = seen(true, 0.2, 0.3);
  expect(driftsAlone([moved], [seen(false, 0, 0.05)])).toBe(true);
  expect(driftsAlone([seen(false, 0, 0.05)], [moved])).toBe(false);
  expect(driftsAlone([moved], [seen(false, 0, 0.4)])).toBe(false);
  const answers = seen(true, 0.2, 0.3, { side: 'output', feature: 'predict' });
  const calm = seen(false, 0, 0.05, { side: 'output', feature: 'predict' });
  expect(driftsAlone([moved, answers], [moved, calm])).toBe(false);
});

test('without drift there is no cause', () => {
  expect(driftCause([seen(false, 0, 0.1)], [seen(false, 0, 0.1)])).toBeNull();
});
