import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../engine/native/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import type { Batch } from '../model/batch.ts';
import type { ModelContent } from '../model/description.ts';
import type { Signature } from '../model/signature.ts';
import type { TreeEnsembleStep } from '../model/step.ts';
import { type ExplanationRequest, explainModel } from './explain-model.ts';
import { explanationDocument } from './explanation.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/explanations');
type StepsContent = ModelContent & { readonly kind: 'steps' };
type Cells = readonly (readonly (number | string | null)[])[];
/** `[row][feature]`, or `[row][feature][score]`. */
type Values = readonly (readonly (number | readonly number[])[])[];
interface Answer {
  readonly rows: Cells;
  readonly background: Cells;
  readonly interventional: { readonly base: readonly number[]; readonly values: Values };
  readonly path?: { readonly base: readonly number[]; readonly values: Values };
}
const { shap: _, ...ANSWERS } = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8')) as {
  readonly shap: string;
} & Record<string, Answer>;
const NAMES = Object.keys(ANSWERS);

function batchOf(cells: Cells, signature: Signature): Batch {
  const columns = signature.form === 'tensors' ? [] : signature.columns;
  if (columns.every(({ type }) => type === 'number'))
    return {
      ...{ kind: 'matrix', rows: cells.length, width: columns.length },
      data: Float64Array.from(cells.flat(), (cell) => (cell === null ? Number.NaN : Number(cell))),
    };
  const column = (k: number) =>
    columns[k]!.type === 'number'
      ? Float64Array.from(cells, (row) => Number(row[k]))
      : cells.map((row) => row[k] as string | null);
  return { kind: 'table', rows: cells.length, columns: columns.map((_column, k) => column(k)) };
}

/** Explains the rows of a fixture's model, against its background or by its paths; of sums or of another output. */
async function explained(
  name: string,
  isAgainst: boolean,
  output?: string,
  choice: Omit<ExplanationRequest, 'background' | 'output'> = {},
) {
  const { content } = readModelFile(join(FOLDER, `${name}.joblib`), { covers: true });
  if (content?.kind !== 'steps') throw new Error(`${name} has no steps`);
  const { rows, background } = ANSWERS[name]!;
  const engine = createNativeEngine(content);
  const request = {
    ...choice,
    output,
    background: isAgainst ? batchOf(background, content.signature) : null,
  };
  const explainer = await explainModel({ name, content, engine }, request);
  return explanationDocument(explainer, await explainer.explain(batchOf(rows, content.signature)));
}

/** A tree of a booster that asks `length` columns, one after the other. */
function chainOf(length: number): StepsContent {
  const nodes = 2 * length + 1;
  const asks = (node: number): boolean => node % 2 === 0 && node < nodes - 1;
  const each = (of: (node: number) => number): Int32Array =>
    Int32Array.from({ length: nodes }, (_, k) => of(k));
  const root: TreeEnsembleStep = {
    ...{
      kind: 'tree-ensemble',
      origin: { path: '', class: 'c', offset: 0 },
      features: length,
      featureNames: null,
    },
    arena: {
      ...{ roots: Int32Array.of(0), left: each((k) => (asks(k) ? k + 1 : -1)) },
      ...{ right: each((k) => (asks(k) ? k + 2 : -1)), feature: each((k) => (asks(k) ? k / 2 : -1)) },
      ...{ threshold: new Float64Array(nodes), missingLeft: new Uint8Array(nodes), zeroMissing: null },
      ...{
        categorical: null,
        setOffsets: new Uint32Array(1),
        bitsets: new Uint32Array(0),
        knownBitsets: null,
      },
      ...{ categories: 'whole', values: new Float64Array(nodes).fill(1), valueWidth: 1 },
      cover: Float64Array.from({ length: nodes }, (_, k) => nodes - k),
    },
    ...{ input: 'float64', split: 'le', acceptsMissing: true, scores: 1, target: null },
    ...{ base: { kind: 'constant', scores: new Float64Array(1) }, sums: 'float64', aggregate: 'sum' },
    head: {
      ...{ kind: 'booster', link: { kind: 'identity' }, classes: null, flat: true, margins: 'margin' },
    },
  };
  const column = (k: number) => ({ name: `x${k}`, named: false, type: 'number', nullable: true }) as const;
  const outputs = [{ name: 'predict', dtype: 'float64', shape: [-1] }] as const;
  const columns = Array.from({ length }, (_, k) => column(k));
  return { kind: 'steps', root, signature: { form: 'table', columns, outputs, classes: null } };
}

/** Numbers of XGBoost are float32. */
const within = (name: string) => (name.startsWith('xgboost') ? 1e-6 : 1e-12);

function expectEqual(found: unknown, wanted: unknown, tolerance: number): void {
  const [left, right] = [found, wanted].map((value) => (value as number[][][]).flat(3).map(Number));
  expect(left!.length).toBe(right!.length);
  const worst = left!.reduce((most, value, k) => Math.max(most, Math.abs(value - right![k]!)), 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
}

describe('the attributions of a model', () => {
  test.each(NAMES.filter((name) => ANSWERS[name]!.path !== undefined))(
    'by the paths of %s are those of shap',
    async (name) => {
      const found = await explained(name, false);
      expect(found.method).toBe('tree-path-dependent');
      expectEqual(found.values, ANSWERS[name]!.path!.values, within(name));
      expectEqual(found.baseValues, ANSWERS[name]!.path!.base, within(name));
      expect(found.additivityError).toBeLessThanOrEqual(within(name));
    },
  );

  test.each(NAMES)('against rows of %s are those of brute force over all coalitions', async (name) => {
    const found = await explained(name, true);
    expect(found.method).toBe(
      /linear/.test(name) || name === 'linear-three' ? 'linear-interventional' : 'tree-interventional',
    );
    expectEqual(found.values, ANSWERS[name]!.interventional.values, within(name));
    expectEqual(found.baseValues, ANSWERS[name]!.interventional.base, within(name));
    expect(found.additivityError).toBeLessThanOrEqual(within(name));
  });

  test('of probabilities of boosting, which are no sums, add up to them by all coalitions', async () => {
    const { content } = readModelFile(join(FOLDER, 'gradient-classes.joblib'));
    if (content?.kind !== 'steps') throw new Error('no steps');
    const batch = batchOf(ANSWERS['gradient-classes']!.rows, content.signature);
    const { predict_proba: wanted } = createNativeEngine(content).infer(batch);
    const { method, values, baseValues, additivityError } = await explained(
      'gradient-classes',
      true,
      'predict_proba',
    );
    expect(method).toBe('exact');
    const sum = (values[0] as number[][]).reduce((total, cell) => total + cell[1]!, baseValues[1]!);
    expect(sum).toBeCloseTo((wanted as { data: Float64Array }).data[1]!, 12);
    expect(additivityError).toBeLessThanOrEqual(1e-12);
  });

  test.each([
    ['one column in each question are exact', 'categories-one-hot.cbm', 'tree-interventional'],
    ['several columns in one question are found by asking it', 'categories-borders-three.cbm', 'exact'],
  ])('of a booster whose trees ask about %s', async (_title, file, method) => {
    const folder = join(FOLDER, '../models/catboost-1.2.10');
    const { content } = readModelFile(join(folder, file), { covers: true });
    if (content?.kind !== 'steps') throw new Error('no steps');
    const { input } = JSON.parse(readFileSync(join(folder, file.replace('.cbm', '.json')), 'utf8'));
    const rows = batchOf(input.dataframe_split.data.slice(0, 6), content.signature);
    const model = { name: 'm', content, engine: createNativeEngine(content) };
    const byPaths = await explainModel(model, { background: null });
    expect([byPaths.method, byPaths.output]).toEqual(['tree-path-dependent', 'raw']);
    const explainer = await explainModel(model, { background: rows });
    expect([explainer.method, explainer.output]).toEqual([method, 'raw']);
    expect((await explainer.explain(rows)).additivityError).toBeLessThanOrEqual(1e-12);
  });

  test('of a linear booster are those of the linear model that it is, missing values included', async () => {
    const { content } = readModelFile(join(FOLDER, '../models/xgboost-3.2.0/gblinear-logistic.ubj'));
    if (content?.kind !== 'steps') throw new Error('no steps');
    const model = { name: 'm', content, engine: createNativeEngine(content) };
    const cells = [
      [0.1, -0.5, null, -0.1, 2],
      [1, 0.5, null, 0.25, null],
      [-1, 3, 0.5, 0, 1],
    ];
    const rows = batchOf(cells, content.signature);
    const found = await explainModel(model, { background: rows });
    const all = await explainModel(model, { background: rows, method: 'exact', output: 'margin' });
    expect([found.method, found.output]).toEqual(['linear-interventional', 'raw']);
    const { values } = await found.explain(rows);
    for (const [k, value] of (await all.explain(rows)).values.entries())
      expect(values[k]).toBeCloseTo(value, 6);
  });

  test('of a chain that asks 8,000 columns in turn are not made in the square of its memory', async () => {
    const length = 8000;
    const chain = chainOf(length);
    const model = { name: 'm', content: chain, engine: createNativeEngine(chain) };
    const row: Batch = { kind: 'matrix', rows: 1, width: length, data: new Float64Array(length) };
    for (const background of [null, row]) {
      const refused = explainModel(model, { output: 'raw', background });
      const paired = explainModel(model, { output: 'raw', background: null, interactions: true });
      await expect(paired).rejects.toMatchObject({ code: 'EXPLANATION_UNFIT' });
      if (background === null) await expect(refused).rejects.toMatchObject({ code: 'EXPLANATION_UNFIT' });
      else expect((await refused).method).toBe('permutation');
    }
  });

  test('are refused for rows that a prediction refuses', async () => {
    const { content } = readModelFile(join(FOLDER, 'forest-number.joblib'), { covers: true });
    if (content?.kind !== 'steps') throw new Error('no steps');
    const model = { name: 'm', content, engine: createNativeEngine(content) };
    const { explain } = await explainModel(model, { background: null });
    const odd: Batch = {
      kind: 'matrix',
      rows: 1,
      width: 5,
      data: new Float64Array(5).fill(Number.POSITIVE_INFINITY),
    };
    await expect(explain(odd)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  test.each(['exact', 'kernel', 'permutation', 'sampling'] as const)(
    'by %s are those of trees against the same rows, as near as it says',
    async (method) => {
      const wanted = (await explained('forest-three', true)).values.flat(2).map(Number);
      const asked = await explained('forest-three', true, undefined, { method });
      expect(asked.method).toBe(method);
      expect(asked.backgroundRows).toBe(12);
      const isExact = method === 'exact' || method === 'kernel';
      expect(asked.seed).toBe(isExact ? undefined : 0);
      const errors = asked.standardErrors?.flat(2).map(Number);
      expect(errors === undefined).toBe(method === 'exact');
      // What 20 orders never saw has no error of its own.
      const most = Math.max(0, ...(errors ?? []));
      for (const [k, value] of asked.values.flat(2).map(Number).entries())
        expect(Math.abs(value - wanted[k]!)).toBeLessThanOrEqual(1e-12 + 4 * most);
      const again = await explained('forest-three', true, undefined, { method });
      expect(again).toEqual(asked);
      const other = await explained('forest-three', true, undefined, { method, seed: 8 });
      expect(other.values).toEqual(isExact ? asked.values : expect.anything());
      if (!isExact) expect(other.values).not.toEqual(asked.values);
    },
  );

  test.each(['forest-three', 'xgboost-classes', 'lightgbm-categories', 'columns-forest', 'catboost-number'])(
    'of %s have interactions of pairs that are symmetric and add up to them',
    async (name) => {
      const { values, interactions, features } = await explained(name, false, undefined, {
        interactions: true,
      });
      const pair = (row: number, one: number, other: number) => [interactions![row]![one]![other]!].flat();
      for (const [row, cells] of values.entries())
        for (const [one, cell] of cells.entries())
          for (const [k, value] of [cell].flat().entries()) {
            const of = features.map((_, other) => pair(row, one, other)[k]!);
            expect(of.reduce((sum, added) => sum + added, 0)).toBeCloseTo(value, 12);
            for (const [other, added] of of.entries()) expect(pair(row, other, one)[k]).toBe(added);
          }
      expect(interactions!.flat(3).filter((value) => value !== 0).length).toBeGreaterThan(features.length);
    },
  );

  test('have interactions of trees by their paths alone', async () => {
    for (const [name, isAgainst] of [
      ['forest-three', true],
      ['linear-number', false],
    ] as const)
      await expect(explained(name, isAgainst, undefined, { interactions: true })).rejects.toMatchObject({
        code: 'EXPLANATION_UNFIT',
      });
  });

  test.each([undefined, 'permutation'] as const)('say how far they are, by %s', async (method) => {
    const { content } = readModelFile(join(FOLDER, 'forest-number.joblib'), { covers: true });
    if (content?.kind !== 'steps') throw new Error('no steps');
    const { rows, background } = ANSWERS['forest-number']!;
    const [given, others] = [rows, background].map((cells) => batchOf(cells, content.signature));
    const model = { name: 'm', content, engine: createNativeEngine(content) };
    const explainer = await explainModel(model, { background: others!, method });
    const shares: number[] = [];
    await explainer.explain(given!, (share) => shares.push(share));
    expect(shares[0]).toBe(0);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    if (method === undefined) expect(shares.length).toBe(1);
    else expect(shares.length).toBeGreaterThan(given!.rows);
    expect(shares.at(-1)).toBeLessThan(1);
  });

  test.each(['exact', 'permutation', 'kernel', 'sampling'] as const)(
    'of a model that answers no number somewhere are an error by %s, not an answer',
    async (method) => {
      const { content } = readModelFile(join(FOLDER, 'forest-number.joblib'), { covers: true });
      if (content?.kind !== 'steps') throw new Error('no steps');
      const own = createNativeEngine(content);
      const infer = async (batch: Batch) => {
        const { predict } = await own.infer(batch);
        const data = (predict as { data: Float64Array }).data.map((value, k) =>
          k === 3 ? Number.NaN : value,
        );
        return { predict: { dtype: 'float64', shape: [data.length], data } } as const;
      };
      const { rows, background } = ANSWERS['forest-number']!;
      const [given, others] = [rows, background].map((cells) => batchOf(cells, content.signature));
      const model = { name: 'm', content, engine: { infer } };
      const { explain } = await explainModel(model, { background: others!, method });
      await expect(explain(given!)).rejects.toMatchObject({ code: 'EXPLANATION_UNFIT' });
    },
  );

  test('of a sum are near enough by the first orders, others take what is usual', async () => {
    for (const [name, pairs] of [['linear-number', 5] as const, ['forest-three', 100] as const]) {
      const { features, evaluations } = await explained(name, true, undefined, { method: 'permutation' });
      expect(evaluations! / (2 * (features.length - 1))).toBe(pairs);
    }
  });

  test('ask no more than a budget', async () => {
    const few = { method: 'permutation', budget: 17 } as const;
    expect((await explained('forest-three', true, undefined, few)).evaluations).toBe(16);
    expect((await explained('gradient-classes', true, 'predict_proba', { budget: 5 })).method).toBe(
      'permutation',
    );
    await expect(
      explained('forest-three', true, undefined, { method: 'kernel', budget: 9 }),
    ).rejects.toMatchObject({ hint: expect.stringContaining('--budget 10') });
  });

  test.each([
    ['linear-number', 'tree-path-dependent', true, 'Choose --method exact'],
    ['forest-three', 'linear-interventional', true, 'Choose --method exact'],
    ['forest-three', 'tree-interventional', false, '--background'],
    ['forest-three', 'kernel', false, '--background'],
    ['catboost-three', 'linear-correlation-dependent', true, 'Choose --method exact'],
  ] as const)('of %s by %s are refused with what can be had', async (name, method, isAgainst, hint) => {
    await expect(explained(name, isAgainst, undefined, { method })).rejects.toMatchObject({
      code: 'EXPLANATION_UNFIT',
      hint: expect.stringContaining(hint),
    });
  });

  test('of a linear model add up by correlations too', async () => {
    const found = await explained('linear-three', true, undefined, {
      method: 'linear-correlation-dependent',
    });
    expect(found.method).toBe('linear-correlation-dependent');
    expect(found.additivityError).toBeLessThanOrEqual(1e-12);
    expect(found.values).not.toEqual((await explained('linear-three', true)).values);
  });

  test('that need other rows ask for them, with what to give', async () => {
    await expect(explained('linear-number', false)).rejects.toMatchObject({
      code: 'EXPLANATION_UNFIT',
      hint: expect.stringContaining('--background'),
    });
    await expect(explained('forest-classes', true, 'nope')).rejects.toMatchObject({
      hint: expect.stringContaining('predict_proba'),
    });
  });
});
