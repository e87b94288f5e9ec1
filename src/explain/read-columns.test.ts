import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../engine/native/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import type { Batch } from '../model/batch.ts';
import type { ModelStep } from '../model/step.ts';
import { explainModel } from './explain-model.ts';
import { readColumns } from './read-columns.ts';
import { sampledExplainer } from './sampled-explainer.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/explanations');
const ANSWERS = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8')) as Record<
  string,
  { readonly rows: readonly number[][]; readonly background: readonly number[][] }
>;
const EXTRA = 25;

/** Rows with columns behind theirs, no two alike. */
function widened(rows: readonly (readonly (number | null)[])[], extra: number): Batch {
  const cells = rows.map((row, k) => [
    ...row.map((cell) => cell ?? Number.NaN),
    ...Array.from({ length: extra }, (_, column) => k + column / 8),
  ]);
  return {
    ...{ kind: 'matrix', rows: cells.length, width: cells[0]!.length },
    data: Float64Array.from(cells.flat()),
  };
}

/** A fixture's model, told that its rows have columns behind those that it was trained on. */
function widenedModel(name: string, extra: number) {
  const { content } = readModelFile(join(FOLDER, `${name}.joblib`));
  if (content?.kind !== 'steps' || content.signature.form !== 'table')
    throw new Error(`${name} has no table`);
  const { root, signature } = content;
  if (!('features' in root)) throw new Error(`${name} does not say its columns`);
  const more = Array.from({ length: extra }, (_, k) => ({ ...signature.columns[0]!, name: `more${k}` }));
  const wide = { ...root, features: Number(root.features) + extra, featureNames: null } as ModelStep;
  const columns = [...signature.columns, ...more];
  return { ...content, root: wide, signature: { ...signature, columns } } as const;
}

describe('the columns that a model reads', () => {
  test.each(['gradient-classes', 'hist-classes', 'tree-classes', 'lightgbm-classes', 'catboost-classes'])(
    'of %s are the only players: with 25 others its probabilities are explained as without',
    async (name) => {
      const { rows, background } = ANSWERS[name]!;
      const explained = async (extra: number, output = 'predict_proba') => {
        const content = widenedModel(name, extra);
        const model = { name, content, engine: createNativeEngine(content) };
        const request = { method: 'exact', output, background: widened(background, extra) } as const;
        const { explain, method, sampling } = await explainModel(model, request);
        expect(method).toBe('exact');
        const { values } = await explain(widened(rows, extra));
        return { values, width: content.signature.columns.length, sampling };
      };
      const [plain, wide] = [await explained(0), await explained(EXTRA)];
      expect(wide.sampling).toEqual(plain.sampling);
      const known = wide.values.filter((_, k) => k % wide.width < plain.width);
      for (const [k, value] of known.entries()) expect(value).toBeCloseTo(plain.values[k]!, 12);
      const others = wide.values.filter((_, k) => k % wide.width >= plain.width);
      expect(new Set(others)).toEqual(new Set([0]));
    },
  );

  test('are those with a coefficient that an encoder passes on', () => {
    const { content } = readModelFile(join(FOLDER, 'linear-three.joblib'));
    if (content?.kind !== 'steps') throw new Error('no steps');
    const { root } = content;
    if (root.kind !== 'linear-classifier') throw new Error('not linear');
    const { coef, origin } = root;
    const data = coef.data.map((weight, k) => (k % coef.cols === 1 ? 0 : weight));
    const linear = { ...root, coef: { ...coef, data } };
    expect(readColumns({ ...content, root: linear }, coef.cols)).not.toContain(1);
    const columns = Array.from({ length: coef.cols }, (_, k) => k + 3);
    const chosen = { kind: 'column-transformer', origin, branches: [{ columns, step: null }] };
    const steps = [chosen, linear].map((step, k) => ({ name: `${k}`, step }));
    const pipeline = { kind: 'pipeline', origin, steps } as unknown as ModelStep;
    const wanted = columns.filter((column) => column !== 4);
    expect(readColumns({ ...content, root: pipeline }, coef.cols + 5)).toEqual(wanted);
  });

  test('give the values of a game of all columns', async () => {
    const name = 'gradient-classes';
    const content = widenedModel(name, 4);
    const engine = createNativeEngine(content);
    const score = async (batch: Batch) => {
      const { predict_proba: answer } = await engine.infer(batch);
      return Float64Array.from((answer as { data: ArrayLike<number> }).data);
    };
    const features =
      content.signature.form === 'table' ? content.signature.columns.map(({ name }) => name) : [];
    const { rows, background } = ANSWERS[name]!;
    const refuse = (reason: string) => {
      throw new Error(reason);
    };
    const values = async (read: readonly number[]) => {
      const model = { score, features, read, classes: null };
      const explainer = await sampledExplainer(model, widened(background, 4), { method: 'exact' }, refuse);
      return (await explainer.explain(widened(rows, 4))).values;
    };
    const all = await values(features.map((_, k) => k));
    const some = await values(readColumns(content, features.length));
    for (const [k, value] of all.entries()) expect(some[k]).toBeCloseTo(value, 12);
  });
});
