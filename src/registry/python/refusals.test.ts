import { expect, test } from 'vitest';
import type { PythonFailure } from '../../engine/python/messages.ts';
import { type RefusalContext, refusalOf } from './refusals.ts';

const FAILURE: PythonFailure = {
  kind: 'error',
  id: 1,
  stage: 'load',
  type: 'ModuleNotFoundError',
  message: "No module named 'churn_features'",
  at: null,
  missing: { module: 'churn_features', by: 'the pickled class churn_features.Ratio' },
  traceback: '',
  rss: 0,
};

const context = (over: Partial<RefusalContext> = {}): RefusalContext => ({
  model: 'churn.joblib',
  findModule: () => null,
  distributionOf: () => null,
  ...over,
});

const sentence = (failure: Partial<PythonFailure>, over?: Partial<RefusalContext>): string =>
  refusalOf({ ...FAILURE, ...failure }, context(over)).message;

test("a module of the user's own is named with the class that imports it and the file near the model", () => {
  const found = {
    findModule: (name: string) => (name === 'churn_features' ? 'src/churn_features.py' : null),
  };
  expect(sentence({}, found)).toBe(
    'Refused churn.joblib: your bundle lacks module "churn_features", imported by the pickled class churn_features.Ratio: pass --code src/churn_features.py',
  );
});

test('a module that is nowhere near is asked for by a path to fill in', () => {
  expect(sentence({})).toMatch(/pass --code PATH\/churn_features\.py$/);
});

test('a module within a package asks for the package', () => {
  const missing = { module: 'shop.features.ratio', by: 'code/entry.py line 3' };
  expect(sentence({ missing })).toMatch(
    /lacks module "shop\.features\.ratio", imported by code\/entry\.py line 3: pass --code PATH\/shop/,
  );
});

test('a module of a well-known distribution asks for that distribution', () => {
  const missing = {
    module: 'sklearn.ensemble',
    by: 'the pickled class sklearn.ensemble._forest.RandomForestClassifier',
  };
  const known = { distributionOf: (name: string) => (name === 'sklearn' ? 'scikit-learn' : null) };
  expect(sentence({ missing }, known)).toMatch(
    /pass --requirements FILE with a line scikit-learn==VERSION, and one for each other/,
  );
});

test('any other failure names the line, its text and the exception', () => {
  const at = { file: 'code/churn_features.py', line: 12, text: '    self.median_ = X["income"]' };
  const failure = { type: 'KeyError', message: "'income'", missing: null, at };
  expect(sentence(failure)).toBe(
    'Refused churn.joblib: Python cannot load it (code/churn_features.py, line 12: self.median_ = X["income"]): KeyError: \'income\'',
  );
});

test('a message that holds a whole table is cut', () => {
  expect(sentence({ missing: null, message: 'x'.repeat(5000) }).length).toBeLessThan(800);
});
