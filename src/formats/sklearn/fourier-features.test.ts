import { expect, test } from 'vitest';
import { FOURIER_FEATURES_FAMILIES } from './fourier-features.ts';
import { objectionTo, readAs } from './testing/read.ts';
import { floats } from './testing/values.ts';

const read = (attributes: Record<string, unknown>) =>
  readAs(FOURIER_FEATURES_FAMILIES, 'RBFSampler', attributes);
const fitted = { random_weights_: floats([1, 2, 3, 4], [2, 2]), random_offset_: floats([0, 1]) };

test('weights are those of a column a component', () => {
  expect(read(fitted)).toMatchObject({
    features: 2,
    weights: { data: Float64Array.of(1, 3, 2, 4) },
    factor: 1,
  });
});

test.each([
  [{ random_offset_: floats([0]) }, 'random_offset_', 'MODEL_INVALID'],
  [{ random_weights_: floats([], [0, 2]) }, 'random_weights_', 'MODEL_INVALID'],
  [{ random_weights_: floats([1, 2, 3, Number.NaN], [2, 2]) }, 'random_weights_', 'MODEL_UNSUPPORTED'],
])('%o is refused', (attributes, field, code) => {
  expect(() => read({ ...fitted, ...attributes })).toThrowError(objectionTo(field, code));
});
