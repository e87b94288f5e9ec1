import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../../engine/native/engine.ts';
import { readModelFile } from '../../files/read-model.ts';
import type { Batch } from '../../model/batch.ts';
import type { PmmlModel, PmmlTerm, PmmlTreeNode } from '../../model/pmml/models.ts';
import type { PmmlField } from '../../model/pmml/program.ts';
import { sliceBatch } from '../../model/slice.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { explainModel } from '../explain-model.ts';
import type { ExplainedModel } from '../explained-model.ts';
import { pmmlTrees } from './pmml-trees.ts';
import { summedModels } from './summed-models.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/pmml');
/** Documents whose last model is trees, a sum of trees, or a link of one: with the output that is explained. */
const TREES: Readonly<Record<string, string>> = {
  ...{
    'tree-classifier': 'predict_proba',
    'tree-regressor': 'predict',
    'tree-three-classes': 'predict_proba',
  },
  ...{ 'forest-classifier': 'predict_proba', 'forest-numbers': 'predict', 'extra-trees': 'predict' },
  ...{
    bagging: 'predict_proba',
    'gbm-regressor': 'predict',
    'gbm-classifier': 'raw',
    'gbm-three-classes': 'raw',
  },
  ...{ 'hist-gbm-missing': 'predict', 'lightgbm-missing': 'predict', 'xgboost-missing': 'predict' },
  ...{ 'catboost-categories': 'predict', 'hist-gbm': 'raw' },
};

function opened(name: string): { readonly model: ExplainedModel; readonly rows: Batch } {
  const { content } = readModelFile(join(FOLDER, `${name}.pmml`));
  if (content?.kind !== 'steps') throw new Error(`${name} has no steps`);
  const { input } = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as { input: unknown };
  const rows = decodeInput(input, content.signature, { extra: 'ignore' });
  return { model: { name, content, engine: createNativeEngine(content) }, rows: sliceBatch(rows, 0, 12) };
}

const leafOf = (node: PmmlTreeNode): PmmlTreeNode => ({ ...node, children: [], score: 1 });

describe('the trees of a PMML document', () => {
  test.each(Object.keys(TREES))('are explained as all coalitions asked of it are: %s', async (name) => {
    const { model, rows } = opened(name);
    const request = { background: sliceBatch(rows, 0, 6), output: TREES[name] };
    const found = await explainModel(model, { background: request.background });
    expect([found.method, found.output]).toEqual(['tree-interventional', TREES[name]]);
    // Where it has a link, that its sums give what is answered is checked with each explanation.
    const { values, additivityError } = await found.explain(rows);
    expect(additivityError).toBeLessThanOrEqual(1e-6);
    if (TREES[name] === 'raw') return;
    const all = await explainModel(model, { ...request, method: 'exact' });
    for (const [k, value] of (await all.explain(rows)).values.entries())
      expect(values[k]).toBeCloseTo(value, 6);
  });

  test.each(['poisson', 'voting-regressor', 'derived-fields'])(
    'are left to what asks the model where it is more than them: %s',
    async (name) => {
      const { model, rows } = opened(name);
      expect((await explainModel(model, { background: sliceBatch(rows, 0, 6) })).method).toBe('exact');
    },
  );

  test('are not explained beside rows that they do not answer', async () => {
    const { model, rows } = opened('forest-numbers');
    if (rows.kind !== 'matrix') throw new Error('its rows are not all numbers');
    const background = { ...rows, data: rows.data.map((cell, k) => (k < rows.width ? Number.NaN : cell)) };
    await expect(explainModel(model, { background, method: 'tree-interventional' })).rejects.toMatchObject({
      code: 'EXPLANATION_UNFIT',
      message: expect.stringContaining('rows of the background miss values'),
    });
  });

  test('are said to ask nothing where they are leaves alone', async () => {
    const { model, rows } = opened('tree-regressor');
    if (model.content.kind !== 'steps' || model.content.root.kind !== 'pmml') throw new Error('no document');
    const models = model.content.root.models.map((one) =>
      one.kind === 'tree' ? { ...one, nodes: one.nodes.slice(0, 1).map(leafOf) } : one,
    );
    const content = { ...model.content, root: { ...model.content.root, models } };
    const constant = { name: 'constant', content, engine: createNativeEngine(content) };
    await expect(
      explainModel(constant, { background: rows, method: 'tree-interventional' }),
    ).rejects.toMatchObject({
      code: 'EXPLANATION_UNFIT',
      message: expect.stringContaining('its trees ask about no column'),
    });
    const { values } = await (await explainModel(constant, { background: rows })).explain(rows);
    expect(values.every((value) => value === 0)).toBe(true);
  });

  test('are no more than may be held, whatever numbers of nodes and classes a document has', () => {
    const { model } = opened('tree-three-classes');
    const step = model.content.kind === 'steps' ? model.content.root : null;
    const tree = step?.kind === 'pmml' ? step.models.at(-1) : undefined;
    if (step?.kind !== 'pmml' || tree?.kind !== 'tree') throw new Error('it is no tree');
    const count = 2 ** 14;
    const classes = Array.from({ length: count }, (_, k) => `c${k}`);
    const leaf: PmmlTreeNode = {
      ...{ id: '', score: 'c0', defaultChild: null, distribution: new Float64Array(count), children: [] },
      predicate: { kind: 'constant', value: true },
    };
    const root = { ...leaf, children: Array.from({ length: count }, (_, k) => k + 1) };
    const nodes = [root, ...root.children.map(() => leaf)];
    expect(pmmlTrees({ ...step, models: [{ ...tree, classes, nodes }] })).toBeNull();
  });

  test('are not unfolded where models add each other up twice over', () => {
    const { model } = opened('gbm-classifier');
    const step = model.content.kind === 'steps' ? model.content.root : null;
    if (step?.kind !== 'pmml') throw new Error('it is no document');
    const regression = step.models.find(({ kind }) => kind === 'regression');
    const tree = step.models.find(({ kind, task }) => kind === 'tree' && task === 'regression');
    if (regression?.kind !== 'regression' || tree === undefined) throw new Error('it adds up no trees');
    const fields = Array.from(
      { length: 40 },
      (_, model): PmmlField => ({
        ...{ kind: 'result', name: `r${model}`, type: 'double', model },
        feature: { kind: 'predictedValue' },
      }),
    );
    const sums = fields.map((_, field): PmmlModel => {
      const terms = [1, 2].map(
        (coefficient): PmmlTerm => ({ kind: 'numeric', field, exponent: 1, coefficient }),
      );
      const { target } = tree;
      const tables = [{ intercept: 0, class: -1, terms }];
      return { ...regression, task: 'regression', normalization: 'none', target, tables };
    });
    const document = { fields, models: [tree, ...sums] };
    expect(summedModels(document, 40)).toBeNull();
    expect(summedModels(document, 3)?.trees).toHaveLength(8);
  });
});
