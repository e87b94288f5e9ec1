import { expect, test } from 'vitest';
import { distributionOf, isStandardModule } from './modules.ts';

test('a module is of Python itself, of a known distribution, or of neither', () => {
  expect(['collections.abc', 'copy_reg', 'os', 'zoneinfo'].every(isStandardModule)).toBe(true);
  expect(['numpy', 'churn_features', 'constructor'].some(isStandardModule)).toBe(false);
  expect(distributionOf('sklearn.ensemble._forest')).toBe('scikit-learn');
  expect(distributionOf('PIL.Image')).toBe('pillow');
  expect(distributionOf('numpy.core.multiarray')).toBe('numpy');
  expect(distributionOf('churn_features')).toBeNull();
  expect(distributionOf('constructor')).toBeNull();
});
