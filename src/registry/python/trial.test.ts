import { expect, test } from 'vitest';
import type { Engine } from '../../engine/engine.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { Tensor } from '../../model/tensor.ts';
import { answersAlone, varied } from './trial.ts';

const batchOf = (tensors: Readonly<Record<string, Tensor>>): Batch => ({ kind: 'tensors', rows: 1, tensors });
const floats = (...values: number[]): Tensor => ({
  ...{ dtype: 'float32', shape: [1, values.length], data: Float32Array.from(values) },
});
const tokens: Tensor = { dtype: 'int64', shape: [1, 2], data: BigInt64Array.of(1n, 2n) };

test('rows like one of float tensors are of its shape, and each is another', () => {
  expect(varied(batchOf({ x: floats(0, 8) }))).toEqual({
    kind: 'tensors',
    rows: 4,
    tensors: {
      x: { dtype: 'float32', shape: [4, 2], data: Float32Array.of(0, 8, 0.25, 10, 0.5, 12, 0.75, 14) },
    },
  });
});

test('of whole numbers and texts none are made up, nor where there is one of them beside floats', () => {
  const text: Tensor = { dtype: 'string', shape: [1], data: ['a'] };
  for (const other of [tokens, text]) {
    expect(varied(batchOf({ other }))).toBeNull();
    expect(varied(batchOf({ x: floats(1), other }))).toBeNull();
  }
});

/** Answers each number less what `shift` makes of all of the batch. */
const engineOf = (shift: (data: Float32Array) => number): Engine => ({
  id: 'python',
  infer: async (batch): Promise<Outputs> => {
    const x = batch.kind === 'tensors' ? batch.tensors['x'] : undefined;
    if (x?.dtype !== 'float32') throw new Error('no floats');
    const data = x.data.map((value) => value - shift(x.data));
    return { y: { dtype: 'float32', shape: x.shape, data } };
  },
  close: () => undefined,
});

test.each([
  ['look at themselves alone may be put together', () => 1, true],
  ['look at the others may not', (data: Float32Array) => Math.max(...data), false],
])('rows of float tensors that %s', async (_, shift, isAlike) => {
  const engine = engineOf(shift);
  const batch = varied(batchOf({ x: floats(1, 2) }));
  if (batch === null) expect.fail('there are no other rows');
  expect(await answersAlone(engine, { batch, outputs: await engine.infer(batch) })).toBe(isAlike);
});
