import { expect, test } from 'vitest';
import { fittedStep, svc } from './testing/predictors.ts';
import { floats, instance, objects } from './testing/values.ts';

const sigmoid = instance('sklearn.calibration._SigmoidCalibration', { a_: -1, b_: 0 });
const curve = (out_of_bounds: string) =>
  instance('sklearn.isotonic.IsotonicRegression', {
    out_of_bounds,
    X_thresholds_: floats([0, 1]),
    y_thresholds_: floats([0, 1]),
  });

const calibrated = (classes: readonly string[], part: Record<string, unknown>, parts = 1) => {
  const fitted = { estimator: svc(...classes), method: 'sigmoid', calibrators: objects(sigmoid), ...part };
  const one = instance('sklearn.calibration._CalibratedClassifier', fitted);
  return fittedStep(
    instance('sklearn.calibration.CalibratedClassifierCV', {
      classes_: objects(...classes),
      calibrated_classifiers_: objects(...new Array(parts).fill(one)),
    }),
  );
};

test('two classes have one calibrator, of the second, by the names of each era', () => {
  const wanted = { members: [{ method: 'decision_function', from: 0 }], calibrations: [{ places: [1] }] };
  expect(calibrated(['a', 'b'], {})).toMatchObject(wanted);
  const old = { estimator: undefined, base_estimator: svc('a', 'b'), calibrators_: objects(sigmoid) };
  expect(calibrated(['a', 'b'], { ...old, calibrators: undefined })).toMatchObject(wanted);
});

test('columns of a fold that saw some of four classes keep their places', () => {
  const part = { estimator: svc('a', 'b', 'd'), calibrators: objects(sigmoid, sigmoid, sigmoid) };
  expect(calibrated(['a', 'b', 'c', 'd'], part)).toMatchObject({ calibrations: [{ places: [0, 1, 3] }] });
});

test.each([
  ['fewer calibrators than columns', ['a', 'b', 'c'], {}],
  ['a class that is none of all', ['a', 'b', 'c'], { estimator: svc('a', 'b', 'x') }],
  ['two of three classes', ['a', 'b', 'c'], { estimator: svc('a', 'b') }],
  ['a curve that refuses', ['a', 'b'], { method: 'isotonic', calibrators: objects(curve('raise')) }],
  ['a calibrator of another class', ['a', 'b'], { calibrators: objects(svc('a', 'b')) }],
  ['another method', ['a', 'b'], { method: 'beta' }],
  ['two temperatures', ['a', 'b'], { method: 'temperature', calibrators: objects(sigmoid, sigmoid) }],
])('%s are refused', (_, classes, part) => {
  expect(() => calibrated(classes, part)).toThrow(/sklearn/);
});

test('no fold at all is refused', () => {
  expect(() => calibrated(['a', 'b'], {}, 0)).toThrow(/calibrated_classifiers_/);
});
