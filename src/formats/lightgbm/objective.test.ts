import { expect, it, test } from 'vitest';
import { parseObjective } from './objective.ts';

test.each([
  ['regression', 'regression', 'identity'],
  ['regression sqrt', 'regression', 'signed-square'],
  ['quantile sqrt', 'quantile', 'signed-square'],
  ['poisson sqrt', 'poisson', 'exp'],
  ['mean_squared_error', 'regression', 'identity'],
  ['xentropy', 'cross_entropy', 'sigmoid'],
  ['xentlambda', 'cross_entropy_lambda', 'log1p-exp'],
  ['tweedie tweedie_variance_power:1.5', 'tweedie', 'exp'],
  ['lambdarank', 'lambdarank', 'identity'],
  ['', 'none', 'identity'],
  ['custom', 'none', 'identity'],
])('"%s" is %s through %s', (text, name, link) => {
  expect(parseObjective(text)).toMatchObject({ name, link });
});

it('reads the factor of a sigmoid and the number of classes', () => {
  expect(parseObjective('binary sigmoid:0.7')).toMatchObject({ sigmoid: 0.7, classes: null });
  expect(parseObjective('multiclassova num_class:4 sigmoid:2')).toMatchObject({ sigmoid: 2, classes: 4 });
  expect(parseObjective('cross_entropy sigmoid:3')).toMatchObject({ sigmoid: 1 });
});

test.each([
  'foo',
  'binary sigmoid:0',
  'binary sigmoid:-1',
  'binary sigmoid:',
  'binary sigmoid:nan',
  'toString',
])('"%s" is no objective', (text) => {
  expect(parseObjective(text)).toBeNull();
});
