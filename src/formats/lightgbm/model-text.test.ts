import { describe, expect, it, test } from 'vitest';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS, type ReadLimits } from '../limits.ts';
import { looksLikeLightgbm, readModelText } from './model-text.ts';
import { type Edits, modelText, TREE } from './testing/model-texts.ts';

const read = (text: string, limits: Partial<ReadLimits> = {}) =>
  readModelText(
    Buffer.from(text),
    'the model',
    new ReadBudget({ limits: { ...DEFAULT_LIMITS, ...limits }, now: () => 0 }),
  );
const readEdited = (tree: Edits, header: Edits = {}) => read(modelText({ header, trees: [tree] }));

it('reads header, trees and what follows them', () => {
  const model = read(modelText({ header: { objective: 'binary sigmoid:2', average_output: '' } }));
  expect(model).toMatchObject({
    version: 'v4',
    objective: 'binary sigmoid:2',
    treesPerIteration: 1,
    averageOutput: true,
    columnNames: ['a', 'b'],
  });
  expect(model).toMatchObject({
    treesInFile: 1,
    mostLeaves: 4,
    arena: {
      roots: Int32Array.of(0),
      left: Int32Array.of(1, 3, 5, -1, -1, -1, -1),
      right: Int32Array.of(2, 4, 6, -1, -1, -1, -1),
      feature: Int32Array.of(0, 1, 0, -1, -1, -1, -1),
      values: Float64Array.of(0, 0, 0, 0.5, -1.5, 2, 4),
      categorical: Int32Array.of(-1, 0, -1, -1, -1, -1, -1),
      zeroMissing: null,
      setOffsets: Uint32Array.of(0, 2, 3),
      bitsets: Uint32Array.of(5, 0, 1),
    },
  });
  expect(model.parameters.get('categorical_feature')).toBe('1');
});

it('reads lines that end as on Windows', () => {
  const text = modelText({});
  expect(read(text.replaceAll('\n', '\r\n'))).toMatchObject({ columnNames: ['a', 'b'] });
});

it('reads leaves that compute', () => {
  const model = readEdited({
    is_linear: '1',
    leaf_const: '1 2 3 4',
    num_features: '0 2 0 1',
    leaf_features: ' 0 1   0 ',
    leaf_coeff: ' 0.5 -1   2 ',
  });
  expect(model.arena.linear).toEqual({
    constants: Float64Array.of(0, 0, 0, 1, 2, 3, 4),
    offsets: Int32Array.of(0, 0, 0, 0, 0, 2, 2, 3),
    columns: Int32Array.of(0, 1, 0),
    coefficients: Float64Array.of(0.5, -1, 2),
  });
});

it('tells a text of LightGBM by its first lines', () => {
  expect(looksLikeLightgbm(Buffer.from('tree\nversion=v4\n'))).toBe(true);
  expect(looksLikeLightgbm(Buffer.from('tree\r\nversion=v3\r\n'))).toBe(true);
  expect(looksLikeLightgbm(Buffer.from('tree\nhouse=v3\n'))).toBe(false);
  expect(looksLikeLightgbm(Buffer.from('trees\n'))).toBe(false);
});

const LIES: Readonly<Record<string, readonly [Edits, RegExp, Edits?]>> = {
  'a child that is its own parent': [{ left_child: '0 -1 -3' }, /left_child of split 0 is 0/],
  'a child before its parent': [{ right_child: '2 -2 1' }, /right_child of split 2 is 1/],
  'a child past the end': [{ left_child: '3 -1 -3' }, /left_child of split 0 is 3/],
  'a leaf past the end': [{ right_child: '2 -2 -5' }, /right_child of split 2 is -5/],
  'a leaf of two splits': [{ right_child: '2 -2 -3' }, /right_child of split 2 is -3/],
  'a split of two splits': [{ left_child: '2 -1 -3' }, /split 0 is 2/],
  'a column past the width': [{ split_feature: '0 1 2' }, /"2" in split_feature/],
  'a negative column': [{ split_feature: '0 1 -1' }, /"-1" in split_feature/],
  'a NaN threshold': [{ threshold: '0.25 0 nan' }, /threshold of split 2 is NaN/],
  'a set that is not there': [{ threshold: '0.25 2 0' }, /threshold of split 1 names set 2/],
  'half a set': [{ threshold: '0.25 0.5 0' }, /names set 0.5/],
  'more sets than splits': [{ num_cat: '4' }, /num_cat="4"/],
  'boundaries that fall': [{ cat_boundaries: '0 3 2' }, /cat_boundaries that fall/],
  'boundaries past the words': [
    { cat_boundaries: '0 2 4' },
    /3 numbers in cat_threshold, 4 wanted|3 numbers in cat_threshold/,
  ],
  'boundaries that do not begin at 0': [{ cat_boundaries: '1 2 3' }, /cat_boundaries/],
  'words of more than 32 bits': [{ cat_threshold: '5 0 4294967296' }, /"4294967296" in cat_threshold/],
  'a missing type that does not exist': [{ decision_type: '2 1 12' }, /decision_type of split 2 is 12/],
  'decision bits that do not exist': [{ decision_type: '2 1 16' }, /"16" in decision_type/],
  'more leaves than values': [{ num_leaves: '5' }, /4 numbers in leaf_value/],
  'a billion leaves': [{ num_leaves: '1000000000' }, /4 numbers in leaf_value/],
  'no leaves': [{ num_leaves: '0' }, /num_leaves="0"/],
  'leaves that are no number': [{ num_leaves: '1e3' }, /num_leaves="1e3"/],
  'a NaN leaf': [{ leaf_value: '1 nan 2 3' }, /NaN in leaf_value/],
  'a hexadecimal number': [{ leaf_value: '1 0x10 2 3' }, /"0x10" in leaf_value/],
  'an empty line of thresholds': [{ threshold: '' }, /0 numbers in threshold/],
  'no thresholds at all': [{ threshold: null }, /no threshold/],
  'terms past the width': [
    {
      is_linear: '1',
      leaf_const: '1 2 3 4',
      num_features: '3 0 0 0',
      leaf_features: '0 1 0',
      leaf_coeff: '1 1 1',
    },
    /"3" in num_features/,
  ],
  'terms that are not there': [
    {
      is_linear: '1',
      leaf_const: '1 2 3 4',
      num_features: '2 2 2 2',
      leaf_features: '0 1',
      leaf_coeff: '1 1',
    },
    /2 numbers in leaf_features/,
  ],
  'more columns than names': [{}, /2 words in feature_names/, { max_feature_idx: '2000000' }],
  'columns without end': [{}, /max_feature_idx="99999999999"/, { max_feature_idx: '99999999999' }],
  'sizes of other trees': [{}, /tree_sizes of 2 trees/, { tree_sizes: '1 2' }],
  'trees that fill no iteration': [{}, /1 trees, 3 an iteration/, { num_tree_per_iteration: '3' }],
  'a version of the future': [{}, /version=v9/, { version: 'v9' }],
};

describe('refuses', () => {
  test.each(Object.entries(LIES))('%s', (_name, [tree, message, header]) => {
    expect(() => readEdited(tree, header)).toThrow(
      expect.objectContaining({ code: 'READ_CORRUPT', message: expect.stringMatching(message) }),
    );
  });

  test('a key that comes twice, with its place', () => {
    const text = modelText({}).replace('num_cat=', 'num_leaves=4\nnum_cat=');
    expect(() => read(text)).toThrow(/a second num_leaves/);
    expect(() => read(text)).toThrow(String(text.indexOf('num_leaves=4\nnum_cat')));
  });

  test('trees that are numbered otherwise', () => {
    expect(() => read(modelText({}).replace('Tree=0', 'Tree=1'))).toThrow(/"Tree=1"/);
  });

  test('a line without end', () => {
    const line = `feature_infos=${'x'.repeat(5000)}`;
    expect(() => read(modelText({}).replace(/feature_infos=.*/, line), { stringBytes: 4000 })).toThrow(
      expect.objectContaining({ code: 'READ_LIMIT' }),
    );
  });

  test('keys without end', () => {
    const keys = Array.from({ length: 300 }, (_, i) => `k${i}=`).join('\n');
    expect(() => read(modelText({}).replace('num_cat=', `${keys}\nnum_cat=`))).toThrow(/at most 200/);
  });

  test('numbers beyond the memory of a reading', () => {
    expect(() => read(modelText({}), { totalBytes: 60 })).toThrow(/limit/);
  });

  test('every text that ends early', () => {
    const text = modelText({});
    const end = text.indexOf('end of trees');
    for (let length = 0; length < end; length += 1)
      expect(() => read(text.slice(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^READ_(?:CORRUPT|TRUNCATED)$/) }),
      );
  });
});

it('takes a tree of one leaf, whatever else the block holds', () => {
  const { arena } = read(modelText({ trees: [{ ...TREE, num_leaves: '1', leaf_value: '3', num_cat: '0' }] }));
  expect(arena).toMatchObject({ left: Int32Array.of(-1), values: Float64Array.of(3) });
});

it('puts the splits, sets and terms of each tree behind those of the one before', () => {
  const linear = {
    is_linear: '1',
    leaf_const: '1 2 3 4',
    num_features: '1 0 0 0',
    leaf_features: '1',
    leaf_coeff: '7',
  };
  const { arena } = read(modelText({ trees: [{}, { ...linear, num_leaves: '4' }, {}] }));
  expect(arena.roots).toEqual(Int32Array.of(0, 7, 14));
  expect(arena.left.subarray(14, 17)).toEqual(Int32Array.of(15, 17, 19));
  expect(Array.from(arena.categorical ?? []).filter((set) => set >= 0)).toEqual([0, 2, 4]);
  expect(arena.setOffsets).toEqual(Uint32Array.of(0, 2, 3, 5, 6, 8, 9));
  expect(arena.linear?.constants.subarray(3, 7)).toEqual(Float64Array.of(0.5, -1.5, 2, 4));
  expect(arena.linear?.constants.subarray(10, 14)).toEqual(Float64Array.of(1, 2, 3, 4));
  const { offsets } = arena.linear ?? { offsets: new Int32Array(0) };
  expect(Array.from(offsets)).toEqual([...new Array(11).fill(0), ...new Array(11).fill(1)]);
});

it('keeps the first iterations where it is told so, and checks the others', () => {
  const bytes = Buffer.from(modelText({ trees: [{}, {}, {}] }));
  const budget = new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
  const { arena, treesInFile } = readModelText(bytes, 'the model', budget, 2);
  expect([arena.roots.length, arena.left.length, treesInFile]).toEqual([2, 14, 3]);
});
