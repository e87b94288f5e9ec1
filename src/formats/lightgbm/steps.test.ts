import { describe, expect, it, test } from 'vitest';
import { ZERO_BOUND } from '../../model/tree.ts';
import type { ByteSource } from '../format.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { lightgbmFormat } from './format.ts';
import { type Edits, modelText } from './testing/model-texts.ts';

function describeText(text: string) {
  const bytes = Buffer.from(text);
  const source: ByteSource = {
    name: 'model.txt',
    size: bytes.length,
    slice: (start, end) => bytes.subarray(start, end),
    sibling: () => null,
  };
  return lightgbmFormat.read(source, { limits: DEFAULT_LIMITS, codecs: [], now: () => 0 });
}
const rootOf = (text: string) => {
  const { content } = describeText(text);
  if (content?.kind !== 'steps') throw new Error('no steps');
  return content.root;
};
const refusalOf = (text: string) => describeText(text).blockers[0];

describe('a split', () => {
  const arenaOf = (threshold: string, decision: string) => {
    const root = rootOf(
      modelText({
        trees: [
          {
            num_cat: '0',
            threshold: `${threshold} 1 1`,
            decision_type: `${decision} 0 0`,
            cat_boundaries: null,
          },
        ],
      }),
    );
    if (root.kind !== 'tree-ensemble') throw new Error(root.kind);
    return root.arena;
  };

  test.each([
    ['without a missing type takes NaN for 0', '0.5', '0', 1],
    ['without a missing type takes NaN for 0, whatever its default', '-0.5', '2', 0],
    ['of NaN follows its default to the left', '-0.5', '10', 1],
    ['of NaN follows its default to the right', '0.5', '8', 0],
    ['of zeros sends NaN where zeros go', '-0.5', '6', 1],
  ])('%s', (_name, threshold, decision, left) => {
    expect(arenaOf(threshold, decision).missingLeft[0]).toBe(left);
  });

  it('of zeros says so', () => {
    expect(arenaOf('0.5', '6').zeroMissing?.[0]).toBe(1);
    expect(arenaOf('0.5', '10').zeroMissing).toBeNull();
  });

  it('within what counts as zero sends all of that to one side', () => {
    expect(arenaOf('0', '2').threshold[0]).toBe(ZERO_BOUND);
    expect(arenaOf('-0', '2').threshold[0]).toBe(ZERO_BOUND);
    expect(arenaOf('-1e-40', '2').threshold[0]).toBeLessThan(-ZERO_BOUND);
    expect(arenaOf('2e-35', '2').threshold[0]).toBe(2e-35);
  });
});

it('names columns, objective and trees', () => {
  const { outline, content, framework } = describeText(
    modelText({ header: { objective: 'binary sigmoid:1' } }),
  );
  expect(framework.name).toBe('lightgbm');
  expect(outline?.params).toMatchObject({ objective: 'binary sigmoid:1', trees: '1', boosting: 'gbdt' });
  expect(content?.signature).toMatchObject({ columns: [{ name: 'a' }, { name: 'b' }] });
  expect(content?.signature.outputs.map(({ name }) => name)).toEqual(['predict', 'raw_score']);
});

it('averages the iterations of a random forest, not its trees', () => {
  const header = {
    objective: 'multiclass num_class:2',
    num_class: '2',
    num_tree_per_iteration: '2',
    average_output: '',
  };
  expect(rootOf(modelText({ header, trees: [{}, {}, {}, {}] }))).toMatchObject({ head: { divisor: 2 } });
});

const LIES: readonly (readonly [string, Edits, string])[] = [
  ['an objective of no LightGBM', { objective: 'foo' }, 'objective'],
  [
    'fewer trees an iteration than classes',
    { objective: 'multiclass num_class:3', num_class: '3', num_tree_per_iteration: '1' },
    '',
  ],
  [
    'more trees an iteration than an objective has',
    { objective: 'binary', num_tree_per_iteration: '2', tree_sizes: null },
    '',
  ],
];

describe('refuses', () => {
  test.each(LIES)('%s', (_name, header, field) => {
    const trees = header['num_tree_per_iteration'] === '2' ? [{}, {}] : [{}];
    const text = modelText({ header, trees });
    if (field === '')
      expect(() => describeText(text)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    else expect(refusalOf(text)?.field).toBe(field);
  });

  test('a file without trees', () => {
    expect(refusalOf(modelText({ header: { tree_sizes: '' }, trees: [] }))?.field).toBe('Tree');
  });
});

describe('categories of pandas', () => {
  const withLists = (pandas: string, parameters = {}, header = {}) =>
    modelText({ pandas, parameters, header });

  it('are looked up before the trees', () => {
    const root = rootOf(withLists('[["x", "y", "z"]]'));
    expect(root).toMatchObject({
      kind: 'pipeline',
      steps: [
        {
          step: {
            branches: [
              { columns: [0], step: null },
              { columns: [1], step: { kind: 'category-table' } },
            ],
          },
        },
        {},
      ],
    });
    expect(describeText(withLists('[["x", "y", "z"]]')).content?.signature).toMatchObject({
      columns: [
        { type: 'number' },
        { type: 'string', categories: ['x', 'y', 'z'], unknown: 'ignore', nullable: true },
      ],
    });
  });

  it('are found by what training saw, where no parameter says the columns', () => {
    expect(rootOf(withLists('[[1, 2, 3]]', { categorical_feature: '' })).kind).toBe('pipeline');
    expect(rootOf(withLists('[[1, 2, 3]]').replace('[categorical_feature: 1]\n', '')).kind).toBe('pipeline');
  });

  it.each(['null', '[]'])('are none for %s', (pandas) => {
    expect(rootOf(withLists(pandas)).kind).toBe('tree-ensemble');
  });

  test.each([
    ['of more columns than are categorical', withLists('[["x"], ["y"]]'), /2 columns beside 1/],
    ['of columns that held other codes', withLists('[["x"]]'), /which has held 1/],
    ['of mixed types', withLists('[["x", 1, "z"]]'), /mixed types in "b"/],
    ['of columns that are not there', withLists('[["x"]]', { categorical_feature: '7' }), /7/],
  ])('%s are refused', (_name, text, found) => {
    expect(refusalOf(text)?.found).toMatch(found);
  });

  test.each([
    ['[[["x"]]]', 'MODEL_INVALID'],
    ['{"a": 1}', 'MODEL_INVALID'],
    ['"x"', 'MODEL_INVALID'],
    ['[[null]]', 'MODEL_INVALID'],
    ['[1]', 'MODEL_INVALID'],
    ['[["x"', 'READ_TRUNCATED'],
    ['[["x",]]', 'READ_CORRUPT'],
    ['['.repeat(1001), 'READ_LIMIT'],
  ])('%s are damage', (pandas, code) => {
    expect(() => describeText(withLists(pandas))).toThrow(expect.objectContaining({ code }));
  });
});
