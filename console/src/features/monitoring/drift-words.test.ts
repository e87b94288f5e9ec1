import { expect, test } from 'vitest';
import {
  type DriftFeature,
  effectWords,
  evidenceWords,
  featureTitle,
  qualityRows,
  sizeWords,
} from './drift-words.ts';

const psi = (value: number, low: number, high: number) => ({ unit: 'psi' as const, value, low, high });

test('an effect is told with its interval, in its unit, and how large it is by its lower end', () => {
  expect(effectWords(psi(0.214, 0.181, 0.25))).toBe('PSI 0.21 (0.18 to 0.25)');
  expect(effectWords(psi(0.021, 0.004, Number.NaN))).toBe('PSI 0.021 (0.004 to –)');
  expect(effectWords({ ...psi(0.05, 0.02, 0.08), unit: 'share' })).toBe('5 % of rows changed (2 % to 8 %)');
  expect([psi(0.4, 0.3, 0.5), psi(0.4, 0.12, 1), psi(0.4, 0.01, 1)].map(sizeWords)).toEqual([
    ...['large', 'moderate', 'small'],
  ]);
});

test('what moves the answers is called so, not by the name that it is watched by', () => {
  expect(featureTitle({ feature: 'attributions', side: 'output' })).toBe('What moves the answers');
  expect(featureTitle({ feature: 'attributions', side: 'input' })).toBe('attributions');
});

test('evidence is told as odds, with what the budget of false alarms asks for', () => {
  expect(evidenceWords({ log: 9, threshold: 7 })).toBe(
    'Not by chance: the odds are 8,103 to 1; 1,097 to 1 is needed, so that false alarms stay within the budget.',
  );
  expect(evidenceWords({ log: -3, threshold: 40 })).toContain(
    'odds against that are 1 to 1; more than a billion to 1',
  );
  expect(evidenceWords({ log: Number.NaN, threshold: 7 })).toContain('Nothing can be said');
});

test('what is wrong with values is told where either side has it', () => {
  const none = { reference: 0, current: 0 };
  const feature = { missing: { reference: 0, current: 0.2 }, unseen: none, beyond: none } as DriftFeature;
  expect(qualityRows(feature)).toEqual([{ name: 'Missing', reference: 0, current: 0.2 }]);
});
