import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../engine/native/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import { sliceBatch } from '../model/slice.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { explainModel } from './explain-model.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/models');

/** A fixture with rows of its own, of which some are explained against others. */
async function explained(file: string, isByAsking: boolean) {
  const path = join(FOLDER, file);
  const { content } = readModelFile(path, { covers: true });
  if (content?.kind !== 'steps') throw new Error(`${file} has no steps`);
  const { input } = JSON.parse(readFileSync(path.replace(/\.[^.]*$/, '.json'), 'utf8'));
  const rows = decodeInput(input, content.signature, { extra: 'ignore' });
  const model = { name: file, content, engine: createNativeEngine(content) };
  const background = sliceBatch(rows, 0, Math.min(9, rows.rows));
  const usual = await explainModel(model, { background });
  const explainer = isByAsking
    ? await explainModel(model, { background, method: 'exact', output: usual.output })
    : usual;
  const { values } = await explainer.explain(sliceBatch(rows, 3, Math.min(7, rows.rows)));
  return { method: explainer.method, features: explainer.features, values };
}

describe('the columns of a pipeline', () => {
  test.each([
    ['sklearn-1.9.1/columns-forest.joblib', 'tree'],
    ['sklearn-1.9.1/columns-gb.pkl', 'tree'],
    ['sklearn-1.9.1/columns-logistic.joblib', 'linear'],
    ['sklearn-1.9.1/columns-repeated.joblib', 'linear'],
    ['sklearn-1.9.1/pipeline-imputer-scaler-hgb.joblib', 'tree'],
    ['sklearn-1.9.1/pipeline-function-extra-trees.joblib', 'tree'],
    ['sklearn-1.9.1/union-drop-ridge.joblib', 'linear'],
    ['category_encoders-2.11.2/target-logistic.joblib', 'linear'],
    ['category_encoders-2.11.2/one-hot-forest.joblib', 'tree'],
    ['category_encoders-2.11.2/columns-mixed.joblib', 'linear'],
    ['feature_engine-1.9.4/rare-mean.pkl', 'tree'],
    ['sklearn_pandas-2.2.0/mapper-logistic.joblib', 'linear'],
    ['lightgbm-4.6.0/pipeline-columns.joblib', 'tree'],
  ])('%s have the values of all coalitions of what people give', async (file, kind) => {
    const found = await explained(file, false);
    expect(found.method).toBe(`${kind}-interventional`);
    const wanted = await explained(file, true);
    expect(found.values.length).toBe(wanted.values.length);
    // One column of a fixture has a value of 1e9.
    const most = Math.max(1, ...wanted.values.map(Math.abs));
    for (const [k, value] of wanted.values.entries())
      expect(Math.abs((found.values[k] ?? Number.NaN) - value)).toBeLessThanOrEqual(1e-12 * most);
  });

  test.each(['columns-masks.pkl', 'pipeline-pca-svc.joblib', 'odd-k-means-logistic.pkl'])(
    'of %s that are made one number together are asked about, all coalitions of them',
    async (file) => {
      expect((await explained(`sklearn-1.9.1/${file}`, false)).method).toBe('exact');
    },
  );
});
