import { expect, test } from 'vitest';
import { readerOf } from './registry.ts';
import { instance, int, testReading, tuple } from './testing/values.ts';

function read(fitted: Readonly<Record<string, unknown>>) {
  const full = 'sklearn.preprocessing.PolynomialFeatures';
  return readerOf(full)!(testReading().view(instance(full, fitted), ''));
}

test('a product is one of the degree below times a column before it', () => {
  const step = read({ degree: int(3), n_features_in_: int(2), n_output_features_: int(10) });
  expect(step).toMatchObject({
    degrees: [
      { parents: Int32Array.of(0, 1, 1), factors: Int32Array.of(0, 0, 1) },
      { parents: Int32Array.of(0, 1, 2, 2), factors: Int32Array.of(0, 0, 0, 1) },
    ],
  });
});

test.each([
  [
    'a degree that explodes',
    { degree: int(9), n_features_in_: int(1000), n_output_features_: int(1) },
    /products/,
  ],
  [
    'a degree without end',
    { degree: int(2 ** 40), n_features_in_: int(1), n_output_features_: int(1) },
    /up to 256/,
  ],
  ['a degree below none', { degree: int(-1), n_features_in_: int(2), n_output_features_: int(1) }, /degree/],
  ['degrees that fall', { degree: tuple(int(3), int(2)), n_features_in_: int(2) }, /degree/],
  [
    'a width that is another',
    { degree: int(2), n_features_in_: int(2), n_output_features_: int(7) },
    /6, as/,
  ],
  ['no width', { degree: int(2), n_output_features_: int(7) }, /n_features_in_/],
])('%s is refused', (_, fitted, message) => {
  expect(() => read(fitted)).toThrow(message);
});
