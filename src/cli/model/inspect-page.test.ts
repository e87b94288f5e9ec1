import { expect, test } from 'vitest';
import { inspectPage } from './inspect-page.ts';
import type { InspectReport } from './inspect-report.ts';

const NO_NEEDS = { lacks: null, code: null, isWeights: false, allow: null };

const node = (path: string, name: string, children: InspectReport['outline'][] = []) => ({
  path,
  class: `sklearn.module.${name}`,
  offset: 10,
  params: path === '' ? {} : { n: '100' },
  children: children as NonNullable<InspectReport['outline']>[],
});

const runs = { runs: true, reason: null };
const served: InspectReport = {
  file: 'churn.joblib',
  kind: 'file',
  size: 1_234_567,
  digest: 'ab',
  format: 'joblib',
  compression: 'zlib',
  framework: { name: 'scikit-learn', version: '1.2.2' },
  outline: node('', 'Pipeline', [
    node('steps.columns', 'ColumnTransformer', [node('steps.columns.words', 'OneHotEncoder')]),
    node('steps.clf', 'LogisticRegression'),
  ]),
  signature: {
    form: 'table',
    classes: { type: 'string', values: ['leaves', 'stays'] },
    columns: [
      { name: 'age', named: true, type: 'number', nullable: true },
      {
        name: 'plan',
        named: true,
        type: 'string',
        nullable: false,
        categories: ['basic', 'pro'],
        unknown: 'error',
      },
    ],
    outputs: [
      {
        name: 'predict',
        dtype: 'string',
        shape: [-1],
        classes: { type: 'string', values: ['leaves', 'stays'] },
      },
      { name: 'predict_proba', dtype: 'float64', shape: [-1, 2] },
    ],
  },
  engines: { native: runs, onnx: runs },
  contents: null,
  goldenRows: 0,
  choices: {},
  blockers: [],
  globals: [{ module: 'sklearn.pipeline', name: 'Pipeline', offset: 3, meaning: 'known' }],
  beside: null,
  skew: [],
  notes: [{ level: 'info', text: 'written by joblib 1.2' }],
  python: {
    imports: [],
    runs: [],
    code: [],
    nearby: {},
    network: NO_NEEDS,
    requirements: null,
    guessed: [],
    python: null,
  },
};

test('a page says what the file is, takes, answers and names, and that it runs', () => {
  expect(inspectPage(served)).toBe(`churn.joblib: scikit-learn 1.2.2 · joblib, zlib · 1.23 MB

Estimators
  Pipeline
  ├─ columns: ColumnTransformer  n=100
  │  └─ words: OneHotEncoder  n=100
  └─ clf: LogisticRegression  n=100

Takes 2 columns
  age   number  may be missing
  plan  string  2 categories: "basic", "pro"; any other is refused

Answers
  predict        string   [N]     classes "leaves", "stays"
  predict_proba  float64  [N, 2]

Names in the file
  1 understood as data (sklearn)

Good to know
  info: written by joblib 1.2

Runs
  ✓ native: evaluated directly
  ✓ onnx: compiled to ONNX for onnxruntime
  The two check each other before it is served.

Next: plimsoll serve churn.joblib`);
});

test('a script that was named is what Python would run, and is named in the next command', () => {
  const runs = [{ name: 'rules.py', how: 'script' as const, offset: null }];
  const page = inspectPage({ ...served, python: { ...served.python, runs } });
  expect(page).toContain('rules.py, the script, for each request');
  expect(page.split('\n').at(-1)).toBe('Next: plimsoll serve churn.joblib --script rules.py --trust');
});

test('the command to run next takes the file as it was written', () => {
  expect(inspectPage(served, 'models of May/churn.joblib').split('\n').at(-1)).toBe(
    "Next: plimsoll serve 'models of May/churn.joblib'",
  );
});

test('a file that cannot be served names the field of the step at its byte, and every foreign name', () => {
  const page = inspectPage({
    ...served,
    signature: null,
    engines: null,
    blockers: [
      {
        path: 'steps.clf',
        class: 'sklearn.svm.SVC',
        offset: 4321,
        field: 'kernel',
        found: 'a callable',
        wanted: "'rbf'",
      },
    ],
    globals: [{ module: 'os', name: 'system', offset: 1234, meaning: 'dangerous' }],
  });
  expect(page).toContain('  0 understood as data\n  dangerous: os.system at byte 1,234');
  expect(page).toContain("  ✗ steps.clf (SVC), byte 4,321\n    kernel is a callable; 'rbf' supported");
  expect(page).not.toContain('plimsoll serve');
});

test('one engine only is said to be unchecked', () => {
  const page = inspectPage({
    ...served,
    engines: { native: runs, onnx: { runs: false, reason: 'no such operator' } },
  });
  expect(page).toContain('– onnx: no such operator');
  expect(page).toContain('One engine only: give expected outputs with --golden');
});

test('wide tables and many categories are cut with a count', () => {
  const column = { name: 'x', named: false, type: 'number', nullable: false } as const;
  const columns = Array.from({ length: 50 }, (_, i) => ({ ...column, name: `x${i}` }));
  const page = inspectPage({ ...served, signature: { ...served.signature!, form: 'table', columns } });
  expect(page).toContain('Takes 50 columns');
  expect(page).toContain('… 10 more columns (all of them with --json)');
  expect(page).toContain('rows are lists in this order');
});

test('a page of a model that neither engine runs does not say to serve it', () => {
  const stuck = { runs: false, reason: 'token_pattern has a flag' };
  const page = inspectPage({ ...served, engines: { native: stuck, onnx: stuck } });
  expect(page).toContain('Cannot be served yet\n  – native: token_pattern has a flag');
  expect(page).not.toContain('plimsoll serve');
});

test('of a model that is not all data, the page says first what Python would import and run', () => {
  const page = inspectPage({
    ...served,
    engines: null,
    globals: [
      { module: 'os', name: 'system', offset: 1234, meaning: 'dangerous', called: true },
      { module: 'churn_features', name: 'Ratio', offset: 20, meaning: 'unknown' },
    ],
    python: {
      imports: [
        { module: 'churn_features', from: 'not found', distribution: null, names: ['churn_features.Ratio'] },
        { module: 'sklearn', from: 'distribution', distribution: 'scikit-learn', names: ['a', 'b'] },
        { module: 'os', from: 'standard library', distribution: null, names: ['os.system'] },
      ],
      runs: [
        { name: 'inference.py', how: 'script', offset: null },
        { name: 'os.system', how: 'called', offset: 1234 },
      ],
      code: [],
      nearby: { churn_features: 'src/churn_features.py' },
      network: NO_NEEDS,
      requirements: {
        path: 'requirements.txt',
        packages: [
          { name: 'numpy', line: 1, pin: 'exact' },
          { name: 'pandas', line: 2, pin: 'range' },
        ],
        problem: null,
      },
      guessed: [],
      python: '3.11',
    },
  });
  expect(page).toContain(`1.23 MB

Python would import
  churn_features  not brought along: --code src/churn_features.py  churn_features.Ratio
  sklearn         of scikit-learn                                  2 names
  os              part of Python                                   1 name

Python would run
  inference.py, the script, for each request
  os.system, called while the file is loaded, at byte 1,234

Packages (requirements.txt)
  1 package pinned
  pandas: a range: pinned once, when it is registered

Estimators`);
});
