import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { example, folder, plimsoll } from './cli.ts';

test('a file is measured under load, and the next time what was measured is taken', {
  timeout: 600_000,
}, () => {
  const data = folder();
  const advise = (): { readonly model: { readonly source: string; readonly note: string | null } } => {
    const args = ['--requests', '40/s', '--data', data, '--json'];
    const { status, stdout, stderr } = plimsoll('advise', example('churn.joblib'), ...args);
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const first = advise();
  expect(first.model).toMatchObject({ source: 'measured', note: null });
  expect(readdirSync(join(data, 'costs'))).toHaveLength(1);
  const began = performance.now();
  expect(advise()).toEqual(first);
  expect(performance.now() - began).toBeLessThan(60_000);
  expect(readdirSync(join(data, 'costs'))).toHaveLength(1);
});
