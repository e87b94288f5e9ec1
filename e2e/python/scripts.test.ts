import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { example, plimsoll, ROOT, type Served, served } from '../cli.ts';
import './shared-environments.ts';
import { ask } from './models.ts';

/** Small scripts as people have them: SageMaker's functions, a class, and what goes around a compiled model. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-scripts-'));
const data = join(folder, 'data');
const FOREST = join(ROOT, 'fixtures/models/sklearn-1.9.1/forest-classifier-balanced.joblib');
const { expected } = JSON.parse(readFileSync(FOREST.replace('.joblib', '.json'), 'utf8')) as {
  expected: { predict: (number | string)[]; predict_proba: number[][] };
};
const { input } = JSON.parse(readFileSync(FOREST.replace('.joblib', '.json'), 'utf8')) as {
  input: { instances: number[][] };
};
const ROWS = input.instances.slice(0, 6);

const FUNCTIONS = `
import json, os
import joblib
import numpy as np

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "forest-classifier-balanced.joblib"))

def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError("JSON is wanted, not " + content_type)
    return np.asarray(json.loads(body), dtype=float)

def predict_fn(data, model, context):
    return model.predict_proba(data)

def output_fn(prediction, accept):
    return json.dumps([{"score": float(row[-1]), "sure": bool(row.max() > 0.9)} for row in prediction]), accept
`;

const CLASS = `
import numpy as np

class Predictor:
    def load(self, artifacts_uri):
        import joblib, pathlib
        self.model = joblib.load(next(pathlib.Path(artifacts_uri).glob("*.joblib")))

    def preprocess(self, instances):
        rows = np.asarray(instances, dtype=float)
        if np.abs(rows).max() > 1e300:
            raise ValueError("numbers beyond 1e300 mean nothing here")
        return rows

    def predict(self, instances):
        return self.model.predict_proba(instances)

    def postprocess(self, prediction):
        return {"score": prediction[:, -1]}
`;

const AROUND = `
"""Callers measure in millimetres; they want the name of the flower and whether to look twice."""
NAMES = ["setosa", "versicolor", "virginica"]

def preprocess(rows):
    return [[cell / 10 for cell in row] for row in rows]

def postprocess(outputs):
    labels = [NAMES[int(label)] if not isinstance(label, str) else label for label in outputs["predict"]]
    sure = [max(row) > 0.9 for row in outputs["predict_proba"]]
    return {"flower": labels, "sure": sure}
`;

let server: Served;
beforeAll(() => {
  for (const [name, text] of Object.entries({ functions: FUNCTIONS, class: CLASS, around: AROUND }))
    writeFileSync(join(folder, `${name}.py`), text);
  const golden = (rows: unknown, outputs: unknown): string =>
    JSON.stringify({ input: { instances: rows }, expected: outputs });
  const score = ROWS.map((_, i) => expected.predict_proba[i]!.at(-1));
  const sure = ROWS.map((_, i) => Math.max(...expected.predict_proba[i]!) > 0.9);
  writeFileSync(join(folder, 'functions.json'), golden(ROWS, { score, sure }));
  writeFileSync(join(folder, 'class.json'), golden(ROWS, { score }));
  const millimetres = [
    [51, 35, 14, 2],
    [62, 28, 48, 18],
  ];
  writeFileSync(
    join(folder, 'around.json'),
    golden(millimetres, { flower: ['setosa', 'virginica'], sure: [true, true] }),
  );
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

const push = (file: string, name: string, ...args: readonly string[]) =>
  plimsoll(
    'push',
    file,
    '--name',
    name,
    '--script',
    join(folder, `${name}.py`),
    '--trust',
    '--json',
    '--data',
    data,
    ...args,
  );

test.each(['functions', 'class'])(
  'a script of the form "%s" is proved by golden rows and answers',
  {
    timeout: 240_000,
  },
  (name) => {
    const pushed = push(FOREST, name, '--runtime', 'python', '--golden', join(folder, `${name}.json`));
    expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
    expect(JSON.parse(pushed.stdout)).toMatchObject({ state: 'ready' });
  },
);

test('a script goes around a model that stays compiled', { timeout: 240_000 }, () => {
  const pushed = push(example('iris.joblib'), 'around', '--golden', join(folder, 'around.json'));
  expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
});

test('all of them answer over HTTP, each with the outputs of its script', { timeout: 120_000 }, async () => {
  server = await served(['--data', data, '--workers', '1']);
  for (const name of ['functions', 'class']) {
    const { status, body } = await ask(server, name, ROWS);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(JSON.stringify(body)).toContain(String(expected.predict_proba[0]!.at(-1)));
  }
  const { status, body } = await ask(server, 'around', [[51, 35, 14, 2]]);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(JSON.stringify(body)).toContain('setosa');
});

test("rows that a script refuses are the caller's fault, with the words of the script", async () => {
  const { status, body } = await ask(server, 'class', [[1e301, 0, 0, 0, 0]]);
  expect(status).toBe(422);
  expect(JSON.stringify(body)).toContain('numbers beyond 1e300 mean nothing here');
});
