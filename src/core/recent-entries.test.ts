import { expect, test } from 'vitest';
import { renewEntry } from './recent-entries.ts';

test('of more entries than there is room for, the one that was used longest ago goes', () => {
  const entries = new Map<string, number>();
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ] as const)
    expect(renewEntry(entries, key, value, 2)).toEqual([]);
  expect(renewEntry(entries, 'c', 4, 2)).toEqual([2]);
  expect([...entries]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
});
