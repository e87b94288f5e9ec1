import { expect, test } from 'vitest';
import { durationText, formatDuration, parseDuration } from './duration.ts';

test('a length of time for people has its two largest units, without those that are nothing', () => {
  const seconds = [0, 0.4, 42, 60, 200, 3600, 7500, 86_400, 100_800, 90_061];
  expect(seconds.map((one) => durationText(1000 * one))).toEqual([
    ...['0 s', '0 s', '42 s', '1 min', '3 min 20 s', '1 h', '2 h 5 min', '1 d', '1 d 4 h', '1 d 1 h'],
  ]);
});

test('a length of time in a document reads as it was written', () => {
  for (const text of ['250us', '500ms', '15s', '1m30s', '1h30m', '1d'])
    expect(formatDuration(parseDuration(text) ?? Number.NaN)).toBe(text);
});
