import { expect, it } from 'vitest';
import { checkFixtures } from './fixtures.ts';
import { supportedPage } from './supported-page.ts';

const families = [{ module: 'sklearn.linear_model', classes: ['Ridge', 'Lasso'] }];
const covered = new Map([
  ['sklearn-0.24.2', new Set<string>()],
  ['sklearn-1.9.1', new Set(['Ridge'])],
]);

it('refuses a class that is read without a model file that proves it', () => {
  expect(checkFixtures(families, covered)).toMatchObject([
    { message: expect.stringContaining('reads Lasso') },
  ]);
});

it('marks in the table of support the releases whose fixtures hold a class', () => {
  expect(supportedPage(families, covered)).toContain('| `sklearn.linear_model` | Ridge |   | ✓ |');
});
