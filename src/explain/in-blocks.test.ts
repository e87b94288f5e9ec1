import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNativeEngine } from '../engine/native/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import type { Batch } from '../model/batch.ts';
import { explainModel } from './explain-model.ts';

const FILE = join(import.meta.dirname, '../../fixtures/explanations/linear-number.joblib');

test('attributions of answers that are too large for a number are refused, as no defect of ours', async () => {
  const { content } = readModelFile(FILE);
  if (content?.kind !== 'steps' || content.signature.form === 'tensors') throw new Error('no steps');
  const width = content.signature.columns.length;
  const batch = (rows: number, cell: (k: number) => number): Batch => ({
    ...{ kind: 'matrix', rows, width },
    data: Float64Array.from({ length: rows * width }, (_, k) => cell(k)),
  });
  const model = { name: 'linear', content, engine: createNativeEngine(content) };
  const { explain } = await explainModel(model, { background: batch(3, Math.sin) });
  const usual = await explain(batch(2, Math.cos));
  expect(usual.additivityError).toBeLessThan(1e-9);
  const large = batch(2, (k) => (k < width ? Math.cos(k) : 1.7e308 * (-1) ** k));
  await expect(explain(large)).rejects.toMatchObject({
    code: 'EXPLANATION_UNFIT',
    message: expect.stringContaining('too large for a number'),
  });
});
