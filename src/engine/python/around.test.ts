import { expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../engine.ts';
import { createPythonEngine } from './engine.ts';
import { loadOfScript, matrixBatchOf, PYTHON } from './testing/misbehaving.ts';

const SCRIPT = `
def preprocess(rows):
    return [[2 * a, b] for a, b in rows]

def postprocess(outputs):
    return {"label": ["high" if value > 10 else "low" for value in outputs]}
`;

/** Answers the sum of each row's numbers, as a compiled model would. */
const sums: Engine = {
  id: 'native',
  infer: (batch) => {
    if (batch.kind !== 'matrix') throw new TypeError('a matrix was wanted');
    const { rows, width, data } = batch;
    const sum = (row: number) => data.subarray(row * width, (row + 1) * width).reduce((a, b) => a + b, 0);
    const values = Float64Array.from({ length: rows }, (_, row) => sum(row));
    return { predict: { dtype: 'float64', shape: [rows], data: values } };
  },
  close: () => undefined,
};

test('a script goes around a compiled model, also where requests go together and batches are cut', async () => {
  const engine = await createPythonEngine({
    ...{ name: 'churn', interpreter: PYTHON, inner: sums, batches: true, workers: 2, maxRows: 300 },
    load: { ...loadOfScript(SCRIPT), around: true, call: { container: 'list' } },
    ...{ callMillis: 10_000, startMillis: 20_000 },
  });
  onTestFinished(() => engine.close());
  const answers = await Promise.all(
    [
      [[4, 1]],
      [
        [5, 1],
        [0, 0],
      ],
    ].map((rows) => engine.infer(matrixBatchOf(...rows))),
  );
  expect(answers).toEqual([
    { label: { dtype: 'string', shape: [1], data: ['low'] } },
    { label: { dtype: 'string', shape: [2], data: ['high', 'low'] } },
  ]);
  const many = await engine.infer(matrixBatchOf(...Array.from({ length: 700 }, (_, i) => [i, 0])));
  const wanted = Array.from({ length: 700 }, (_, i) => (2 * i > 10 ? 'high' : 'low'));
  expect((many['label'] as { data: unknown }).data).toEqual(wanted);
});
