import { expect, test } from 'vitest';
import type { ModelDescription } from '../../model/description.ts';
import { guessRequirements } from './guess-requirements.ts';

/** A pickle that names these modules. */
const naming = (...modules: readonly string[]): ModelDescription => ({
  ...{ format: 'pickle', framework: { name: 'pickle', version: null }, compression: null },
  ...{ content: null, outline: null, blockers: [], notes: [] },
  globals: modules.map((module, offset) => ({ module, name: 'Model', offset, meaning: 'unknown' as const })),
});

test('a wrapper for scikit-learn takes scikit-learn, whose classes it derives from', () => {
  expect(guessRequirements(naming('xgboost.sklearn', 'xgboost.core'), new Set())).toEqual([
    'scikit-learn',
    'xgboost',
  ]);
  expect(guessRequirements(naming('xgboost.core'), new Set())).toEqual(['xgboost']);
});

test('what comes along and what Python brings takes no package', () => {
  expect(guessRequirements(naming('features.sklearn', 'collections'), new Set(['features']))).toEqual([]);
});
