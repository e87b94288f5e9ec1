import { expect, test } from 'vitest';
import { topAttributions } from './top-attributions.ts';

const features = ['a', 'b', 'c'];

test('the largest come first, of whatever sign, and the rest is one sum', () => {
  const values = Float64Array.of(0.5, -2, 1, 3, 0, -3);
  expect(
    topAttributions({ features, baseValues: Float64Array.of(0) }, { values, additivityError: 0 }, 2),
  ).toEqual([
    {
      columns: [
        { feature: 'b', value: -2 },
        { feature: 'c', value: 1 },
      ],
      rest: 0.5,
    },
    {
      columns: [
        { feature: 'a', value: 3 },
        { feature: 'c', value: -3 },
      ],
      rest: 0,
    },
  ]);
});

test('of several scores the largest of any counts, and all are told', () => {
  const values = Float64Array.of(0.5, -2, 1, 4, 0, 0);
  const baseValues = Float64Array.of(0, 0);
  expect(topAttributions({ features, baseValues }, { values, additivityError: 0 }, 1)).toEqual([
    { columns: [{ feature: 'a', value: [0.5, 4] }], rest: [-1, 0] },
  ]);
});
