import { expect, test } from 'vitest';
import type { StandardScalerStep } from '../../model/scaling.ts';
import { prepareStep } from './prepare.ts';

/** As scikit-learn before 0.24 leaves it: no array says how many columns there are. */
const idle: StandardScalerStep = {
  kind: 'standard-scaler',
  origin: { path: '', class: 'sklearn.preprocessing', offset: 0 },
  features: null,
  featureNames: null,
  mean: null,
  scale: null,
};
const transform = (step: StandardScalerStep, ...row: number[]): unknown =>
  prepareStep(step, []).transform!({
    kind: 'dense',
    rows: 1,
    cols: row.length,
    data: Float64Array.from(row),
  });

test('a scaler told to do nothing hands on rows of any width, and refuses infinities', () => {
  expect(transform(idle, 1, Number.NaN, -0)).toMatchObject({
    cols: 3,
    data: Float64Array.of(1, Number.NaN, -0),
  });
  expect(() => transform(idle, 1, Infinity)).toThrow(/row 0, column "x1": expected a finite number/);
  expect(() => transform({ ...idle, features: 2 }, 1)).toThrow(/each row has 1 columns, 2 wanted/);
});
