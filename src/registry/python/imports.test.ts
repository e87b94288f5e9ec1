import { expect, test } from 'vitest';
import type { NamedGlobal } from '../../model/description.ts';
import { executedNames, importedModules } from './imports.ts';

const named = (module: string, name: string, more: Partial<NamedGlobal> = {}): NamedGlobal => ({
  ...{ module, name, offset: 7, meaning: 'known' },
  ...more,
});

test('modules are told by where they come from, what has to be brought first', () => {
  const globals = [
    named('sklearn.tree._classes', 'DecisionTreeClassifier'),
    named('sklearn.pipeline', 'Pipeline'),
    named('collections', 'OrderedDict'),
    named('churn_features', 'Ratio', { meaning: 'unknown' }),
    named('helpers.text', 'clean', { meaning: 'unknown' }),
  ];
  const imports = importedModules(globals, new Set(['helpers']));
  expect(imports.map(({ module, from, distribution }) => [module, from, distribution])).toEqual([
    ['churn_features', 'not found', null],
    ['helpers', 'own code', null],
    ['sklearn', 'distribution', 'scikit-learn'],
    ['collections', 'standard library', null],
  ]);
  expect(imports[2]!.names).toEqual([
    'sklearn.pipeline.Pipeline',
    'sklearn.tree._classes.DecisionTreeClassifier',
  ]);
});

test('what is called while loading would run, and so would gadgets that are only named; libraries are not told of', () => {
  const globals = [
    named('os', 'system', { meaning: 'dangerous', called: true, offset: 1 }),
    named('builtins', 'eval', { meaning: 'dangerous', offset: 2 }),
    named('churn_features', 'make', { meaning: 'unknown', called: true, offset: 3 }),
    named('churn_features', 'Ratio', { meaning: 'unknown' }),
    named('numpy.core.multiarray', '_reconstruct', { called: true }),
  ];
  expect(executedNames(globals)).toEqual([
    { name: 'os.system', how: 'called', offset: 1 },
    { name: 'builtins.eval', how: 'named', offset: 2 },
    { name: 'churn_features.make', how: 'called', offset: 3 },
  ]);
});
