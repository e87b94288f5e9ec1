import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../../engine/native/engine.ts';
import type { Tensor } from '../../model/tensor.ts';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { describeBooster } from './describe.ts';
import { readBoosterDocument } from './read-document.ts';
import {
  boosterDocument,
  categoricalStump,
  type PlainValue,
  STUMP,
  ubjsonBytes,
} from './testing/documents.ts';
import { readUbjson } from './ubjson.ts';

const describeDocument = (document: PlainValue) => {
  const budget = new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
  return describeBooster(
    readBoosterDocument(readUbjson(ubjsonBytes(document), budget), false),
    'xgboost-ubj',
    {},
    budget,
  );
};

async function predict(document: PlainValue, rows: readonly (readonly number[])[]): Promise<number[]> {
  const { content } = describeDocument(document);
  if (content?.kind !== 'steps') throw new Error('not read');
  const engine = createNativeEngine(content);
  const batch = {
    kind: 'matrix',
    rows: rows.length,
    width: 2,
    data: Float64Array.from(rows.flat()),
  } as const;
  const { predict: answer } = await engine.infer(batch);
  return Array.from((answer as Tensor).data as Float32Array);
}

const damaged = (field: string, value: PlainValue) => boosterDocument([{ ...STUMP, [field]: value }]);
const DEEP = Array.from({ length: 2001 }, (_, node) => node);

describe('a booster document', () => {
  test('sends a number below the threshold left, and a missing one where it says', async () => {
    const rows = [
      [0.4999, 0],
      [0.5, 0],
      [Number.NaN, 0],
    ];
    expect(await predict(boosterDocument([STUMP, STUMP]), rows)).toEqual([2.5, 4.5, 2.5]);
  });

  test('sends members of a set right, and what is no category left', async () => {
    const rows = [3, 3.9, 70, 4, -1, -0.5, 1e9, 2 ** 24].map((code) => [code, 0]);
    const document = boosterDocument([categoricalStump([3, 70])]);
    expect(await predict(document, rows)).toEqual([2.5, 2.5, 2.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
    expect(
      await predict(boosterDocument([categoricalStump([0])]), [
        [-0.5, 0],
        [0, 0],
        [Number.NaN, 0],
      ]),
    ).toEqual([1.5, 2.5, 1.5]);
  });

  test('takes children that have smaller numbers than their parents, and leaves out nodes of no tree', async () => {
    const reused = {
      ...STUMP,
      tree_param: { num_nodes: '5', size_leaf_vector: '1' },
      left_children: [4, -1, -1, -1, 1],
      right_children: [3, -1, -1, -1, 2],
      split_indices: [0, 0, 0, 0, 1],
      split_conditions: [0.5, 10, 20, 30, 0],
      split_type: [0, 0, 0, 0, 0],
      default_left: [0, 0, 0, 0, 0],
    };
    expect(
      await predict(boosterDocument([reused]), [
        [0, -1],
        [0, 1],
        [1, 0],
      ]),
    ).toEqual([10.5, 20.5, 30.5]);
  });

  test('adds in float32, one tree after the other, from the base score on', async () => {
    const leaf = (value: number) => ({ ...STUMP, split_conditions: [0.5, value, value] });
    const document = boosterDocument([leaf(1), leaf(-16_777_216), leaf(0.25)], {
      params: { base_score: '[16777216]' },
    });
    expect(await predict(document, [[0, 0]])).toEqual([0.25]);
  });

  test('takes the base score of binary:logitraw for a probability up to 1.2', async () => {
    const zero = { ...STUMP, split_conditions: [0.5, 0, 0] };
    const document = boosterDocument([zero], {
      objective: 'binary:logitraw',
      params: { base_score: '2E-1' },
    });
    expect(await predict({ ...document, version: [1, 1, 1] }, [[0, 0]])).toEqual([Math.fround(-Math.log(4))]);
  });

  test('takes one expectile, and refuses several, which are more than margins', async () => {
    const expectiles = (count: number) =>
      boosterDocument([STUMP], {
        objective: 'reg:expectileerror',
        params: { num_target: String(count), base_score: '[0E0]' },
      });
    expect(await predict(expectiles(1), [[0, 0]])).toEqual([1]);
    expect(describeDocument(expectiles(3)).blockers).toMatchObject([
      { path: 'learner.objective', found: '"reg:expectileerror" of 3 expectiles' },
    ]);
  });

  test('adds the sum of the trees to the base score as releases up to 1.2 did', async () => {
    const leaf = (value: number) => ({ ...STUMP, split_conditions: [0.5, value, value] });
    const document = boosterDocument([leaf(1), leaf(-16_777_216), leaf(0.25)], {
      params: { base_score: '16777216' },
    });
    expect(await predict({ ...document, version: [1, 2, 1] }, [[0, 0]])).toEqual([1]);
    expect(await predict({ ...document, version: [1, 3, 0] }, [[0, 0]])).toEqual([0.25]);
  });

  test.each([
    ['1.7.6', 'binary:logitraw', '2E-1', Math.fround(0.2)],
    ['1.7.6', 'count:poisson', '2E0', Math.fround(Math.log(2))],
  ])('takes the base score of %s to %s as that release does', (version, objective, base, margin) => {
    const document = boosterDocument([STUMP], { objective, params: { base_score: base } });
    const { content } = describeDocument({ ...document, version: version.split('.').map(Number) });
    const root = content?.kind === 'steps' ? content.root : null;
    expect(root).toMatchObject({ base: { kind: 'constant', scores: Float64Array.of(margin) } });
  });

  test.each([
    ['a cycle', damaged('left_children', [0, -1, -1]), 'learner.gradient_booster.model.trees[0]'],
    ['a child of two', damaged('left_children', [2, -1, -1]), 'trees[0]'],
    ['a child past the end', damaged('right_children', [7, -1, -1]), 'trees[0]'],
    ['a left child past the end', damaged('left_children', [3, -1, -1]), 'trees[0]'],
    ['a column that is not there', damaged('split_indices', [2, 0, 0]), 'trees[0]'],
    ['a threshold that is no number', damaged('split_conditions', [Number.NaN, 1, 2]), 'trees[0]'],
    ['fewer children than nodes', damaged('left_children', [1, -1]), 'trees[0]'],
    ['more nodes than there are', damaged('tree_param', { num_nodes: '4000000000' }), 'trees[0]'],
    ['a tree without nodes', damaged('tree_param', { num_nodes: '0' }), 'trees[0]'],
    ['a category past float32', boosterDocument([categoricalStump([2 ** 24])]), 'trees[0]'],
    ['a negative category', boosterDocument([categoricalStump([-1])]), 'trees[0]'],
    ['a set past the end', boosterDocument([categoricalStump([1], { categories_sizes: [2] })]), 'trees[0]'],
    [
      'a set that begins past the end',
      boosterDocument([categoricalStump([1], { categories_segments: [9] })]),
      'trees[0]',
    ],
    ['a set of no node', boosterDocument([categoricalStump([1], { categories_nodes: [5] })]), 'trees[0]'],
    ['a categorical node without set', damaged('split_type', [1, 0, 0]), 'trees[0]'],
    ['a tree of no output', boosterDocument([STUMP], { model: { tree_info: [1] } }), 'learner'],
    ['fewer outputs than trees', boosterDocument([STUMP, STUMP], { model: { tree_info: [0] } }), 'model'],
    [
      'more trees than there are',
      boosterDocument([STUMP], { model: { gbtree_model_param: { num_trees: '2147483647' } } }),
      'gbtree_model_param',
    ],
    [
      'weights of fewer trees',
      boosterDocument([STUMP], { booster: { name: 'dart', weight_drop: [] } }),
      'gradient_booster',
    ],
    [
      'a base score that is none',
      boosterDocument([STUMP], { params: { base_score: 'nan' } }),
      'learner_model_param',
    ],
    [
      'two base scores of one output',
      boosterDocument([STUMP], { params: { base_score: '[1,2]' } }),
      'learner',
    ],
    [
      'vector leaves of another width',
      damaged('tree_param', { num_nodes: '3', size_leaf_vector: '2' }),
      'trees[0]',
    ],
    ['no learner', { version: [3, 0, 0] }, 'the model'],
    ['a learner that is none', { learner: [1, 2] }, 'the model'],
  ])('refuses %s, and says where', (_, document, path) => {
    expect(() => describeDocument(document)).toThrow(
      expect.objectContaining({
        code: 'MODEL_INVALID',
        details: expect.objectContaining({ path: expect.stringContaining(path) }),
      }),
    );
  });

  test.each([
    ['an objective nobody knows', boosterDocument([STUMP], { objective: 'reg:mine' }), 'name'],
    ['a booster nobody knows', boosterDocument([STUMP], { booster: { name: 'gbforest' } }), 'name'],
    [
      'ten million outputs',
      boosterDocument([STUMP], { params: { num_class: '10000000' } }),
      'learner_model_param',
    ],
  ])('says that %s has no equal here', (_, document, field) => {
    let blockers: unknown;
    try {
      ({ blockers } = describeDocument(document));
    } catch (error) {
      blockers = [(error as { details: unknown }).details];
    }
    expect(blockers).toEqual([expect.objectContaining({ field })]);
  });

  const withCategories = (values: readonly number[], version: readonly number[]) => ({
    ...boosterDocument([categoricalStump([1])], {
      model: {
        cats: {
          enc: [
            { offsets: [0, 4, values.length], values },
            { offsets: [], values: [] },
          ],
        },
      },
    }),
    version,
  });
  const codes = (text: string): number[] => [...new TextEncoder().encode(text)];

  test('takes the categories of a data frame themselves', () => {
    const { content } = describeDocument(withCategories(codes('OsloVik'), [3, 2, 0]));
    const column = content?.signature.form === 'table' ? content.signature.columns[0] : null;
    expect(column).toMatchObject({
      type: 'string',
      nullable: true,
      categories: ['Oslo', 'Vik', null],
      unknown: 'error',
    });
  });

  test('refuses categories that the release cut', () => {
    expect(describeDocument(withCategories(codes('OsloZüri'), [3, 2, 0])).blockers).toMatchObject([
      { path: 'cats.enc[0]', field: 'values' },
    ]);
    expect(describeDocument(withCategories(codes('OsloZürich'), [3, 4, 0])).blockers).toEqual([]);
  });

  const linear = (weights: readonly number[]) =>
    boosterDocument([], { booster: { name: 'gblinear', model: { weights: Float32Array.from(weights) } } });

  test('adds columns times weights in float32, and nothing for a missing one', async () => {
    const rows = [
      [1, 1],
      [Number.NaN, 2],
      [3e7, 1],
    ];
    expect(await predict(linear([1, 0.25, 3]), rows)).toEqual([4.75, 4, 30_000_004]);
  });

  test('refuses a linear booster with other weights than columns', () => {
    expect(() => describeDocument(linear([1, 2]))).toThrow(
      expect.objectContaining({
        code: 'MODEL_INVALID',
        details: expect.objectContaining({ field: 'weights' }),
      }),
    );
  });

  test('says that training stopped early only where trees come behind the best iteration', () => {
    const stopped = (best: string) =>
      describeDocument(boosterDocument([STUMP, STUMP], { learner: { attributes: { best_iteration: best } } }))
        .notes;
    expect(stopped('0')).toHaveLength(1);
    expect(stopped('1')).toEqual([]);
  });

  test('walks a chain of thousands of nodes without a stack', () => {
    const chain = {
      ...STUMP,
      tree_param: { num_nodes: '2001' },
      left_children: DEEP.map((node) => (node % 2 === 0 && node < 2000 ? node + 1 : -1)),
      right_children: DEEP.map((node) => (node % 2 === 0 && node < 2000 ? node + 2 : -1)),
      split_indices: DEEP.map(() => 0),
      split_conditions: DEEP,
      split_type: DEEP.map(() => 0),
      default_left: DEEP.map(() => 0),
    };
    expect(describeDocument(boosterDocument([chain])).content).not.toBeNull();
  });
});
