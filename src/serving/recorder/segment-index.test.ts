import { expect, test } from 'vitest';
import { SegmentIndex } from './segment-index.ts';

test('values have an index each; none, too long and too many have 0', () => {
  const segments = new SegmentIndex();
  expect(['de', 'fr', 'de', null, '', 'x'.repeat(129)].map((value) => segments.indexOf(value))).toEqual([
    1, 2, 1, 0, 0, 0,
  ]);
  for (let k = 0; k < 1000; k++) segments.indexOf(`s${k}`);
  expect(segments.values).toHaveLength(65);
  expect(segments.values.slice(0, 3)).toEqual(['', 'de', 'fr']);
  expect(segments.indexOf('s999')).toBe(0);
});
