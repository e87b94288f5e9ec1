import { expect, test } from 'vitest';
import { shiftFlags, slowFlags } from './threshold-flags.ts';

const marks = {
  slow: [
    { name: 'p50', millis: 5 },
    { name: 'p99', millis: 50 },
  ],
  shifted: [
    { name: 'low', kind: 'below', limit: 0.1 },
    { name: 'high', kind: 'above', limit: 0.9 },
    { name: 'label yes', kind: 'label', limit: 'yes' },
  ],
} as const;

test('only what is beyond a mark sets its bit', () => {
  expect([5, 5.1, 50, 51].map((millis) => slowFlags(marks, millis))).toEqual([0, 0b10, 0b10, 0b110]);
  const flags = (score: number | null, label: string | null) => shiftFlags(marks, { score, label });
  expect(flags(0.1, null)).toBe(0);
  expect(flags(0.05, null)).toBe(0b1000);
  expect(flags(0.95, 'yes')).toBe(0b110000);
  expect(flags(null, 'yes')).toBe(0b100000);
  expect(flags(null, null)).toBe(0);
});
