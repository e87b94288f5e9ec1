import { expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import type { ModelDescription } from '../model/description.ts';
import { contentOf } from './model-content.ts';

const description: ModelDescription = {
  format: 'pickle',
  framework: { name: 'scikit-learn', version: '1.3.2' },
  compression: null,
  outline: null,
  globals: [],
  notes: [],
  blockers: [
    {
      path: 'steps.ratio',
      class: 'churn.Ratio',
      offset: 71,
      field: 'the class',
      found: 'churn.Ratio',
      wanted: 'known classes are',
    },
  ],
  content: null,
};

function refusal(changed: Partial<ModelDescription>): unknown {
  try {
    return contentOf({ ...description, ...changed });
  } catch (error) {
    return isPlimsollError(error) ? { code: error.code, exit: error.exit, message: error.message } : error;
  }
}

test('contentOf() answers "not supported" with step, class and byte where a step is unknown', () => {
  expect(refusal({})).toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    exit: 4,
    message: expect.stringContaining('steps.ratio (churn.Ratio) at byte 71'),
  });
});

test('contentOf() refuses a file that names code to run, whatever else it holds', () => {
  const globals = [{ module: 'os', name: 'system', offset: 24, meaning: 'dangerous' as const }];
  expect(refusal({ globals })).toMatchObject({
    code: 'READ_UNSAFE',
    exit: 3,
    message: expect.stringContaining('byte 24: the name "os.system"'),
  });
});
