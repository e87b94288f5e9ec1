import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type SparkProject, writeProject } from './project.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-project-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a model that runs with Python is refused before anything is written', async () => {
  const project = {
    job: { job: 'nightly' },
    model: { bundle: folder, manifest: { python: { form: 'model' } } },
  } as unknown as SparkProject;
  const target = join(folder, 'project');
  await expect(writeProject(target, project)).rejects.toMatchObject({
    code: 'SPARK_UNSUPPORTED',
    message: expect.stringContaining('runs with Python'),
  });
  expect(existsSync(target)).toBe(false);
});
