import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addSettledWindow, classifyArrival } from './settled-windows.ts';
import type { WindowRange } from './state.ts';

test('every index is new once, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40)), (indices) => {
      const seen = new Set<number>();
      let ranges: readonly WindowRange[] = [];
      for (const index of indices) {
        expect(classifyArrival(ranges, index, Number.MAX_SAFE_INTEGER)).toBe(
          seen.has(index) ? 'duplicate' : 'new',
        );
        ranges = addSettledWindow(ranges, index);
        seen.add(index);
      }
      const covered = ranges.flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
      );
      expect(covered).toEqual([...seen].sort((a, b) => a - b));
    }),
  );
});

test('an index is late once more windows than the allowance have come after it', () => {
  const ranges = addSettledWindow([], 10);
  expect([9, 8, 7].map((index) => classifyArrival(ranges, index, 2))).toEqual(['new', 'new', 'late']);
});

test('numbers with gaps do not make the state grow without bound', () => {
  let ranges: readonly WindowRange[] = [];
  for (let i = 0; i < 5000; i++) ranges = addSettledWindow(ranges, i * 60);
  expect(ranges).toHaveLength(1000);
  expect(classifyArrival(ranges, 5000 * 60, 1)).toBe('new');
});
