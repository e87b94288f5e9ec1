import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plimsoll, ROOT } from './cli.ts';

const MODEL = join(ROOT, 'fixtures/explanations/forest-classes.joblib');

test.each(['', '-1', '1.5', 'many'])('a budget of "%s" is refused', (budget) => {
  const asked = ['--input', 'rows.csv', `--budget=${budget}`, '--json'];
  const { status, stdout } = plimsoll('counterfactual', MODEL, ...asked);
  const { error } = JSON.parse(stdout);
  expect([error.code, status === 0]).toEqual(['USAGE', false]);
  expect(error.message).toContain('--budget');
});
