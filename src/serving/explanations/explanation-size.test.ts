import { expect, test } from 'vitest';
import type { Batch } from '../../model/batch.ts';
import { checkToldNumbers } from './explanation-size.ts';

const batch: Batch = { kind: 'matrix', rows: 100, width: 200, data: new Float64Array(20_000) };
const features = Array.from({ length: 200 }, (_, column) => `x${column}`);
const explainer = (scores: number) => ({ features, baseValues: new Float64Array(scores) });

test('of many classes as many numbers are told as one answer can hold, whatever the rows', () => {
  const all = { batch, top: null, scores: null };
  expect(() => checkToldNumbers({ ...all, explainer: explainer(10) }, 'many', 20_000)).not.toThrow();
  expect(() => checkToldNumbers({ ...all, explainer: explainer(200) }, 'many', 20_000)).toThrowError(
    expect.objectContaining({
      code: 'EXPLANATION_LARGE',
      details: { model: 'many', rows: 100, columns: 200, limit: 1000 },
    }),
  );
});

test('what is not told is not counted: columns beyond "top", and scores that Vertex does not ask for', () => {
  const many = { batch, explainer: explainer(200), top: null };
  const few = { ...many, top: 3, scores: null };
  expect(() => checkToldNumbers(few, 'many', 20_000)).not.toThrow();
  expect(() => checkToldNumbers({ ...many, scores: { topK: 1 } }, 'many', 20_000)).not.toThrow();
  expect(() => checkToldNumbers({ ...many, scores: { indices: [3, 1] } }, 'many', 20_000)).not.toThrow();
  expect(() => checkToldNumbers({ ...many, scores: { topK: -1 } }, 'many', 20_000)).toThrowError(/100 rows/);
});
