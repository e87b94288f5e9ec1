import { describe, expect, test } from 'vitest';
import type { CatBoostStep } from '../../model/catboost.ts';
import type { CatBoostFile, CtrFeature, FileTable } from './model-file.ts';
import { catboostStep } from './step.ts';

const ORIGIN = { path: '', class: 'catboost.CatBoost', offset: 0 };

const BASE = {
  projection: {
    categories: [0],
    floats: [{ feature: 0, border: 1.5 }],
    oneHots: [{ feature: 1, value: 77 }],
  },
  type: 'Borders',
  classifier: 0,
} as const;
const CTR: CtrFeature = {
  base: BASE,
  targetBorder: 0,
  priorNumerator: 0.5,
  priorDenominator: 1,
  shift: 0,
  scale: 15,
  borders: Float32Array.of(3),
};
const TABLE: FileTable = {
  base: BASE,
  keys: Uint32Array.of(1, 2, 3, 4),
  counts: Int32Array.of(1, 2, 3, 4),
  classes: 2,
  sums: null,
  denominator: 0,
};
/** One number with two borders, two categories, of which one is asked for, and a CTR: four questions. */
const FILE: CatBoostFile = {
  dimensions: 1,
  floats: [
    {
      index: 0,
      column: 1,
      name: '',
      borders: Float32Array.of(0.5, 1.5),
      hasNans: true,
      nanTreatment: 'AsTrue',
    },
  ],
  categories: [
    { index: 0, column: 0, name: '' },
    { index: 1, column: 2, name: '' },
  ],
  others: [],
  estimated: 0,
  oneHots: [{ feature: 1, values: Int32Array.of(77) }],
  ctrs: [CTR],
  trees: { kind: 'oblivious', sizes: Int32Array.of(2), splits: Int32Array.of(1, 3) },
  leafValues: Float64Array.of(1, 2, 3, 4),
  leafWeights: new Float64Array(0),
  scale: 1,
  bias: Float64Array.of(0),
  info: new Map([['params', '{"loss_function":{"type":"RMSE"}}']]),
  tables: [TABLE],
};

/** A root with the nodes behind it, as the library writes them. */
const NODES: CatBoostFile['trees'] = {
  kind: 'nodes',
  sizes: Int32Array.of(3),
  splits: Int32Array.of(1, 0, 0),
  steps: Uint16Array.of(1, 2, 0, 0, 0, 0),
  leaves: Uint32Array.of(0, 0, 1),
};

const read = (
  change: Partial<CatBoostFile>,
  wrapper: Parameters<typeof catboostStep>[1] = null,
): CatBoostStep => catboostStep({ ...FILE, ...change }, wrapper, ORIGIN);
const classes = (text: object, loss = 'Logloss'): Partial<CatBoostFile> => ({
  info: new Map([
    ['params', JSON.stringify({ loss_function: { type: loss } })],
    ['class_params', JSON.stringify(text)],
  ]),
});

describe('a CatBoost model', () => {
  test('has its questions numbered as its splits are, and its features at their columns', () => {
    const step = read({});
    expect(step.features).toBe(3);
    expect(step.categories).toEqual([0, 2]);
    expect([...step.questions.kind]).toEqual([0, 0, 1, 2]);
    expect(step.floats[0]).toMatchObject({ column: 1, missingAbove: true });
    expect(step.tables[0]).toMatchObject({
      categories: [0],
      floats: Int32Array.of(1),
      oneHots: Int32Array.of(2),
    });
  });

  test('of nodes has leaves where the library stops', () => {
    const { trees } = read({ trees: NODES, leafValues: Float64Array.of(5, 6) });
    expect(trees).toEqual({
      kind: 'nodes',
      roots: Int32Array.of(0),
      question: Int32Array.of(1),
      no: Int32Array.of(-1),
      yes: Int32Array.of(-2),
    });
  });

  const oblivious = (sizes: number[], splits: number[]): Partial<CatBoostFile> => ({
    trees: { kind: 'oblivious', sizes: Int32Array.from(sizes), splits: Int32Array.from(splits) },
  });
  const nodes = (
    change: Partial<Extract<CatBoostFile['trees'], { kind: 'nodes' }>>,
  ): Partial<CatBoostFile> => ({
    trees: { ...NODES, ...change } as CatBoostFile['trees'],
    leafValues: Float64Array.of(5, 6),
  });
  const floats = (change: object): Partial<CatBoostFile> => ({ floats: [{ ...FILE.floats[0]!, ...change }] });

  test.each<[string, Partial<CatBoostFile>, RegExp]>([
    ['no dimensions', { dimensions: 0 }, /ApproxDimension is 0/],
    ['borders that fall', floats({ borders: Float32Array.of(2, 1.5) }), /borders is 1.5 after 2/],
    ['borders that are no number', floats({ borders: Float32Array.of(NaN, 1.5) }), /borders is NaN/],
    ['a column twice', floats({ column: 0 }), /flat_feature_index is 0 twice/],
    ['a column before the first', floats({ column: -1 }), /flat_feature_index is -1/],
    ['a column out of all bounds', floats({ column: 2 ** 30 }), /flat_feature_index is 1073741824/],
    ['a split that there is not', oblivious([2], [1, 4]), /split 1 is 4, wanted 0 to 3/],
    ['a split below the first', oblivious([2], [-1, 3]), /split 0 is -1/],
    ['trees that need more splits', oblivious([3], [1, 3]), /the sizes of trees is 3 in all/],
    ['trees of negative size', oblivious([-1, 3], [1, 3]), /the sizes of trees/],
    ['trees of more leaves', { leafValues: new Float64Array(8) }, /leaf_values is 8 leaves, wanted 4/],
    ['trees of too many levels', oblivious([30], new Array(30).fill(0)), /depth of tree 0 is 30/],
    ['leaves of part of a row', { dimensions: 3 }, /leaf_values is 4 numbers/],
    ['a child past the end', nodes({ steps: Uint16Array.of(1, 3, 0, 0, 0, 0) }), /child of node 0 is node 3/],
    ['two parents of a node', nodes({ steps: Uint16Array.of(1, 1, 0, 0, 0, 0) }), /node 1 is a child of two/],
    ['a leaf past the end', nodes({ leaves: Uint32Array.of(0, 0, 2) }), /leaf of node 2 is 2/],
    ['nodes without steps', nodes({ steps: Uint16Array.of(1, 2) }), /the nodes is 1 steps/],
    ['an empty tree', nodes({ sizes: Int32Array.of(0, 3) }), /tree 0 is no nodes/],
    ['a value twice', { oneHots: [{ feature: 1, values: Int32Array.of(77, 77) }] }, /a value twice/],
    [
      'values of no feature',
      { oneHots: [{ feature: 9, values: Int32Array.of(77) }] },
      /categorical feature 9/,
    ],
    ['a CTR of no table', { tables: [] }, /a Borders of no table/],
    [
      'a CTR of a border that is not asked',
      {
        ctrs: [
          {
            ...CTR,
            base: { ...BASE, projection: { ...BASE.projection, floats: [{ feature: 0, border: 9 }] } },
          },
        ],
      },
      /a Borders of no table/,
    ],
    [
      'a CTR past the classes of its table',
      { ctrs: [{ ...CTR, targetBorder: 1 }] },
      /target_border_idx is 1, wanted 0 to 0/,
    ],
    ['CTR borders that fall', { ctrs: [{ ...CTR, borders: Float32Array.of(3, 2) }] }, /borders is 2 after 3/],
    ['a key twice', { tables: [{ ...TABLE, keys: Uint32Array.of(1, 2, 1, 2) }] }, /a key twice/],
    [
      'sums where counts are wanted',
      { tables: [{ ...TABLE, sums: Float32Array.of(1, 2) }] },
      /a table of sums/,
    ],
    ['a bias of another width', { bias: Float64Array.of(1, 2) }, /the bias is 2 numbers/],
    [
      'computed features of text',
      { estimated: 2, others: [{ index: 0, column: 3, name: '', kind: 'text' }] },
      /text features is 2 computed features/,
    ],
    ['one class', classes({ class_label_type: 'Integer', class_names: [0] }), /class_names/],
    ['classes of mixed types', classes({ class_label_type: 'String', class_names: ['a', 1] }), /class_names/],
    ['an absurd number of classes', classes({ classes_count: 1e12 }), /classes_count/],
    [
      'a threshold that is no probability',
      {
        info: new Map([
          ['params', '{"loss_function":{"type":"Logloss"}}'],
          ['binclass_probability_threshold', '2'],
        ]),
      },
      /binclass_probability_threshold is 2/,
    ],
  ])('with %s is refused', (_, change, words) => {
    expect(() => read(change)).toThrow(words);
  });

  test('a border of a combination has to be among those of its feature', () => {
    const projection = { ...BASE.projection, floats: [{ feature: 0, border: 9 }] };
    const base = { ...BASE, projection };
    expect(() => read({ ctrs: [{ ...CTR, base }], tables: [{ ...TABLE, base }] })).toThrow(
      /border 9 of float feature 0/,
    );
  });

  test.each<[string, Parameters<typeof catboostStep>[1], object]>([
    ['Poisson', null, { kind: 'regression', link: 'exp' }],
    ['Poisson', 'CatBoost', { kind: 'regression', link: 'identity' }],
    ['Logloss', null, { kind: 'classes', link: 'sigmoid' }],
    ['YetiRank', 'CatBoostRanker', { kind: 'regression', link: 'identity' }],
    ['Unheard', null, { kind: 'regression', link: 'identity' }],
  ])('of loss %s in a %s answers as that class would', (loss, wrapper, head) => {
    const info = new Map([['params', JSON.stringify({ loss_function: { type: loss } })]]);
    expect(read({ info }, wrapper).head).toMatchObject(head);
  });

  test('of before 0.24 has its classes among the parameters of its training', () => {
    const params = {
      loss_function: { type: 'Logloss' },
      data_processing_options: { class_names: ['-1', '1'] },
    };
    const { head } = read({ info: new Map([['params', JSON.stringify(params)]]) });
    expect(head).toMatchObject({ classes: { type: 'string', values: ['-1', '1'] }, threshold: 0 });
  });

  test('that says nothing of its training is a regression', () => {
    expect(read({ info: new Map([['params', '{broken']]) }).head).toEqual({
      kind: 'regression',
      link: 'identity',
    });
  });
});
