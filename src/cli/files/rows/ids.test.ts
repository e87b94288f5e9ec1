import { describe, expect, it } from 'vitest';
import type { Signature } from '../../../model/signature.ts';
import { separateIds, withIdColumn } from './ids.ts';

const signature: Signature = {
  form: 'table',
  columns: ['a', 'b'].map((name) => ({ name, named: true, type: 'number', nullable: true })),
  outputs: [],
  classes: null,
};
const rows = [
  { id: 'x', a: 1, b: 2 },
  { id: 'y', a: 3, b: 4 },
];
const bare = [
  { a: 1, b: 2 },
  { a: 3, b: 4 },
];

describe('the ids of rows', () => {
  it.each<[string, unknown, unknown]>([
    ['a list of objects', rows, bare],
    ['an envelope', { instances: rows }, { instances: bare }],
    [
      'a frame in the form split',
      {
        dataframe_split: {
          columns: ['a', 'id', 'b'],
          index: [0, 1],
          data: [
            [1, 'x', 2],
            [3, 'y', 4],
          ],
        },
      },
      {
        dataframe_split: {
          columns: ['a', 'b'],
          data: [
            [1, 2],
            [3, 4],
          ],
        },
      },
    ],
    ['an object of lists', { id: ['x', 'y'], a: [1, 3], b: [2, 4] }, { a: [1, 3], b: [2, 4] }],
  ])('are taken out of %s', (_, body, left) => {
    expect(separateIds(body, 'id', signature)).toEqual({ body: left, ids: ['x', 'y'] });
  });

  it('are taken out of one row', () => {
    expect(separateIds({ id: 7, a: 1, b: 2 }, 'id', signature)).toEqual({ body: [{ a: 1, b: 2 }], ids: [7] });
  });

  it('stay where the model takes them, too', () => {
    expect(separateIds(rows, 'a', signature)).toEqual({ body: rows, ids: [1, 3] });
  });

  it('are left alone where none are asked for', () => {
    expect(separateIds(rows, null, signature)).toEqual({ body: rows, ids: null });
  });

  it.each<[unknown, RegExp]>([
    [[rows[0], { a: 1, b: 2 }], /row 1 has no column "id"/],
    [[[1, 2]], /row 0 has no column "id"/],
    [{ dataframe_split: { columns: ['a', 'b'], data: [[1, 2]] } }, /no column "id"/],
    [7, /no row has the column "id"/],
  ])('that are missing are named: %j', (body, message) => {
    expect(() => separateIds(body, 'id', signature)).toThrow(message);
  });

  it('are the first column of the answers, as numbers where all of them are', () => {
    const answers = [{ name: 'predict', type: 'number', values: Float64Array.of(1, 2) }] as const;
    expect(withIdColumn(answers, 'id', [5, 6])[0]).toEqual({
      name: 'id',
      type: 'number',
      values: Float64Array.of(5, 6),
    });
    expect(withIdColumn(answers, 'id', ['007', null])[0]).toEqual({
      name: 'id',
      type: 'string',
      values: ['007', ''],
    });
    expect(() => withIdColumn(answers, 'predict', [5, 6])).toThrow(/name of an answer/);
  });
});
