import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { readModelFile } from '../../files/read-model.ts';
import type { Tensor } from '../../model/tensor.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { acceptFile } from '../accept.ts';
import { createEngine } from '../engines.ts';
import { identify } from '../identify.ts';
import { contentOf } from '../model-content.ts';
import { choicesIn } from './model-source.ts';
import { readSource } from './source.ts';

/** Folders that MLflow 2 and 3 wrote, by tools/fixtures/mlflow_flavors.py. */
const FIXTURES = join(import.meta.dirname, '../../../fixtures/mlflow');
const names = readdirSync(FIXTURES).filter((name) => !name.endsWith('.json'));
const isBooster = (name: string): boolean => /-(?:xgboost|catboost|lightgbm)-/.test(name);
const folders = names.filter((name) => !isBooster(name));
const boosters = names.filter(isBooster);

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-mlflow-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(folders)(
  '%s is accepted as data and answers what MLflow recorded',
  { timeout: 60_000 },
  async (name) => {
    const path = join(FIXTURES, name);
    const { rows, predict } = JSON.parse(readFileSync(`${path}.json`, 'utf8'));
    const { engine, manifest } = await acceptFile(path, { dataDir: join(folder, 'data'), name });
    expect(manifest.origin).toMatch(/^Saved by MLflow [23]\.\d+\.\d+ \(model_uuid [0-9a-f]{32}\)$/);
    expect(manifest.python).toBeUndefined();
    const outputs = await engine.infer(decodeInput(rows, manifest.signature));
    const [answers] = Object.values(outputs).flat();
    await engine.close();
    expect([...answers!.data]).toEqual(predict.flat());
  },
);

test.each(boosters)('%s predicts what pyfunc does: labels of a class, the best iteration', async (name) => {
  const path = join(FIXTURES, name);
  const { rows, predict } = JSON.parse(readFileSync(`${path}.json`, 'utf8'));
  const source = await readSource(path);
  const content = contentOf(readModelFile(source.data!, choicesIn(source)));
  for (const engine of [await createEngine(content, 'native'), await createEngine(content, 'onnx')]) {
    const outputs = await engine.infer(decodeInput(rows, content.signature));
    const answers = [...(outputs['predict'] as Tensor).data];
    await engine.close();
    const expected = predict.flat();
    expect(answers).toHaveLength(expected.length);
    for (const [i, answer] of answers.entries())
      if (typeof answer === 'number') expect(answer / expected[i]).toBeCloseTo(1, 12);
      else expect(typeof answer === 'bigint' ? Number(answer) : answer).toBe(expected[i]);
  }
});

test('a booster that another class answers for is another version', async () => {
  const path = join(folder, 'other-class');
  cpSync(join(FIXTURES, 'mlflow-3.17-xgboost-classifier'), path, { recursive: true });
  const named = async () => (await identify(path, { runtime: null, python: null })).digests[0];
  const classifier = await named();
  const file = join(path, 'MLmodel');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('xgboost.sklearn.XGBClassifier', 'xgboost.core.Booster'),
  );
  expect(await named()).not.toBe(classifier);
});

test.each([
  ['mlflow-3.17-xgboost-classifier', 'xgboost.sklearn.XGBClassifier', 'scoring.models.CarefulClassifier'],
  ['mlflow-3.17-catboost-classifier', 'CatBoostClassifier', 'CatBoostGuesser'],
])('%s of a class that nothing is known of is refused by its name', async (name, known, other) => {
  const path = join(folder, other);
  cpSync(join(FIXTURES, name), path, { recursive: true });
  const file = join(path, 'MLmodel');
  writeFileSync(file, readFileSync(file, 'utf8').replace(known, other));
  const source = await readSource(path);
  const { blockers } = readModelFile(source.data!, choicesIn(source));
  expect(blockers).toMatchObject([{ field: 'the class', found: expect.stringContaining(other) }]);
});

test('the first row of the input example is the example of the version', { timeout: 60_000 }, async () => {
  const name = 'mlflow-3.17-skops';
  const { manifest } = await acceptFile(join(FIXTURES, name), { dataDir: join(folder, 'data'), name });
  const { dataframe_split: split } = JSON.parse(
    readFileSync(join(FIXTURES, name, 'serving_input_example.json'), 'utf8'),
  );
  const first = Object.fromEntries(
    split.columns.map((column: string, i: number) => [column, split.data[0][i]]),
  );
  expect(manifest.example).toEqual(first);
});

describe('an MLmodel', () => {
  const copy = join(folder, 'copy');
  const write = (text: string): void => writeFileSync(join(copy, 'MLmodel'), text);
  const flavor = (name: string, field: string, file = 'model.skops'): string =>
    `flavors:\n  ${name}:\n    ${field}: ${file}\n`;
  beforeEach(() => {
    rmSync(copy, { recursive: true, force: true });
    cpSync(join(FIXTURES, 'mlflow-3.17-skops'), copy, { recursive: true });
  });

  test.each([
    ['sklearn', 'pickled_model'],
    ['xgboost', 'data'],
    ['lightgbm', 'data'],
    ['catboost', 'data'],
    ['onnx', 'data'],
  ])('of the flavor %s names its file as %s', async (name, field) => {
    write(flavor(name, field));
    expect((await readSource(copy)).data).toBe(join(copy, 'model.skops'));
  });

  test.each([
    ['tensorflow', 'data', 'model.keras'],
    ['tensorflow', 'data', 'model/saved_model.pb'],
    ['tensorflow', 'saved_model_dir', 'saved_model.pb'],
    ['keras', 'data', 'model.keras'],
    ['pytorch', 'model_data', 'model.pth'],
  ])('of the flavor %s names a folder as %s, with %s in it', async (name, field, file) => {
    write(flavor(name, field, 'network'));
    mkdirSync(join(copy, 'network', dirname(file)), { recursive: true });
    writeFileSync(join(copy, 'network', file), '');
    expect((await readSource(copy)).data).toBe(join(copy, 'network', file));
  });

  test('of a model of one’s own is left to Python', async () => {
    write(
      'flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n    python_model: python_model.pkl\n',
    );
    expect(await readSource(copy)).toMatchObject({ data: null, model: copy });
  });

  test('whose predict is another method says so', async () => {
    write(`${flavor('sklearn', 'pickled_model')}  python_function:\n    predict_fn: predict_proba\n`);
    expect((await readSource(copy)).notes).toMatchObject([{ level: 'warning' }]);
  });

  const refused = (message: RegExp) =>
    expect.objectContaining({ code: 'SAVED_INVALID', message: expect.stringMatching(message) });

  test.each<[string, string, RegExp]>([
    [
      'a tag',
      `a: !!python/object/apply:os.system ["id"]\n${flavor('sklearn', 'pickled_model')}`,
      /no plain YAML.*tag/,
    ],
    ['a key twice', `a: 1\na: 2\n${flavor('sklearn', 'pickled_model')}`, /no plain YAML.*unique/],
    ['a path that leads out', flavor('xgboost', 'data', '../model.skops'), /inside the folder/],
    ['a file that is not there', flavor('onnx', 'data', 'other.onnx'), /lacks "other.onnx"/],
    ['flavors that nothing reads', flavor('prophet', 'data'), /none of the flavors.*prophet/],
    [
      'more keys than anybody writes',
      Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join('\n'),
      /parts/,
    ],
    ['brackets without end', '['.repeat(200_000), /parts/],
    ['nesting without end', `a: ${'['.repeat(9000)}${']'.repeat(9000)}`, /no plain YAML/],
  ])(
    'with %s is refused, soon',
    async (_, text, message) => {
      write(text);
      await expect(readSource(copy)).rejects.toEqual(refused(message));
    },
    10_000,
  );

  test('whose aliases unfold is refused', async () => {
    const bomb = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    write(`a0: &a0 [1]\n${bomb.join('\n')}\n${flavor('sklearn', 'pickled_model')}`);
    await expect(readSource(copy)).rejects.toEqual(refused(/no plain YAML/));
  });

  test('with an example that leads out, or is no JSON, is a model without one', async () => {
    const info = (path: string): string => `saved_input_example_info:\n  serving_input_path: ${path}\n`;
    for (const path of ['../../x.json', 'MLmodel']) {
      write(`${flavor('sklearn', 'pickled_model')}${info(path)}`);
      expect((await readSource(copy)).example).toBeNull();
    }
  });
});
