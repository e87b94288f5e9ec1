import { expect, test } from 'vitest';
import type { GaussianMixtureStep } from '../../model/gaussian.ts';
import { prepareStep } from './prepare.ts';

/** Two components beside each other, of the same covariance. */
const mixture: GaussianMixtureStep = {
  kind: 'gaussian-mixture',
  origin: { path: '', class: 'sklearn.mixture', offset: 0 },
  features: 2,
  featureNames: null,
  means: { rows: 2, cols: 2, data: Float64Array.of(0, 0, 0, 1e-9) },
  factors: {
    kind: 'full',
    matrices: [1, 2].map(() => ({ rows: 2, cols: 2, data: Float64Array.of(1, 0, 0, 1) })),
  },
  offsets: Float64Array.of(-1, -1),
};

test('shares of a far row between near components are rounding, which no other engine need have', () => {
  const rows = { kind: 'dense', rows: 3, cols: 2, data: Float64Array.of(1, 1, 0, 1e6, 1e6, 1e6) } as const;
  expect(prepareStep(mixture, []).undecided!(rows)).toEqual(Uint8Array.of(0, 1, 1));
  const apart = { ...mixture, means: { rows: 2, cols: 2, data: Float64Array.of(0, 0, 1e3, 1e3) } };
  expect(prepareStep(apart, []).undecided!(rows)).toEqual(new Uint8Array(3));
});
