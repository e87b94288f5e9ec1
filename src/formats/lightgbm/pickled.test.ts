import { describe, expect, it, test } from 'vitest';
import { describeSklearn } from '../sklearn/describe.ts';
import { file, instance, int, objects } from '../sklearn/testing/values.ts';
import { modelText } from './testing/model-texts.ts';

const TEXT = modelText({ header: { objective: 'binary sigmoid:1' }, trees: [{}, {}, {}] });
const booster = (attributes: Readonly<Record<string, unknown>> = {}) =>
  instance('lightgbm.basic.Booster', { _handle: TEXT, best_iteration: int(0), ...attributes });
const classifier = (attributes: Readonly<Record<string, unknown>> = {}) =>
  instance('lightgbm.sklearn.LGBMClassifier', {
    _Booster: booster(),
    _n_features: int(2),
    _objective: 'binary',
    _le: instance('sklearn.preprocessing._label.LabelEncoder', { classes_: objects('no', 'yes') }),
    ...attributes,
  });
const read = (root: Parameters<typeof file>[0]) => describeSklearn(file(root));
const treesOf = (root: Parameters<typeof file>[0]) => {
  const { content } = read(root);
  return content?.kind === 'steps' && content.root.kind === 'tree-ensemble'
    ? content.root.arena.roots.length
    : null;
};

it('reads the text of a booster, under the attribute of either version', () => {
  expect(treesOf(booster())).toBe(3);
  expect(treesOf(instance('lightgbm.basic.Booster', { handle: TEXT }))).toBe(3);
});

it('stops at the best iteration, where there is one', () => {
  expect(treesOf(booster({ best_iteration: int(2) }))).toBe(2);
  expect(treesOf(booster({ best_iteration: int(-1) }))).toBe(3);
  expect(treesOf(booster({ best_iteration: int(9) }))).toBe(3);
  expect(treesOf(classifier({ _Booster: booster({ best_iteration: int(1) }) }))).toBe(1);
});

it('answers with the labels of a classifier', () => {
  const { content, framework, outline } = read(classifier());
  expect(framework.name).toBe('lightgbm');
  expect(content?.signature.outputs).toMatchObject([
    { name: 'predict', classes: { values: ['no', 'yes'] } },
    { name: 'predict_proba', shape: [-1, 2] },
    { name: 'raw_score', shape: [-1] },
  ]);
  expect(outline?.children[0]?.params).toMatchObject({ objective: 'binary sigmoid:1', trees: '3' });
});

it('answers with raw scores where the objective is a function of the user', () => {
  const own = { type: 'global', module: '__main__', name: 'loss', offset: 0 } as const;
  const text = modelText({ header: { objective: null } });
  const outputs = read(classifier({ _objective: own, _Booster: booster({ _handle: text }) })).content
    ?.signature.outputs;
  expect(outputs?.map(({ name }) => name)).toEqual(['predict', 'raw_score']);
});

describe('says what stands in the way', () => {
  test.each([
    ['a wrapper that was never fitted', classifier({ _Booster: null }), '_Booster'],
    ['a booster without a model', booster({ _handle: null }), '_handle'],
    ['trees left out at prediction', classifier({ pred_early_stop: true }), 'pred_early_stop'],
    [
      'three labels over one score',
      classifier({
        _le: instance('sklearn.preprocessing._label.LabelEncoder', { classes_: objects('a', 'b', 'c') }),
      }),
      'classes_',
    ],
  ])('of %s', (_name, root, field) => {
    expect(read(root).blockers).toMatchObject([{ field }]);
  });

  it('of another width than the booster has, as damage', () => {
    expect(() => read(classifier({ _n_features: int(5) }))).toThrow(/_n_features is 5/);
  });

  it('of a damaged text, with its place', () => {
    expect(() => read(booster({ _handle: TEXT.replace('left_child=1', 'left_child=0') }))).toThrow(
      /the text of the booster.*left_child of split 0 is 0/,
    );
  });
});
