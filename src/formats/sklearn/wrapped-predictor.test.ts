import { expect, test } from 'vitest';
import { pyDict } from '../pickle/construct.ts';
import { fittedStep, ridge, svc } from './testing/predictors.ts';
import { floats, instance, int, objects, py } from './testing/values.ts';

const fixed = (attributes: Record<string, unknown>) =>
  fittedStep(
    instance('sklearn.model_selection._classification_threshold.FixedThresholdClassifier', {
      estimator_: svc(int(1), int(2)),
      threshold: 'auto',
      ...attributes,
    }),
  );

test('a decision for the first class is one against the second', () => {
  expect(fixed({})).toMatchObject({ sign: 1, places: [0, 1], threshold: 0 });
  expect(fixed({ pos_label: int(1), threshold: 3 })).toMatchObject({
    sign: -1,
    places: [1, 0],
    threshold: 3,
  });
});

test.each([
  ['a class that is none', { pos_label: int(3) }],
  ['three classes', { estimator_: svc('a', 'b', 'c') }],
  ['a regressor', { estimator_: ridge() }],
  ['probabilities that it has not', { response_method: 'predict_proba' }],
  ['a threshold that is no number', { threshold: 'often' }],
])('a threshold of %s is refused', (_, attributes) => {
  expect(() => fixed(attributes)).toThrow(/sklearn/);
});

const tuned = (module: string, name: string, ...kwargs: readonly (readonly [string, unknown])[]) => {
  const _score_func = { type: 'global', module, name, offset: 0 };
  const _kwargs = pyDict(kwargs.map(([key, value]) => [key, py(value)]));
  return fittedStep(
    instance('sklearn.model_selection._classification_threshold.TunedThresholdClassifierCV', {
      estimator_: svc(int(1), int(2)),
      best_threshold_: 0.5,
      _curve_scorer: instance('sklearn.metrics._scorer._CurveScorer', { _score_func, _kwargs }),
    }),
  );
};

test('the positive class of a tuned threshold is that of its score', () => {
  expect(tuned('sklearn.metrics._classification', 'balanced_accuracy_score')).toMatchObject({ sign: 1 });
  expect(tuned('sklearn.metrics._classification', 'f1_score')).toMatchObject({ sign: -1 });
  expect(tuned('mine', 'score', ['pos_label', int(2)])).toMatchObject({ sign: 1 });
  expect(() => tuned('mine', 'score')).toThrow(/_score_func/);
});

const eliminated = (support: readonly number[]) =>
  fittedStep(
    instance('sklearn.feature_selection._rfe.RFE', { estimator_: ridge(2), support_: floats(support) }),
  );

test('the predictor of selected columns was fitted on as many', () => {
  expect(eliminated([0, 1, 1])).toMatchObject({ columns: [1, 2], features: 3 });
  expect(() => eliminated([0, 0, 1])).toThrow(/support_/);
  expect(() => eliminated([0, 0, 0])).toThrow(/support_/);
});

const scaler = (name: string, attributes: Record<string, unknown>) =>
  instance(`sklearn.preprocessing._data.${name}`, attributes);
const targeted = (transformer_: unknown, more = {}) =>
  fittedStep(
    instance('sklearn.compose._target.TransformedTargetRegressor', {
      regressor_: ridge(),
      transformer_,
      _training_dim: int(1),
      ...more,
    }),
  );

test('the inverse of a scaler multiplies, then adds', () => {
  const step = targeted(scaler('StandardScaler', { mean_: floats([1]), scale_: floats([2]) }));
  const multiplied = { operator: 'multiply', right: { value: 2 } };
  const columns = [{ operator: 'add', left: multiplied, right: { value: 1 } }];
  expect(step).toMatchObject({ flat: true, inverse: { columns } });
});

test.each([
  ['two means of one target', scaler('StandardScaler', { mean_: floats([1, 2]), scale_: floats([2, 2]) })],
  ['a mean too many', scaler('StandardScaler', { mean_: floats([1, 2]), scale_: floats([2]) })],
  ['quantiles', scaler('QuantileTransformer', { quantiles_: floats([0, 1], [2, 1]) })],
  ['code', scaler('FunctionTransformer', { inverse_func: instance('mine.Inverse') })],
  ['arguments', scaler('FunctionTransformer', { inv_kw_args: pyDict([['x', py(1)]]) })],
  ['a power of its own', scaler('PowerTransformer', { lambdas_: objects('x') })],
])('a target transformed by %s is refused', (_, transformer) => {
  expect(() => targeted(transformer)).toThrow(/sklearn/);
});
