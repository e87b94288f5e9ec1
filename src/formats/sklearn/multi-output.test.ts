import { expect, test } from 'vitest';
import { fittedStep, ridge, svc } from './testing/predictors.ts';
import { floats, instance, int, objects } from './testing/values.ts';

const side = (name: string, ...estimators: readonly unknown[]) =>
  fittedStep(instance(`sklearn.multioutput.${name}`, { estimators_: objects(...estimators) }));

test('targets have their own classes, of one type', () => {
  const step = side('MultiOutputClassifier', svc('a', 'b'), svc('x', 'y', 'z'));
  expect(step).toMatchObject({
    classes: [{ values: ['a', 'b'] }, { values: ['x', 'y', 'z'] }],
    probabilities: null,
  });
  expect(() => side('MultiOutputClassifier', svc('a', 'b'), svc(int(0), int(1)))).toThrow(/several types/);
});

test.each([
  ['no target', []],
  ['a target of two', [ridge(2), ridge(2, 2)]],
  ['predictors of other widths', [ridge(2), ridge(3)]],
])('%s is refused', (_, estimators) => {
  expect(() => side('MultiOutputRegressor', ...estimators)).toThrow(/sklearn/);
});

const chain = (estimators: readonly unknown[], order: readonly number[], more = {}) =>
  fittedStep(
    instance('sklearn.multioutput.RegressorChain', {
      estimators_: objects(...estimators),
      order_: floats(order),
      ...more,
    }),
  );

test('each link of a chain sees one column more', () => {
  const links = [{ target: 1 }, { target: 0 }];
  expect(chain([ridge(2), ridge(3)], [1, 0])).toMatchObject({ features: 2, refusesMissing: true, links });
});

test.each([
  ['links of one width', [ridge(2), ridge(2)], [0, 1], {}],
  ['a target twice', [ridge(2), ridge(3)], [0, 0], {}],
  ['more targets than links', [ridge(2)], [0, 1], {}],
  ['a target that is no place', [ridge(2), ridge(3)], [0, 0.5], {}],
  ['links of two columns', [ridge(2, 2), ridge(3)], [0, 1], {}],
  ['logarithms passed on', [ridge(2)], [0], { chain_method_: 'predict_log_proba' }],
])('a chain with %s is refused', (_, estimators, order, more) => {
  expect(() => chain(estimators, order, more)).toThrow(/sklearn/);
});
