import { expect, test } from 'vitest';
import type { Tensor } from '../../model/tensor.ts';
import { completed } from './described-signature.ts';

const chances = (classes: number): Tensor => ({
  dtype: 'float64',
  shape: [2, classes],
  data: new Float64Array(2 * classes),
});

test('targets with different numbers of classes leave the number open, equal ones say it', () => {
  const inputs = { form: 'table', columns: [], outputs: [], classes: null } as const;
  const described = { inputs: null, classes: null } as unknown as Parameters<typeof completed>[2];
  const shapeOf = (...widths: readonly number[]) =>
    completed(inputs, { predict_proba: widths.map(chances) }, described).outputs;
  expect(shapeOf(2, 3)).toEqual([{ name: 'predict_proba', dtype: 'float64', shape: [-1, -1], parts: 2 }]);
  expect(shapeOf(3, 3)).toEqual([{ name: 'predict_proba', dtype: 'float64', shape: [-1, 3], parts: 2 }]);
});
