import { expect, test } from 'vitest';
import type { ModelStep } from '../../model/step.ts';
import { createCommonEngine } from './common-engine.ts';
import { isCommon } from './prepare-common.ts';

const origin = { path: '', class: 'Step', offset: 0 };
const RARE = ['count-vectorizer', 'tfidf', 'catboost', 'pmml'] as const;
const step = (kind: ModelStep['kind'], fields: object = {}): ModelStep =>
  ({ kind, origin, ...fields }) as unknown as ModelStep;

/** Each step that holds others, around one. */
const HOLDERS: Readonly<Record<string, (held: ModelStep) => ModelStep>> = {
  pipeline: (held) =>
    step('pipeline', {
      steps: [
        { name: 'a', step: step('dummy') },
        { name: 'b', step: held },
      ],
    }),
  'column-transformer': (held) => step('column-transformer', { branches: [{ step: null }, { step: held }] }),
  'feature-union': (held) => step('feature-union', { branches: [{ step: held }] }),
  'tree-ensemble': (held) => step('tree-ensemble', { base: { kind: 'estimator', step: held } }),
};

test.each(RARE)('a model with a step %s is not common, wherever the step is', (kind) => {
  expect(isCommon(step(kind))).toBe(false);
  for (const [holder, around] of Object.entries(HOLDERS)) {
    expect(isCommon(around(step(kind))), holder).toBe(false);
    expect(isCommon(HOLDERS['pipeline']!(around(step(kind)))), `${holder} in a pipeline`).toBe(false);
    expect(isCommon(around(step('dummy'))), holder).toBe(true);
  }
});

test('a common model is evaluated, and another is left to the engine of all', () => {
  const column = { name: 'x', named: true, type: 'number', nullable: false } as const;
  const signature = { form: 'table', columns: [column], outputs: [] } as never;
  const scaler: ModelStep = step('pipeline', { steps: [] });
  const engine = createCommonEngine({ root: scaler, signature });
  expect(engine?.id).toBe('native');
  expect(createCommonEngine({ root: step('pmml'), signature })).toBeNull();
});
