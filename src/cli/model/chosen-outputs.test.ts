import { expect, test } from 'vitest';
import type { Engine } from '../../engine/engine.ts';
import type { Outputs } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { outputNames, scoreOutputs } from './chosen-outputs.ts';

const one = (value: number) => ({ dtype: 'float64' as const, shape: [1], data: Float64Array.of(value) });
const spec = (name: string) => ({ name, dtype: 'float64' as const, shape: [-1] });
const signature: Signature = {
  form: 'table',
  columns: [],
  outputs: [spec('predict'), spec('margin')],
  extras: [spec('pred_leaf')],
  classes: null,
};
const batch = { kind: 'matrix' as const, rows: 1, width: 0, data: new Float64Array(0) };
const engine: Engine = {
  id: 'native',
  infer: () => ({ predict: one(1), margin: one(2) }),
  extras: () => ({ pred_leaf: one(3) }),
  close: () => undefined,
};
const { extras: _, ...withoutExtras } = engine;
const names = (outputs: Outputs) => Object.keys(outputs);

test('all outputs come but those on request, or those that are named', async () => {
  expect(names(await scoreOutputs({ engine, signature }, batch, undefined))).toEqual(['predict', 'margin']);
  expect(names(await scoreOutputs({ engine, signature }, batch, outputNames('pred_leaf, predict')))).toEqual([
    'predict',
    'pred_leaf',
  ]);
});

test('names that nobody has are refused with those that there are, and the engine that has them', async () => {
  await expect(scoreOutputs({ engine, signature }, batch, ['pred_lea'])).rejects.toThrow(
    'the model has predict, margin, pred_leaf; did you mean "pred_leaf"?',
  );
  await expect(scoreOutputs({ engine: withoutExtras, signature }, batch, ['pred_leaf'])).rejects.toThrow(
    'only the native engine gives "pred_leaf"',
  );
});
