import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModelFile } from '../files/read-model.ts';
import { type OutlinedModel, outlineModel } from './model-outline.ts';
import type { OutlineStep } from './outline-schemas.ts';

const ROOT = join(import.meta.dirname, '../..');
const outlined = (path: string): OutlinedModel =>
  outlineModel(readModelFile(join(ROOT, path), { covers: true }));

const named = ({ outline }: OutlinedModel, name: string): OutlineStep | undefined =>
  outline.steps.find((step) => step.name === name);

describe('steps', () => {
  const churn = outlined('examples/churn.joblib');

  test('are listed with what holds them, parents first', () => {
    const { steps } = churn.outline;
    expect(steps.every(({ id, parent }, at) => id === at && (parent === null || parent < id))).toBe(true);
    expect(steps.map(({ name, kind, parent }) => [name, kind, parent])).toEqual([
      ['', 'pipeline', null],
      ['columntransformer', 'column-transformer', 0],
      ['numbers', 'pipeline', 1],
      ['simpleimputer', 'simple-imputer', 2],
      ['standardscaler', 'standard-scaler', 2],
      ['words', 'pipeline', 1],
      ['simpleimputer', 'simple-imputer', 5],
      ['onehotencoder', 'one-hot', 5],
      ['logisticregression', 'linear-classifier', 0],
    ]);
  });

  test('say which columns reach a branch, what they were made with, and what they learned', () => {
    expect(named(churn, 'numbers')).toMatchObject({
      arrangement: 'chain',
      columns: { count: 3, names: ['age', 'monthly_fee', 'months'] },
      width: 3,
    });
    const imputer = named(churn, 'simpleimputer');
    expect(imputer?.parameters).toContainEqual({ name: 'strategy', value: "'median'", mark: null });
    expect(imputer?.learned.find(({ name }) => name === 'fill')?.value).toBe('53, 44.03, 16');
  });

  test('of a text come with their parameters once, and of a graph are none', () => {
    const reviews = outlined('examples/reviews.joblib');
    expect(named(reviews, 'count')?.parameters).toEqual([]);
    expect(named(reviews, 'tfidfvectorizer')?.parameters.length).toBeGreaterThan(5);
    const { outline } = outlined('fixtures/onnx/storage.onnx');
    expect(outline.graph).toMatchObject({ producer: 'fixture', opsets: ['ai.onnx 21'], nodes: 16 });
    expect(outline.graph?.operators).toEqual([
      { name: 'Identity', count: 14 },
      { name: 'Cast', count: 2 },
    ]);
  });
});

test('coefficients go by the names of the columns that reach them, the heaviest first', () => {
  const [linear] = outlined('examples/churn.joblib').outline.linear;
  const [target] = linear?.targets ?? [];
  expect(target?.name).toBe('stays');
  expect(target?.coefficients.slice(0, 3).map(({ column }) => column)).toEqual([
    'months',
    'plan = basic',
    'monthly_fee',
  ]);
  const sizes = target?.coefficients.map(({ value }) => Math.abs(value)) ?? [];
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

describe('trees', () => {
  test('are told some levels at a time, with the share of the training rows', () => {
    const iris = outlined('examples/iris.joblib');
    expect(iris.outline.ensembles).toMatchObject([{ step: 0, trees: 50, nodes: 842 }]);
    const whole = iris.tree(0, { tree: 0, node: null, depth: 7 });
    const [root, first] = whole.nodes;
    expect(root).toMatchObject({
      asks: 'petal_width ≤ 0.75',
      threshold: 0.75,
      share: 1,
      nodes: 12,
      depth: 4,
    });
    expect(first).toMatchObject({ parent: root?.id, when: 'yes', values: [1, 0, 0] });
    expect(whole.targets).toEqual(['setosa', 'versicolor', 'virginica']);
    const part = iris.tree(0, { tree: 0, node: null, depth: 1 });
    expect(part.nodes.map(({ isFolded }) => isFolded)).toEqual([false, false, true]);
    const below = iris.tree(0, { tree: 0, node: part.nodes[2]?.id ?? null, depth: 7 });
    expect(below.path).toEqual(['petal_width ≤ 0.75: no']);
    expect(below.nodes.length).toBe(whole.nodes.length - 2);
  });

  test.each([
    [
      'CatBoost, with its statistics',
      'fixtures/models/catboost-1.0.6/categories-binarizedtargetmeanvalue-three.cbm',
      3,
    ],
    ['LightGBM, with sets', 'fixtures/models/lightgbm-3.3.5/categories-binary.txt', 0],
    ['scikit-learn', 'examples/house-prices.joblib', 0],
  ])(
    'of %s: shares of children add up to that of their node, and every tree can be walked',
    (_, path, targets) => {
      const model = outlined(path);
      const [ensemble] = model.outline.ensembles;
      for (let tree = 0; tree < (ensemble?.trees ?? 0); tree += 3) {
        const { nodes, targets: told } = model.tree(ensemble?.step ?? -1, { tree, node: null, depth: 7 });
        expect(told.length).toBe(targets);
        for (const node of nodes.filter(({ asks, isFolded }) => asks !== null && !isFolded)) {
          const children = nodes.filter(({ parent }) => parent === node.id);
          expect(children.map(({ when }) => when).toSorted()).toEqual(['no', 'yes']);
          const sum = children.reduce((total, { share }) => total + (share ?? 0), 0);
          expect(sum).toBeCloseTo(node.share ?? Number.NaN, 9);
          expect(children.reduce((total, child) => total + child.nodes + 1, 0)).toBe(node.nodes);
        }
      }
    },
  );

  test('of PMML say what each way wants', () => {
    const model = outlined('fixtures/pmml/tree-three-classes.pmml');
    const { nodes, targets } = model.tree(0, { tree: 0, node: null, depth: 2 });
    expect(targets).toEqual(['0', '1', '2']);
    expect(nodes[1]).toMatchObject({ when: 'age ≤ 46.5', asks: null, share: null });
    expect(nodes.some(({ when }) => when === 'region = north')).toBe(true);
  });

  test('that are not there are refused with what is there', () => {
    const iris = outlined('examples/iris.joblib');
    expect(() => iris.tree(0, { tree: 50, node: null, depth: 1 })).toThrow('a number below 50');
    expect(() => iris.tree(0, { tree: 1, node: 0, depth: 1 })).toThrow('a node of tree 1');
    expect(() => iris.tree(3, { tree: 0, node: null, depth: 1 })).toThrow('a step with trees (0)');
  });
});
