import { expect, test } from 'vitest';
import { prepareStep } from '../../engine/native/prepare.ts';
import { SPARSE_CODING_FAMILIES } from './sparse-coding.ts';
import { objectionTo, readAs } from './testing/read.ts';
import { floats, int } from './testing/values.ts';

const dictionary = floats([1, 0, 0, 1, 0.6, 0.8], [3, 2]);
const read = (attributes: Record<string, unknown>) =>
  readAs(SPARSE_CODING_FAMILIES, 'SparseCoder', { dictionary, ...attributes });

test('the default is a pursuit of a tenth of the columns, at least one atom', () => {
  expect(read({})).toMatchObject({ coding: { kind: 'pursuit', atoms: 1 }, split: false });
});

test('a pursuit ends early where nothing is left', () => {
  const { transform } = prepareStep(read({ transform_n_nonzero_coefs: int(2) })!, []);
  const data = Float64Array.of(0, 5, 0, 0);
  const code = transform!({ kind: 'dense', rows: 2, cols: 2, data }) as { data: Float64Array };
  expect([...code.data]).toEqual([0, 5, 0, 0, 0, 0]);
});

test('the penalty of the training is that of the transform from 1.2 on', () => {
  const alphaIn = (release: string) =>
    read({ transform_algorithm: 'threshold', alpha: 0.5, _sklearn_version: release });
  expect(alphaIn('1.0.2')).toMatchObject({ coding: { alpha: 1 } });
  expect(alphaIn('1.2.2')).toMatchObject({ coding: { alpha: 0.5 } });
});

const single = { ...dictionary, dtype: { ...dictionary.dtype, itemSize: 4 } };
test.each([
  [{ transform_algorithm: 'lasso_lars' }, 'transform_algorithm', 'MODEL_UNSUPPORTED'],
  [{ positive_code: true }, 'positive_code', 'MODEL_UNSUPPORTED'],
  [{ transform_n_nonzero_coefs: int(4) }, 'transform_n_nonzero_coefs', 'MODEL_UNSUPPORTED'],
  [{ dictionary: floats([], [0, 2]) }, 'dictionary', 'MODEL_INVALID'],
  [{ dictionary: single }, 'dictionary', 'MODEL_UNSUPPORTED'],
])('%o is refused', (attributes, field, code) => {
  expect(() => read(attributes)).toThrowError(objectionTo(field, code));
});
