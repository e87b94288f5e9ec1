import { expect, test } from 'vitest';
import { DENSE_LAYERS_FAMILIES } from './dense-layers.ts';
import { objectionTo, readAs } from './testing/read.ts';
import { floats, instance, objects, py } from './testing/values.ts';

const read = (name: string, attributes: Record<string, unknown>) =>
  readAs(DENSE_LAYERS_FAMILIES, name, attributes);
const binarizer = (y_type_: string) => instance('sklearn.preprocessing._label.LabelBinarizer', { y_type_ });

const perceptron = {
  activation: 'relu',
  out_activation_: 'softmax',
  classes_: objects('a', 'b', 'c'),
  _label_binarizer: binarizer('multiclass'),
  coefs_: py([floats([1, 2, 3, 4], [2, 2]), floats([1, 2, 3, 4, 5, 6], [2, 3])]),
  intercepts_: py([floats([0, 0]), floats([0, 0, 0])]),
};

test('weights are kept as rows, one an output', () => {
  expect(read('MLPClassifier', perceptron)).toMatchObject({
    layers: [{ weights: { data: Float64Array.of(1, 3, 2, 4) } }, { weights: { rows: 3, cols: 2 } }],
    head: { kind: 'multiclass' },
  });
});

test('a perceptron of labels has no classes', () => {
  const labels = { _label_binarizer: binarizer('multilabel-indicator'), out_activation_: 'logistic' };
  expect(read('MLPClassifier', { ...perceptron, ...labels })).toMatchObject({ head: { kind: 'multilabel' } });
});

test.each([
  [{ power: 0, link: 'auto' }, 'linear-regressor'],
  [{ power: 1.5, link: 'auto' }, 'dense-layers'],
  [{ power: 0, link: 'log' }, 'dense-layers'],
  [
    { link: 'auto', _link_instance: instance('sklearn.linear_model._glm.link.IdentityLink') },
    'linear-regressor',
  ],
  [{ link: 'auto', _link_instance: instance('sklearn.linear_model._glm.link.LogLink') }, 'dense-layers'],
])('TweedieRegressor with %o is a %s', (options, kind) => {
  const fitted = { coef_: floats([1, 2]), intercept_: 0, ...options };
  expect(read('TweedieRegressor', fitted)).toMatchObject({ kind });
});

test.each([
  [{ coefs_: py([]), intercepts_: py([]) }, 'coefs_', 'MODEL_INVALID'],
  [{ intercepts_: py([floats([0, 0])]) }, 'intercepts_', 'MODEL_INVALID'],
  [{ intercepts_: py([floats([0]), floats([0, 0, 0])]) }, 'intercepts_[0]', 'MODEL_INVALID'],
  [
    {
      coefs_: py([floats([1, 2, 3, 4, 5, 6], [2, 3]), floats([1, 2, 3, 4, 5, 6], [2, 3])]),
      intercepts_: py([floats([0, 0, 0]), floats([0, 0, 0])]),
    },
    'coefs_[1]',
    'MODEL_INVALID',
  ],
  [{ classes_: objects('a', 'b') }, 'coefs_', 'MODEL_INVALID'],
  [{ out_activation_: 'logistic' }, 'out_activation_', 'MODEL_INVALID'],
  [{ activation: 'swish' }, 'activation', 'MODEL_UNSUPPORTED'],
])('a perceptron with %o is refused for its %s', (attributes, field, code) => {
  expect(() => read('MLPClassifier', { ...perceptron, ...attributes })).toThrowError(
    objectionTo(field, code),
  );
});
