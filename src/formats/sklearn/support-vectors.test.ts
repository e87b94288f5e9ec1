import { expect, test } from 'vitest';
import type { ModelStep } from '../../model/step.ts';
import { SUPPORT_VECTOR_FAMILIES } from './support-vectors.ts';
import { floats, instance, int, objects, testReading } from './testing/values.ts';

function read(name: string, attributes: Record<string, unknown>): ModelStep {
  const family = SUPPORT_VECTOR_FAMILIES.find(({ classes }) => classes.includes(name))!;
  return family.read(testReading().view(instance(`sklearn.svm._classes.${name}`, attributes), ''))!;
}

const MACHINE = {
  kernel: 'rbf',
  _gamma: 0.5,
  support_vectors_: floats([1, 2, 3, 4, 5, 6], [3, 2]),
  _dual_coef_: floats([1, -0.5, -0.5], [1, 3]),
  _intercept_: floats([0.25]),
};
const CLASSIFIER = {
  ...MACHINE,
  classes_: objects('no', 'yes'),
  _n_support: floats([1, 2]),
  probability: true,
  _probA: floats([-1]),
  _probB: floats([0]),
};

test.each([
  ['SVR', MACHINE, { _dual_coef_: floats([1, 2], [1, 2]) }, '_dual_coef_'],
  ['SVR', MACHINE, { _dual_coef_: floats([1, 2, 3, 4, 5, 6], [2, 3]) }, '_dual_coef_'],
  ['SVR', MACHINE, { support_vectors_: floats([], [0, 2]) }, 'support_vectors_'],
  ['SVR', MACHINE, { kernel: 'precomputed' }, 'kernel'],
  ['SVR', MACHINE, { kernel: 'poly', degree: 2.5 }, 'degree'],
  ['NuSVR', MACHINE, { _intercept_: floats([1, 2]) }, '_intercept_'],
  ['OneClassSVM', MACHINE, { offset_: floats([1, 2]) }, 'offset_'],
  ['SVC', CLASSIFIER, { _n_support: floats([2, 2]) }, '_n_support'],
  ['SVC', CLASSIFIER, { _n_support: floats([-1, 4]) }, '_n_support'],
  ['SVC', CLASSIFIER, { _n_support: floats([1, 1, 1]) }, '_n_support'],
  ['SVC', CLASSIFIER, { classes_: objects('no', 'yes', 'so') }, '_dual_coef_'],
  ['SVC', CLASSIFIER, { classes_: objects('no') }, 'classes_'],
  ['SVC', CLASSIFIER, { _probB: floats([1, 2]) }, '_probB'],
  ['SVC', CLASSIFIER, { _probA: floats([]) }, 'probability'],
  ['NuSVC', CLASSIFIER, { break_ties: int(1), decision_function_shape: 'ovo' }, 'break_ties'],
  ['SGDOneClassSVM', { coef_: floats([1, 2]), offset_: floats([1]) }, { offset_: floats([1, 2]) }, 'offset_'],
])('%s whose state contradicts itself is refused by its place: %#', (name, fitted, change, field) => {
  expect(() => read(name, fitted)).not.toThrow();
  expect(() => read(name, { ...fitted, ...change })).toThrow(field);
});

test('public names of releases before 0.22 are read', () => {
  const { _n_support, _probA, _probB, ...rest } = CLASSIFIER;
  const old = { ...rest, n_support_: _n_support, probA_: _probA, probB_: _probB };
  expect(read('SVC', old)).toEqual(read('SVC', CLASSIFIER));
});

test('scores of the rest that depended on other rows are refused', () => {
  const three = {
    ...MACHINE,
    classes_: objects('a', 'b', 'c'),
    _dual_coef_: floats([1, 2, 3, 4, 5, 6], [2, 3]),
    _intercept_: floats([1, 2, 3]),
    n_support_: floats([1, 1, 1]),
  };
  expect(() => read('SVC', { ...three, _sklearn_version: '0.20.4' })).toThrow('decision_function_shape');
  expect(read('SVC', { ...three, _sklearn_version: '0.18.2', decision_function_shape: null })).toMatchObject({
    decision: 'ovo',
  });
  expect(read('SVC', { ...three, _sklearn_version: '0.21.0' })).toMatchObject({ decision: 'ovr' });
});
