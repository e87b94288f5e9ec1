import { expect, it } from 'vitest';
import { estimatorsPage } from './estimators-page.ts';
import { checkExactnessPage, checkFixtures } from './fixtures.ts';

const families = [{ module: 'sklearn.linear_model', classes: ['Ridge', 'Lasso'] }];
const tested = new Map([['Ridge', new Set(['1.3.2', '1.9.1'])]]);

it('refuses a class that is read without a model file that proves it', () => {
  expect(checkFixtures(families, tested)).toMatchObject([
    { message: expect.stringContaining('reads Lasso') },
  ]);
});

it('refuses a class whose exactness was never measured', () => {
  expect(checkExactnessPage(families, '| Ridge | 0 | 0 |\n| LassoCV | 0 | 0 |')).toMatchObject([
    { file: 'docs/exactness.md', message: expect.stringContaining('how exact Lasso is') },
  ]);
});

it('lists the releases that each class is tested with', () => {
  expect(estimatorsPage(families, tested)).toContain('| Ridge | sklearn.linear_model | 1.3.2, 1.9.1 |');
});
