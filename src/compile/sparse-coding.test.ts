import { expect, test } from 'vitest';
import type { PipelineStep } from '../model/step.ts';
import { base, infer, numberTypes, tableSignature } from './testing/session.ts';

test('a scale before a product with atoms keeps its digits', async () => {
  const one = { ...base, features: 1 };
  const coding = { kind: 'threshold', alpha: 0, positive: false } as const;
  const dictionary = { rows: 2, cols: 1, data: Float64Array.of(1, 2) };
  const scaling = { scale: Float64Array.of(0.3), min: Float64Array.of(0), clip: null };
  const root: PipelineStep = {
    kind: 'pipeline',
    ...one,
    steps: [
      { name: 'scale', step: { kind: 'min-max-scaler', ...one, ...scaling } },
      { name: 'code', step: { kind: 'sparse-code', ...one, dictionary, coding, split: false } },
    ],
  };
  const { transform } = await infer(root, tableSignature(numberTypes(1), ['transform']), [[7]]);
  expect(transform!.data).toEqual([0.3 * 7, 0.6 * 7]);
});
