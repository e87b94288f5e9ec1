import { expect, test } from 'vitest';
import type { DummyStep } from './dummy.ts';
import type { CategoryTableStep, LabelEncoderStep, OneHotStep } from './encoding.ts';
import type { FunctionStep } from './function.ts';
import type { SimpleImputerStep } from './imputation.ts';
import type { LinearClassifierStep } from './linear.ts';
import type { StandardScalerStep } from './scaling.ts';
import type { Signature } from './signature.ts';
import { signatureOfModel } from './signature-of.ts';
import type { ColumnTransformerStep, ModelStep, PipelineStep, TreeEnsembleStep } from './step.ts';
import type { CountVectorizerStep } from './text.ts';

const origin = { path: '', class: 'sklearn.test', offset: 0 };
const base = (features: number | null) => ({ origin, features, featureNames: null });

const scaler = (width: number): StandardScalerStep => ({
  kind: 'standard-scaler',
  ...base(width),
  mean: new Float64Array(width),
  scale: null,
});
const classifier = (
  width: number,
  probability: LinearClassifierStep['probability'] = 'sigmoid',
): LinearClassifierStep => ({
  kind: 'linear-classifier',
  ...base(width),
  coef: { rows: 1, cols: width, data: new Float64Array(width) },
  intercept: new Float64Array(1),
  classes: { type: 'string', values: ['no', 'yes'] },
  probability,
});
const imputer = (...fill: (number | string | null)[]): SimpleImputerStep => ({
  kind: 'simple-imputer',
  ...base(fill.length),
  missing: { kind: 'null' },
  type: fill.some((value) => typeof value === 'string') ? 'string' : 'number',
  fill,
  indicators: [],
});
const oneHot = (unknown: 'error' | 'ignore', ...values: (string | null)[]): OneHotStep => ({
  kind: 'one-hot',
  ...base(1),
  columns: [
    {
      categories: { type: 'string', values },
      slots: Int32Array.from(values, (_, i) => i),
      width: values.length,
      unknownSlot: -1,
    },
  ],
  unknown,
});
const pipeline = (...steps: ModelStep[]): PipelineStep => ({
  kind: 'pipeline',
  ...base(steps[0]!.features),
  steps: steps.map((step, i) => ({ name: `s${i}`, step })),
});

const tableOf = (root: ModelStep) => signatureOfModel(root) as Signature & { form: 'table' };
const nullable = (root: ModelStep): boolean[] => tableOf(root).columns.map((column) => column.nullable);
const outputs = (root: ModelStep): string[] => signatureOfModel(root).outputs.map((output) => output.name);

test('a scaler alone takes missing values, before a classifier it does not, behind an imputer it does', () => {
  expect(nullable(scaler(2))).toEqual([true, true]);
  expect(nullable(pipeline(scaler(2), classifier(2)))).toEqual([false, false]);
  expect(nullable(pipeline(imputer(0, 0), scaler(2), classifier(2)))).toEqual([true, true]);
  expect(nullable({ ...scaler(1), refusesMissing: true })).toEqual([false]);
});

test('categories show through an imputer of strings, with what an unknown one does', () => {
  const [column] = tableOf(pipeline(imputer('a'), oneHot('error', 'a', 'b'), classifier(2))).columns;
  expect(column).toMatchObject({
    type: 'string',
    nullable: true,
    categories: ['a', 'b'],
    unknown: 'error',
    named: false,
    name: 'x0',
  });
});

test('a missing category makes a column nullable, and so does ignoring unknown ones', () => {
  expect(nullable(oneHot('error', 'a'))).toEqual([false]);
  expect(nullable(oneHot('error', 'a', null))).toEqual([true]);
  expect(nullable(oneHot('ignore', 'a'))).toEqual([true]);
});

test('a missing value that an ordinal encoder answers with NaN has to suit the next step', () => {
  const ordinal: CategoryTableStep = {
    kind: 'category-table',
    ...base(1),
    columns: [
      {
        categories: { type: 'number', values: Float64Array.of(1, Number.NaN) },
        width: 1,
        rows: Float64Array.of(0, Number.NaN),
        unknown: null,
      },
    ],
  };
  expect(nullable(ordinal)).toEqual([true]);
  expect(nullable(pipeline(ordinal, classifier(1)))).toEqual([false]);
  expect(
    nullable(
      pipeline(
        { ...ordinal, columns: [{ ...ordinal.columns[0]!, rows: Float64Array.of(0, -1) }] },
        classifier(1),
      ),
    ),
  ).toEqual([true]);
});

test('a column transformer joins what its branches want and marks what none reads', () => {
  const columns: ColumnTransformerStep = {
    kind: 'column-transformer',
    ...base(4),
    featureNames: ['age', 'city', 'note', 'id'],
    branches: [
      { name: 'num', columns: [0], scalar: false, weight: null, step: scaler(1) },
      { name: 'cat', columns: [1], scalar: false, weight: null, step: oneHot('ignore', 'Oslo') },
      { name: 'again', columns: [0], scalar: false, weight: null, step: null },
    ],
  };
  expect(tableOf(pipeline(columns, classifier(3))).columns).toMatchObject([
    { name: 'age', named: true, type: 'number', nullable: false },
    { name: 'city', type: 'string', categories: ['Oslo'], unknown: 'ignore' },
    { name: 'note', ignored: true },
    { name: 'id', ignored: true },
  ]);
  expect(signatureOfModel(columns).outputs).toEqual([
    { name: 'transform', dtype: 'float64', shape: [-1, 3] },
  ]);
});

test('strings beside numbers have no tensor to be answered in', () => {
  const mixed: ModelStep = {
    kind: 'column-transformer',
    ...base(2),
    branches: [
      { name: 's', columns: [0], scalar: false, weight: null, step: imputer('a') },
      { name: 'n', columns: [1], scalar: false, weight: null, step: scaler(1) },
    ],
  };
  expect(() => signatureOfModel(mixed)).toThrow(/strings beside numbers/);
  expect(signatureOfModel(imputer('a')).outputs).toMatchObject([{ dtype: 'string', shape: [-1, 1] }]);
});

test('the outputs are the methods of the last step', () => {
  expect(outputs(classifier(1))).toEqual(['predict', 'predict_proba', 'decision_function']);
  expect(outputs(pipeline(scaler(1), classifier(1, null)))).toEqual(['predict', 'decision_function']);
  const centers = { rows: 3, cols: 1, data: new Float64Array(3) };
  const clusters = { kind: 'nearest-centre', role: 'transformer', labels: null, centers } as const;
  expect(signatureOfModel({ ...clusters, ...base(1) }).outputs).toEqual([
    { name: 'predict', dtype: 'int32', shape: [-1] },
    { name: 'transform', dtype: 'float64', shape: [-1, 3] },
  ]);
  expect(signatureOfModel(pipeline(scaler(1), classifier(1))).classes).toEqual({
    type: 'string',
    values: ['no', 'yes'],
  });
});

test('several outputs of a forest are labels side by side and one matrix of probabilities each', () => {
  const forest = (groups: { type: 'int'; values: number[] }[]): TreeEnsembleStep =>
    ({
      kind: 'tree-ensemble',
      ...base(2),
      acceptsMissing: true,
      arena: { roots: Int32Array.of(0), left: Int32Array.of(-1), threshold: Float64Array.of(0) },
      head: { kind: 'vote', groups, stride: 3 },
    }) as unknown as TreeEnsembleStep;
  const two = forest([
    { type: 'int', values: [0, 1] },
    { type: 'int', values: [0, 1, 2] },
  ]);
  expect(signatureOfModel(two).outputs).toEqual([
    { name: 'predict', dtype: 'int64', shape: [-1, 2] },
    { name: 'predict_proba', dtype: 'float64', shape: [-1, -1], parts: 2 },
  ]);
  expect(signatureOfModel(two).classes).toBeNull();
  expect(nullable(two)).toEqual([true, true]);
});

test('text models take bare strings, label encoders bare labels', () => {
  const count = {
    kind: 'count-vectorizer',
    ...base(1),
    vocabulary: ['a', 'b'],
  } as unknown as CountVectorizerStep;
  expect(signatureOfModel(pipeline(count, classifier(2)))).toMatchObject({
    form: 'text',
    columns: [{ name: 'text', named: false, type: 'string', nullable: false }],
  });
  const labels: LabelEncoderStep = {
    kind: 'label-encoder',
    ...base(1),
    classes: { type: 'int', values: [3, 5] },
  };
  expect(signatureOfModel(labels)).toMatchObject({
    form: 'labels',
    columns: [{ type: 'number', categories: [3, 5], unknown: 'error' }],
    outputs: [{ dtype: 'int64', shape: [-1] }],
  });
});

test('a column name that comes again is numbered', () => {
  const names = (...featureNames: string[]): string[] =>
    tableOf({ ...scaler(featureNames.length), featureNames }).columns.map(({ name }) => name);
  expect(names('a', 'b', 'a', 'a')).toEqual(['a', 'b', 'a.1', 'a.2']);
  expect(names('a', 'a.1', 'a')).toEqual(['a', 'a.1', 'a.2']);
});

test('a label encoder fitted on NaN takes a missing label', () => {
  const labels: LabelEncoderStep = {
    kind: 'label-encoder',
    ...base(1),
    classes: { type: 'float', values: [1.5, Number.NaN] },
  };
  expect(tableOf(labels).columns).toMatchObject([
    { type: 'number', categories: [1.5, null], nullable: true },
  ]);
});

test('a dummy looks at no column, so any value will do', () => {
  const dummy: DummyStep = {
    kind: 'dummy',
    ...base(2),
    task: 'regression',
    values: Float64Array.of(1),
    flat: true,
  };
  expect(tableOf(dummy).columns).toMatchObject([{ ignored: true }, { ignored: true }]);
  expect(tableOf(pipeline(scaler(2), dummy)).columns[0]).not.toHaveProperty('ignored');
});

test('probabilities made from one score have two columns, also where training saw one class', () => {
  const one = { ...classifier(2), classes: { type: 'int', values: [7] } as const };
  expect(signatureOfModel(one).outputs).toMatchObject([
    { name: 'predict', classes: { values: [7] } },
    { name: 'predict_proba', shape: [-1, 2] },
    { name: 'decision_function', shape: [-1] },
  ]);
});

test('a file that does not say how many columns there are gives an open signature', () => {
  const dummy: DummyStep = {
    kind: 'dummy',
    ...base(null),
    task: 'regression',
    values: Float64Array.of(1),
    flat: true,
  };
  expect(signatureOfModel(dummy)).toMatchObject({
    open: true,
    columns: [],
    outputs: [{ name: 'predict', shape: [-1] }],
  });
  expect(signatureOfModel({ ...dummy, features: 2 })).not.toHaveProperty('open');
  const log: FunctionStep = { kind: 'function', ...base(null), function: 'log1p' };
  expect(signatureOfModel(pipeline(log, dummy))).toHaveProperty('open', true);
  expect(tableOf(pipeline(log, pipeline(log, scaler(3)))).columns).toHaveLength(3);
});
