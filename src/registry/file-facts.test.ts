import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readModelFile } from '../files/read-model.ts';
import { fileFactsOf } from './file-facts.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

test('of a pipeline its estimators are told in the order of the tree, with what each is called', () => {
  const facts = fileFactsOf(readModelFile(join(EXAMPLES, 'churn.joblib')));
  expect(facts).toMatchObject({ format: 'joblib', framework: { name: 'scikit-learn' }, columns: 5 });
  expect(facts.estimators.map(({ depth, class: name }) => [depth, name.split('.').at(-1)])).toEqual([
    [0, 'Pipeline'],
    [1, 'ColumnTransformer'],
    [2, 'Pipeline'],
    [3, 'SimpleImputer'],
    [3, 'StandardScaler'],
    [2, 'Pipeline'],
    [3, 'SimpleImputer'],
    [3, 'OneHotEncoder'],
    [1, 'LogisticRegression'],
  ]);
  expect([facts.compiles, facts.foreign, facts.understood > 0]).toEqual([true, [], true]);
});

test('of a pickle that would run a command that name comes first, and the lists are cut', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-facts-')), 'evil.pkl');
  const names = Array.from({ length: 60 }, (_, k) => `cown.module\nClass${k}\n0`).join('');
  writeFileSync(path, `${names}cos\nsystem\n(S'echo'\ntR.`);
  const facts = fileFactsOf(readModelFile(path));
  expect(facts.foreign[0]).toMatchObject({ module: 'os', name: 'system', meaning: 'dangerous' });
  expect([facts.foreign.length, facts.moreForeign, facts.compiles]).toEqual([50, 11, false]);
});
