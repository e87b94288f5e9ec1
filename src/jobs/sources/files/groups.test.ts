import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutGroups, groupRows } from './groups.ts';

test('small groups are put together, large ones cut into equal parts', () => {
  const cuts = (groups: number[], rows: number) =>
    cutGroups({ groups }, rows).map(({ from, to }) => [from, to]);
  expect(cuts([10, 10, 10, 10], 25)).toEqual([
    [0, 20],
    [20, 40],
  ]);
  expect(cuts([5, 100, 5], 40)).toEqual([
    [0, 5],
    [5, 38],
    [38, 72],
    [72, 105],
    [105, 110],
  ]);
  expect(cuts([0, 0], 10)).toEqual([]);
});

test('cuts cover every row once, in order, none of them empty or larger than asked', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 300 }), (groups, rows) => {
      let next = 0;
      for (const cut of cutGroups({ groups }, rows)) {
        expect(cut.from).toBe(next);
        next = Number(cut.to);
        expect(cut.rows).toBe(next - Number(cut.from));
        expect(cut.rows).toBeGreaterThan(0);
        expect(cut.rows).toBeLessThanOrEqual(rows);
      }
      expect(next).toBe(groupRows({ groups }));
    }),
  );
});

test('a file that says it has more rows than anybody could cut is refused before it is cut', () => {
  expect(() => cutGroups({ groups: [2 ** 50] }, 122_880)).toThrow(
    /9162596899 chunks of 122880, the limit is 100000/,
  );
});
