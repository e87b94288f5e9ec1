import { expect, test } from 'vitest';
import { byMovement, type DriftFeature, histogramOf, movementWords } from './drift-words.ts';

const feature = (name: string, value: number, state: 'quiet' | 'drifting', more = {}): DriftFeature =>
  ({ feature: name, effect: { value }, state, ...more }) as DriftFeature;

test('what drifts comes first, then what moved most', () => {
  const all = [feature('a', 0.1, 'quiet'), feature('b', 0.9, 'quiet'), feature('c', 0.2, 'drifting')];
  expect(byMovement(all).map((one) => one.feature)).toEqual(['c', 'b', 'a']);
});

test('both sides are shares of their own rows, and bins that nobody has are left out', () => {
  const counts = { bins: ['null', '≤ 1', '> 1'], reference: [0, 300, 100], current: [0, 1, 3] };
  const bins = histogramOf(feature('a', 1, 'quiet', counts));
  expect(bins).toEqual([
    { name: '≤ 1', reference: 0.75, current: 0.25 },
    { name: '> 1', reference: 0.25, current: 0.75 },
  ]);
  expect(movementWords(bins)).toBe('≤ 1: 25 % of rows now, 75 % in the reference');
  const none = histogramOf(feature('a', 1, 'quiet', { bins: ['x'], reference: [0], current: [0] }));
  expect([none, movementWords(none)]).toEqual([[], 'No rows yet.']);
});
