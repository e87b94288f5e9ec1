import { expect, test } from 'vitest';
import { einsumShape } from './einsum.ts';

test.each<[string, (number | null)[][], (number | null)[] | null]>([
  [
    'ij,jk->ik',
    [
      [2, 3],
      [3, 4],
    ],
    [2, 4],
  ],
  [
    'abc,cd->abd',
    [
      [null, 3, 4],
      [4, 5],
    ],
    [null, 3, 5],
  ],
  [
    'bqhd,bkhd->bhqk',
    [
      [null, 6, 2, 4],
      [null, 6, 2, 4],
    ],
    [null, 2, 6, 6],
  ],
  ['i,i->i', [[1], [7]], [7]],
  ['ij->', [[2, 3]], []],
  [
    'ij,jk',
    [
      [2, 3],
      [3, 4],
    ],
    null,
  ],
  ['...ii->...i', [[2, 3, 3]], null],
  ['ij->i', [[2, 3, 4]], null],
])('of %s over %j it is %j', (equation, shapes, wanted) => {
  expect(einsumShape(equation, shapes)).toEqual(wanted);
});
