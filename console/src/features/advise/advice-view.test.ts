import { expect, test } from 'vitest';
import { axisWords, latencyWords, moneyWords, patternWords, sizeWords } from './advice-view.ts';

test('patterns, amounts and times are told as people write them', () => {
  expect([patternWords('real-time'), patternWords('scheduled-batch')]).toEqual([
    'Real-time',
    'Scheduled batch',
  ]);
  expect([moneyWords(1240.4, 'USD'), moneyWords(0.0344, 'EUR'), moneyWords(null, 'USD')]).toEqual([
    '$1,240',
    '€0.0344',
    '–',
  ]);
  expect([latencyWords(4.1), latencyWords(7_200_000), latencyWords(undefined)]).toEqual([
    '4.1 ms',
    '2 h',
    '–',
  ]);
});

test('replicas are told from rest to peak, and lanes of a batch by machine', () => {
  const serving = { least: 2, most: 4, cores: 1 } as never;
  expect(sizeWords({ serving, batch: null })).toBe('2 to 4 × 1 core');
  expect(sizeWords({ serving: null, batch: { machines: 1, lanes: 2 } as never })).toBe('1 × 2 lanes');
  expect(sizeWords({ serving: null, batch: null })).toBe('–');
});

test('a place on an axis has its unit', () => {
  expect([axisWords(40, 'requests/s on average'), axisWords(7_200_000, 'ms of age')]).toEqual([
    '40 requests/s on average',
    '2 h',
  ]);
});
