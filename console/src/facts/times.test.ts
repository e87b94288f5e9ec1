import { expect, test } from 'vitest';
import { agoWords, momentWords } from './times.ts';

const NOW = Date.UTC(2026, 10, 30, 12);

test('what was lately is told by how long ago, what was long ago by its moment with the zone', () => {
  expect(agoWords(NOW - 20_000, NOW)).toBe('just now');
  expect(agoWords(NOW - 12 * 60_000 - 5000, NOW)).toBe('12 min ago');
  expect(agoWords(NOW - 3 * 3_600_000, NOW)).toBe('3 h ago');
  expect(agoWords(NOW - 90 * 86_400_000, NOW)).toBe(momentWords(NOW - 90 * 86_400_000));
  expect(momentWords(NOW)).toMatch(/^30 Nov 2026, \d\d:00 \S+/);
});
