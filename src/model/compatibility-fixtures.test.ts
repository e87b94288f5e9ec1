import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readModelFile } from '../files/read-model.ts';
import { compatibility } from './compatibility.ts';
import type { Signature } from './signature.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/models');
const [OLD, NEW] = ['sklearn-1.2.2', 'sklearn-1.9.1'].map((release) => join(FIXTURES, release));

const signatureIn = (folder: string, name: string): Signature | null =>
  readModelFile(join(folder, name), {}).content?.signature ?? null;

/** Of reading more than a thousand files. */
const READING_MILLIS = 120_000;

test('a model trained again with a newer scikit-learn breaks callers only where scikit-learn itself changed', {
  timeout: READING_MILLIS,
}, () => {
  const names = readdirSync(NEW!).filter((name) => !name.endsWith('.json') && existsSync(join(OLD!, name)));
  let compared = 0;
  const breaking: (readonly [string, string])[] = [];
  for (const name of names) {
    const before = signatureIn(OLD!, name);
    const after = signatureIn(NEW!, name);
    // What an old file says of its width is nothing, and any was accepted.
    if (!before || !after || (before.form !== 'tensors' && before.open)) continue;
    for (const { text } of compatibility(before, after).breaking) breaking.push([name, text]);
    compared++;
  }
  expect(compared).toBeGreaterThan(100);
  // A target of one column is flattened now.
  expect(breaking).toEqual([
    ['ridge-column-target.joblib', 'output "predict" has the shape [N], it had [N, 1]'],
  ]);
});

test('models of different kinds are told apart', () => {
  const iris = join(FIXTURES, '../../examples');
  const names = ['iris.joblib', 'churn.joblib', 'house-prices.joblib', 'reviews.joblib'];
  const signatures = names.map((name) => signatureIn(iris, name)!);
  for (const [i, before] of signatures.entries())
    for (const [j, after] of signatures.entries())
      expect(compatibility(before, after).breaking.length > 0).toBe(i !== j);
});
