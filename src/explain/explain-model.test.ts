import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../engine/native/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import type { Batch } from '../model/batch.ts';
import type { Signature } from '../model/signature.ts';
import { explainModel } from './explain-model.ts';
import { explanationDocument } from './explanation.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/explanations');
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
async function explained(name: string, isAgainst: boolean, output?: string) {
  const { content } = readModelFile(join(FOLDER, `${name}.joblib`), { covers: true });
  if (content?.kind !== 'steps') throw new Error(`${name} has no steps`);
  const { rows, background } = ANSWERS[name]!;
  const engine = createNativeEngine(content);
  const request = { output, background: isAgainst ? batchOf(background, content.signature) : null };
  const explainer = await explainModel({ name, content, engine }, request);
  return explanationDocument(explainer, await explainer.explain(batchOf(rows, content.signature)));
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
