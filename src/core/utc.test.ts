import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rfc3339, utcMinute } from './utc.ts';

test('times are written as Date writes them', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) }), (at) => {
      fc.pre(new Date(at).getUTCFullYear() >= 100);
      expect(rfc3339(at)).toBe(new Date(at).toISOString());
    }),
  );
  expect(utcMinute(Date.UTC(2026, 0, 5, 14, 3, 59))).toBe('2026-01-05 14:03 UTC');
});
