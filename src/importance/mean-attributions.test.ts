import { expect, test } from 'vitest';
import { meanAttributions } from './mean-attributions.ts';

test('the standard error of a mean size keeps its digits, however large the mean is', async () => {
  const sizes = [1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3];
  const explainer = {
    ...{ features: ['age'], baseValues: Float64Array.of(0) },
    explain: async () => ({ values: Float64Array.from(sizes, (size, k) => (k % 2 === 0 ? size : -size)) }),
  };
  const batch = { kind: 'matrix', rows: 4, width: 1, data: Float64Array.from(sizes) } as const;
  const { standardErrors } = await meanAttributions(explainer as never, batch);
  // The variance of 0, 1, 2, 3 is 5/3.
  expect(standardErrors[0]).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
});
