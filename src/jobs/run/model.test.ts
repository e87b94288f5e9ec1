import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ModelOptions, resolveModel } from './model.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/parts/beside/several');
const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-job-model-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

const ready = { model: 'churn', version: 1, digest: '0'.repeat(64), state: 'ready' };
const options: ModelOptions = {
  dataDir,
  ask: async (work) => work({ version: async () => ready } as never),
  onProgress: () => undefined,
};

test('of a folder of files the member that is named is what a job scores with', {
  timeout: 30_000,
}, async () => {
  const choices = { member: 'scaler.pkl,churn.pkl' };
  const { accepted } = await resolveModel(FOLDER, { ...options, choices });
  expect(accepted.manifest).toMatchObject(choices);
  await expect(resolveModel(FOLDER, options)).rejects.toMatchObject({ code: 'MODEL_UNCLEAR' });
});

test('nothing is chosen of a version that is registered', async () => {
  const asked = resolveModel('churn@1', { ...options, choices: { missing: -1, iterations: 3 } });
  await expect(asked).rejects.toMatchObject({
    code: 'CHOICES_SETTLED',
    details: { choices: '--missing and --iterations', model: 'churn@1' },
  });
});
