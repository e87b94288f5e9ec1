import { expect, test } from 'vitest';
import { WHICH_MODEL } from './description.ts';
import { NOT_FITTED, wayPast } from './way-past.ts';

const blocker = { path: '', class: 'sklearn.svm.SVC', offset: 0, field: 'func', found: 'f', wanted: 'g is' };

test.each([
  ['a parameter is set', {}, /^set func to what is supported, fit,/, true],
  ['a class of scikit-learn is replaced', { field: 'the class' }, /docs\/estimators\.md/, true],
  ['a class of one’s own is exported', { class: 'mine.Net', field: 'the class' }, /ONNX/, true],
  [
    'a step of one’s own is written anew',
    { path: 'steps.a', class: 'mine.A', field: 'the class' },
    /steps of scikit-learn/,
    true,
  ],
  [
    'a booster is trained again',
    { class: 'catboost.CatBoost', field: 'text features' },
    /^train .*\(g\)/,
    true,
  ],
  [
    'weights alone are saved with their operators',
    { class: 'state dict of torch', field: 'the network' },
    /^put a graph beside the weights.*torch\.export\.save.*architecture\.json/,
    true,
  ],
  [
    'a network of a class of one’s own is saved with its operators',
    { path: 'module "a"', class: 'mine.Net', field: 'its forward' },
    /^save its operators .*torch\.export\.save/,
    true,
  ],
  ['what fitting makes is no parameter', { field: 'coef_' }, /^replace that step/, true],
  ['an estimator is fitted', { field: 'coef_', found: NOT_FITTED }, /^call fit\(\)/, false],
  ['the member that is meant is named', { field: WHICH_MODEL, wanted: 'Say which' }, /^Say which$/, false],
  ['a table is no model', { class: 'pandas.DataFrame', field: 'the class' }, /fitted model itself/, false],
  [
    'a document is exported again',
    { class: 'PMML TreeModel', field: 'the element' },
    /docs\/pmml\.md/,
    false,
  ],
])('%s', (_, changed, way, isPythonOfUse) => {
  expect(wayPast({ ...blocker, ...changed })).toEqual({ way: expect.stringMatching(way), isPythonOfUse });
});
