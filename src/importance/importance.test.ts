import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../engine/native/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import type { ColumnBatch } from '../model/batch.ts';
import type { Signature } from '../model/signature.ts';
import { attributedRows } from './attributed-rows.ts';
import { dependentColumns } from './dependent-columns.ts';
import { importanceOf } from './importance-of.ts';
import { permutedColumns } from './permuted-columns.ts';
import type { Scoring } from './scoring.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
type Cells = readonly (readonly (number | string)[])[];
interface Answer {
  readonly rows: Cells;
  readonly labels: readonly number[];
  readonly permutation: Readonly<
    Record<
      string,
      {
        readonly importances: readonly (readonly number[])[];
        readonly mean: readonly number[];
        readonly standardDeviation: readonly number[];
      }
    >
  >;
  readonly dependence: readonly {
    readonly grid: readonly (number | string)[];
    readonly average: readonly (readonly number[])[];
    readonly individual: readonly (readonly (readonly number[])[])[];
  }[];
  readonly shap?: {
    readonly meanAbsolute: readonly (number | readonly number[])[];
    readonly mean: readonly (number | readonly number[])[];
  };
}
const { answers, repeats, seed, grid } = JSON.parse(
  readFileSync(join(FIXTURES, 'importance/answers.json'), 'utf8'),
) as {
  readonly answers: Readonly<Record<string, Answer>>;
  readonly repeats: number;
  readonly seed: number;
  readonly grid: number;
};
const CASES = Object.entries(answers);

function batchOf(cells: Cells, signature: Signature): ColumnBatch {
  const columns = signature.form === 'tensors' ? [] : signature.columns;
  if (columns.every(({ type }) => type === 'number'))
    return {
      ...{ kind: 'matrix', rows: cells.length, width: columns.length },
      data: Float64Array.from(cells.flat(), Number),
    };
  return {
    ...{ kind: 'table', rows: cells.length },
    columns: columns.map(({ type }, k) =>
      type === 'number'
        ? Float64Array.from(cells, (row) => Number(row[k]))
        : cells.map((row) => String(row[k])),
    ),
  };
}

function weighed(name: string) {
  const { content } = readModelFile(join(FIXTURES, `explanations/${name}.joblib`), { covers: true });
  if (content?.kind !== 'steps') throw new Error(`${name} has no steps`);
  const rows = batchOf(answers[name]!.rows, content.signature);
  return { ...{ name, content, rows }, engine: createNativeEngine(content), onProgress: () => undefined };
}

/** Answers of XGBoost are float32. */
const digits = (name: string): number => (name.startsWith('xgboost') ? 6 : 9);

function expectClose(found: Iterable<number>, wanted: Iterable<number>, places: number): void {
  const [left, right] = [[...found], [...wanted]];
  expect(left.length).toBe(right.length);
  for (const [k, value] of left.entries()) expect(value).toBeCloseTo(right[k]!, places);
}

const labelsOf = (name: string) => ({ name: 'y', values: answers[name]!.labels });

describe('the importance of columns', () => {
  test.each(
    CASES.flatMap(([name, { permutation }]) =>
      Object.keys(permutation).map((scoring) => [name, scoring as Scoring] as const),
    ),
  )('of %s by %s is that of permutation_importance, repeat by repeat', async (name, scoring) => {
    const found = await permutedColumns(weighed(name), { labels: labelsOf(name), scoring, repeats, seed });
    const wanted = answers[name]!.permutation[scoring]!;
    expectClose(
      found.importances.flatMap((each) => [...each]),
      wanted.importances.flat(),
      digits(name),
    );
    expectClose(found.mean, wanted.mean, digits(name));
    expectClose(found.standardDeviation, wanted.standardDeviation, digits(name));
  });

  test.each(CASES)('of %s has the curves of partial_dependence', async (name, { dependence }) => {
    const model = weighed(name);
    const { signature } = model.content;
    const names = signature.form === 'tensors' ? [] : signature.columns.map((column) => column.name);
    const columns = [names[0]!, names[4]!];
    const found = await dependentColumns(model, { columns, points: grid });
    for (const [k, { grid: values, average, individual }] of found.entries()) {
      const wanted = dependence[k]!;
      expect(values.length).toBe(wanted.grid.length);
      for (const [point, value] of values.entries())
        if (typeof value === 'number') expect(value).toBeCloseTo(Number(wanted.grid[point]), 12);
        else expect(value).toBe(wanted.grid[point]);
      expectClose(
        average.flatMap((each) => [...each]),
        wanted.average.flat(),
        digits(name),
      );
      expectClose(
        individual.flat().flatMap((each) => [...each]),
        wanted.individual.flat(2),
        digits(name),
      );
    }
  });

  test.each(CASES.filter(([, { shap }]) => shap !== undefined))(
    'of %s is the mean of attributions by paths',
    async (name, { shap }) => {
      const found = await attributedRows(weighed(name), { background: null, seed: 0 });
      expect(found.explainer.method).toBe('tree-path-dependent');
      const scores = found.explainer.baseValues.length;
      const nested = (values: Float64Array): number[] =>
        found.explainer.features.flatMap((_, column) =>
          Array.from({ length: scores }, (__, score) => values[score * 5 + column]!),
        );
      expectClose(nested(found.meanAbsolute), shap!.meanAbsolute.flat(), digits(name));
      expectClose(nested(found.mean), shap!.mean.flat(), digits(name));
    },
  );
});

test('a file of many rows is looked at by a sample, the same one for the same seed', async () => {
  const { onProgress, rows, ...model } = weighed('forest-three');
  const request = {
    attributions: { background: null },
    permutation: { labels: labelsOf('forest-three'), repeats: 1 },
    mostRows: 20,
  };
  const found = await importanceOf(model, rows, { ...request, seed: 1 }, onProgress);
  expect(found).toMatchObject({ rows: 20, rowsGiven: 60, shap: { rows: 20 } });
  expect(await importanceOf(model, rows, { ...request, seed: 1 }, onProgress)).toEqual(found);
  expect(await importanceOf(model, rows, { ...request, seed: 2 }, onProgress)).not.toEqual(found);
});

test('a model that is no sum of trees is explained against some of the rows', async () => {
  const { onProgress, rows, ...model } = weighed('linear-three');
  const request = { attributions: { background: null }, mostRows: 1000, seed: 0 };
  const { shap } = await importanceOf(model, rows, request, onProgress);
  expect(shap).toMatchObject({ method: 'linear-interventional', background: 'input', rows: 60 });
  // Above 0 where the weight of the class is.
  const { correlation } = shap!;
  const last = model.content.root;
  if (last.kind !== 'linear-classifier') throw new Error('no linear model');
  for (const [column, cells] of correlation.entries())
    for (const [k, link] of [cells].flat().entries())
      expect(link).toBeCloseTo(Math.sign(last.coef.data[k * 5 + column]!), 9);
});

test('rows are compared with those of another time, column by column', async () => {
  const { onProgress, rows, ...model } = weighed('forest-three');
  if (rows.kind !== 'matrix') throw new Error('no matrix');
  const early = { ...rows, rows: 30, data: rows.data.subarray(0, 150) };
  const late = { ...rows, rows: 30, data: rows.data.slice(150) };
  // A column that stays where the trees do not look at it.
  for (let row = 0; row < 30; row++) late.data[row * 5] = 0;
  const request = { attributions: { background: null, reference: early }, mostRows: 1000, seed: 0 };
  const { shap } = await importanceOf(model, late, request, onProgress);
  const { shift } = shap!;
  expect(shift).toMatchObject({ referenceRows: 30, deals: 999 });
  expect(shift!.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(shift!.columnP[0]).toBeLessThan(0.05);
  const alone = await importanceOf(
    model,
    early,
    { ...request, attributions: { background: null } },
    onProgress,
  );
  const sizes = alone.shap!.meanAbsolute.map((cells) =>
    [cells].flat().reduce<number>((sum, x) => sum + Number(x), 0),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  for (const [k, share] of shift!.referenceShares.entries()) expect(share).toBeCloseTo(sizes[k]! / total, 12);
  const none = { ...early, rows: 0, data: new Float64Array(0) };
  await expect(
    importanceOf(
      model,
      late,
      { ...request, attributions: { background: null, reference: none } },
      onProgress,
    ),
  ).rejects.toMatchObject({ code: 'EXPLANATION_UNFIT', hint: expect.stringContaining('--reference') });
});
