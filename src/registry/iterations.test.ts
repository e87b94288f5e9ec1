import { readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { createEngine, createEngines, isEngine } from './engines.ts';
import { contentOf } from './model-content.ts';

/** What the libraries answer with the first iterations of models among the fixtures, by tools/fixtures/first_iterations.py. */
const FIXTURES = join(import.meta.dirname, '../../fixtures');
const { iterations, models } = JSON.parse(
  readFileSync(join(FIXTURES, 'iterations/answers.json'), 'utf8'),
) as {
  readonly iterations: number;
  readonly models: readonly FixtureAnswers[];
};

interface FixtureAnswers {
  readonly file: string;
  readonly rows: number;
  readonly first: Readonly<Record<string, readonly unknown[]>>;
  readonly leaves: readonly (readonly number[])[] | null;
}

/** The first rows of the fixture that a file belongs to. */
function rowsOf({ file, rows }: FixtureAnswers): unknown {
  const { dir, name } = parse(file);
  const { input } = JSON.parse(readFileSync(join(FIXTURES, 'models', dir, `${name}.json`), 'utf8'));
  const split = input.dataframe_split;
  return split
    ? { dataframe_split: { ...split, data: split.data.slice(0, rows) } }
    : { instances: input.instances.slice(0, rows) };
}

const readFirst = (file: string) => contentOf(readModelFile(join(FIXTURES, 'models', file), { iterations }));

async function cellsOf(engine: Engine, answers: FixtureAnswers, output: string): Promise<number[]> {
  const { signature } = readFirst(answers.file);
  const outputs = await engine.infer(decodeInput(rowsOf(answers), signature));
  // A regressor of CatBoost has its raw values as `predict` alone.
  return [...([outputs[output] ?? outputs['predict'] ?? []].flat()[0]!.data as Float64Array)];
}

describe.each(models.filter(({ first }) => Object.keys(first).length > 0))(
  'the first iterations of $file',
  (answers) => {
    it('answer as in the library, in both engines', async () => {
      const engines = await createEngines(readFirst(answers.file));
      for (const engine of [engines.native, engines.onnx]) {
        if (!isEngine(engine)) throw engine;
        for (const [output, expected] of Object.entries(answers.first)) {
          const wanted = expected.flat(2) as number[];
          const cells = await cellsOf(engine, answers, output);
          if (output === 'predict_proba')
            expect(cells).toEqual(wanted.map((cell) => expect.closeTo(cell, 6)));
          else expect(cells).toEqual(wanted);
        }
        await engine.close();
      }
    });
  },
);

describe.each(models)('the leaves of $file', (answers) => {
  it('are those of the library, which are computed where they are asked for', async () => {
    const content = contentOf(readModelFile(join(FIXTURES, 'models', answers.file)));
    const engine = await createEngine(content, 'native');
    const batch = decodeInput(rowsOf(answers), content.signature);
    const spec = content.signature.extras?.[0];
    if (answers.leaves === null) expect(spec).toBeUndefined();
    else {
      const { [spec!.name]: found } = engine.extras!(batch);
      expect(found).toEqual({
        dtype: 'int32',
        shape: [answers.rows, spec!.shape[1]],
        data: Int32Array.from(answers.leaves.flat()),
      });
      expect(Object.keys(await engine.infer(batch))).not.toContain(spec!.name);
    }
    await engine.close();
  });
});

test.each([
  ['xgboost-3.2.0/binary-logistic.ubj', 10_000, 'the file holds'],
  ['xgboost-3.2.0/gblinear.xgb', 1, 'the file holds none'],
  ['lightgbm-4.6.0/objective-binary.txt', 10_000, 'the file holds'],
  ['catboost-1.2.10/regressor-rmse.cbm', 10_000, 'the file holds'],
  ['sklearn-1.6.1/extra-tree-regressor.joblib', 1, 'read as a whole'],
])('%s has no first %i iterations', (file, count, reason) => {
  expect(() => readModelFile(join(FIXTURES, 'models', file), { iterations: count })).toThrow(
    expect.objectContaining({ code: 'ITERATIONS_UNFIT', message: expect.stringContaining(reason) }),
  );
});
