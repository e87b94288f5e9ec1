import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openEnvironment } from '../../python/environments.ts';
import { makeLock } from '../../python/lock.ts';
import type { SavedManifest } from '../../python/saved.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { openStore } from '../../store/open.ts';
import { admitFile } from '../admit.ts';
import { ModelCatalog } from '../catalog/catalog.ts';
import { loadBundle } from '../load.ts';
import type { NewVersion } from '../new-version.ts';

/** Environments are made once, for all tests that need the same packages. */
const SHARED = join(tmpdir(), 'plimsoll-test-environments');
const PINS = 'scikit-learn==1.6.1\njoblib==1.4.2\nnumpy==2.2.6\nscipy==1.15.3\n';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

let folder: string;
let dataDir: string;
const at = (name: string): string => join(folder, name);

const MODULE = `
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

class Ratio(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        X = np.asarray(X, dtype=float)
        return np.c_[X, X[:, 0] / (1 + X[:, 1])]
`;
const TRAIN = `
import json, joblib, numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from churn_features import Ratio
r = np.random.default_rng(0)
X = r.random((60, 2))
model = make_pipeline(Ratio(), LogisticRegression()).fit(X, (X[:, 0] > X[:, 1]).astype(int))
joblib.dump(model, "model.joblib")
expected = {"predict": model.predict(X[:5]).tolist(), "predict_proba": model.predict_proba(X[:5]).tolist()}
json.dump({"input": X[:5].tolist(), "expected": expected}, open("golden.json", "w"))
expected["predict_proba"][3][0] += 0.01
json.dump({"input": X[:5].tolist(), "expected": expected}, open("wrong.json", "w"))
`;
/** Its thresholds are float64: to a number next to one it answers something else than to that number in float32. */
const TRAIN_FLOATS = `
import joblib, numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
X = np.random.default_rng(1).random((200, 2))
joblib.dump(HistGradientBoostingRegressor(max_iter=5).fit(X, X[:, 0] + X[:, 1] ** 2), "floats/model.joblib")
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-python-'));
  dataDir = at('data');
  mkdirSync(join(SHARED, 'environments'), { recursive: true });
  mkdirSync(dataDir);
  symlinkSync(join(SHARED, 'environments'), join(dataDir, 'environments'));
  writeFileSync(at('requirements.txt'), PINS);
  mkdirSync(at('train'));
  writeFileSync(at('train/churn_features.py'), MODULE);
  writeFileSync(at('train/train.py'), TRAIN);
  writeFileSync(at('train/train_floats.py'), TRAIN_FLOATS);
  const requirements = { path: 'requirements.txt', text: PINS };
  const lock = await makeLock({ requirements, guessed: [], python: '3.11', allowBuild: false, dataDir });
  const { interpreter, packages } = await openEnvironment(lock, { dataDir, allowBuild: false });
  const env = { ...process.env, PYTHONPATH: packages };
  mkdirSync(at('train/floats'));
  for (const script of ['train.py', 'train_floats.py'])
    execFileSync(interpreter.path, [script], { cwd: at('train'), env });
  mkdirSync(at('empty'));
  for (const name of ['model.joblib', 'golden.json', 'wrong.json'])
    copyFileSync(at(`train/${name}`), at(`empty/${name}`));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const demands = (code: readonly string[] = []) => ({
  trust: true,
  code,
  requirements: at('requirements.txt'),
  python: '3.11',
  script: null,
  allow: [],
});
const source = (change: Partial<NewVersion> = {}): NewVersion => ({
  path: at('empty/model.joblib'),
  golden: at('empty/golden.json'),
  python: demands([at('train/churn_features.py')]),
  ...change,
});
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const current = () => Promise.resolve(null);

test('a pickle with its module is a version that answers as in training; without, it is refused with the way on', async () => {
  const store = await openStore('sqlite::memory:');
  const catalog = new ModelCatalog({ store, dataDir, clock, logger });
  const add = (change?: Partial<NewVersion>) =>
    catalog.add('churn', source(change), { by: 'ada' }, { current });
  try {
    const row = await add();
    expect(row).toMatchObject({ version: 1, state: 'ready' });
    expect(row.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['environment', 'clean room', 'golden']),
    );
    const { bundle, manifest } = await catalog.accepted(row);
    expect(manifest).toMatchObject({
      runtime: 'python',
      verification: { proof: 'golden', rows: 5 },
      python: { python: '3.11', batches: true, trust: { by: 'ada', digest: row.digest, allow: [] } },
    });
    const { engine } = await loadBundle(bundle, 'churn');
    const { predict } = await engine.infer(decodeInput([[0.9, 0.1]], manifest.signature));
    await engine.close();
    expect(predict).toMatchObject({ dtype: 'int64', data: BigInt64Array.of(1n) });

    const again = await add({ golden: undefined });
    expect(again).toMatchObject({ version: 1 });
    const told = (await store.tables.audit.list({ limit: 10 })).items;
    expect(told.find(({ what }) => what === 'version.validating')).toMatchObject({
      by: 'ada',
      body: { digest: row.digest, python: { allow: [] } },
    });

    const without = await add({ python: demands() });
    expect(without).toMatchObject({ version: 2, state: 'refused' });
    expect(without.checks.at(-1)).toMatchObject({
      name: 'clean room',
      detail: expect.stringContaining(
        'your bundle lacks module "churn_features", imported by the pickled class churn_features.Ratio: pass --code PATH/churn_features.py',
      ),
    });
  } finally {
    await store.close();
  }
});

test('numbers that differ from the golden ones refuse it', async () => {
  const { python, path } = source();
  const admitted = admitFile(path, {
    dataDir,
    name: 'churn',
    golden: at('empty/wrong.json'),
    python: { ...python!, by: 'ada' },
  });
  await expect(admitted).rejects.toMatchObject({ code: 'GOLDEN_DIFFERS', details: { row: 3 } });
});

test('one that gets its rows as float32 is compared by answers to the same numbers', async () => {
  saveByHand(at('train/floats'), { container: 'array', dtype: 'float32' });
  const python = { ...demands(), by: 'ada' };
  const { manifest } = await admitFile(at('train/floats'), {
    ...{ dataDir, name: 'floats', runtime: 'python', python },
  });
  expect(manifest).toMatchObject({ runtime: 'python', verification: { proof: 'engines-agree' } });
});

/** A folder with a model.joblib of two columns, as plimsoll.save leaves one. */
function saveByHand(saved: string, call: SavedManifest['call']): void {
  writeFileSync(join(saved, 'requirements.txt'), PINS);
  const column = { named: false, type: 'number', nullable: false };
  const manifest: SavedManifest = {
    ...{ kind: 'plimsoll-model', schema: 1, created: '2026-01-01T00:00:00Z', plimsoll: '0.1.0' },
    ...{ python: '3.11.7', framework: { name: 'sklearn', version: '1.6.1' } },
    model: { path: 'model.joblib', format: 'joblib', class: 'HistGradientBoostingRegressor' },
    call,
    signature: {
      ...{ form: 'table', classes: null, outputs: [{ name: 'predict', dtype: 'float64', shape: [-1] }] },
      columns: ['x0', 'x1'].map((name) => ({ name, ...column })),
    },
    ...{ golden: null, reference: null, requirements: 'requirements.txt', code: [] },
    files: ['model.joblib', 'requirements.txt'].map((path) => {
      const content = readFileSync(join(saved, path));
      return { path, size: content.length, sha256: createHash('sha256').update(content).digest('hex') };
    }),
  };
  writeFileSync(join(saved, 'plimsoll.json'), JSON.stringify(manifest));
}

test('another release than wrote it has to be proved by golden rows', async () => {
  const other = at('other.txt');
  writeFileSync(other, PINS.replace('1.6.1', '1.6.0'));
  const { python, path } = source();
  const admitted = admitFile(path, {
    dataDir,
    name: 'churn',
    python: { ...python!, requirements: other, by: 'ada' },
  });
  await expect(admitted).rejects.toMatchObject({
    code: 'PYTHON_VERSION_DIFFERS',
    details: { written: '1.6.1', found: '1.6.0' },
  });
});

test('without trust nothing is started, looked for or left behind', async () => {
  const untouched = at('untouched');
  const admitted = admitFile(at('empty/model.joblib'), {
    dataDir: untouched,
    name: 'churn',
    runtime: 'python',
    python: { ...demands(), trust: false, by: 'ada' },
  });
  await expect(admitted).rejects.toMatchObject({ code: 'PYTHON_UNTRUSTED' });
  expect(existsSync(untouched)).toBe(false);
});
