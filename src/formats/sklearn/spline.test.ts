import { expect, test } from 'vitest';
import { readerOf } from './registry.ts';
import { floats, instance, int, objects, testReading } from './testing/values.ts';

const bSpline = (t: readonly number[], k = 1) =>
  instance('scipy.interpolate._bsplines.BSpline', { t: floats(t), k: int(k) });

function read(bsplines_: readonly unknown[], options: Readonly<Record<string, unknown>> = {}) {
  const full = 'sklearn.preprocessing.SplineTransformer';
  const fitted = { degree: int(1), bsplines_: objects(...bsplines_), ...options };
  return readerOf(full)!(testReading().view(instance(full, fitted), ''));
}

test('slopes at the ends are those of the first and the last splines', () => {
  expect(read([bSpline([0, 1, 3, 4])], { extrapolation: 'linear' })).toMatchObject({
    slopes: { below: { data: Float64Array.of(-0.5, 0.5) }, above: { data: Float64Array.of(-0.5, 0.5) } },
  });
});

const plain = bSpline([0, 1, 2, 3]);
test.each([
  ['another degree', [bSpline([0, 1, 2, 3], 2)], {}, /wanted 1/],
  ['too few knots', [bSpline([0, 1, 2])], {}, /at least 4/],
  ['knots that fall', [bSpline([0, 2, 1, 3])], {}, /rising order/],
  ['knots without an inside', [bSpline([0, 1, 1, 3])], {}, /rising order/],
  ['knots of several lengths', [plain, bSpline([0, 1, 2, 3, 4])], {}, /several lengths/],
  ['a degree that explodes', [plain], { degree: int(1000) }, /1 to 32/],
  ['a width that is another', [plain], { n_features_in_: int(2) }, /n_features_in_/],
  ['zeros for missing values', [plain], { handle_missing: 'zeros' }, /handle_missing/],
  ['ends that the library mistakes', [plain, plain], { extrapolation: 'linear' }, /several columns/],
])('%s is refused', (_, splines, options, message) => {
  expect(() => read(splines, options)).toThrow(message);
});
