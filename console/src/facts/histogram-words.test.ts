import { expect, test } from 'vitest';
import { histogramOf, movementWords } from './histogram-words.ts';

test('both sides are shares of their own rows, and bins that nobody has are left out', () => {
  const counts = { bins: ['null', '≤ 1', '> 1'], reference: [0, 300, 100], current: [0, 1, 3] };
  const bins = histogramOf(counts);
  expect(bins).toEqual([
    { name: '≤ 1', reference: 0.75, current: 0.25 },
    { name: '> 1', reference: 0.25, current: 0.75 },
  ]);
  expect(movementWords(bins)).toBe('≤ 1: 25 % of rows now, 75 % in the reference');
  const beyond = {
    bins: ['below 0', 'above 9', '≤ 5', '> 5'],
    reference: [1, 1, 1, 1],
    current: [1, 1, 1, 1],
  };
  expect(histogramOf(beyond).map(({ name }) => name)).toEqual(['below 0', '≤ 5', '> 5', 'above 9']);
  const none = histogramOf({ bins: ['x'], reference: [0], current: [0] });
  expect([none, movementWords(none)]).toEqual([[], 'No rows yet.']);
});
