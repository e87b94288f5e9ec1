import { expect, test } from 'vitest';
import type { Tensor } from '../../model/tensor.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { freeBatch } from './batch.ts';

function reshaped(batch: number, target: Tensor) {
  const g = new GraphBuilder('m');
  const x = g.input('x', 'float32', [batch, 6]);
  g.output('y', g.add('Reshape', [x, g.constant(target)]), 'float32', [batch, 2, 3]);
  return freeBatch(g.build({}).graph);
}

const sizes = (...values: number[]): Tensor => ({
  dtype: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

test('rewrites one shared target once, and leaves the old one to who else reads it', () => {
  const g = new GraphBuilder('m');
  const x = g.input('x', 'float32', [4, 6]);
  const target = g.int64([4, 2, 3], [3]);
  const sum = g.add('Add', [g.add('Reshape', [x, target]), g.add('Reshape', [g.add('Neg', [x]), target])]);
  g.output('y', sum, 'float32', [4, 2, 3]);
  const outcome = freeBatch(g.build({}).graph);
  if (outcome.kind !== 'freed') throw new Error(outcome.kind);
  expect(outcome.batch).toBe(4);
  expect(outcome.graph.initializers[`${target}_for_any_batch`]).toEqual(sizes(-1, 2, 3));
  expect(Object.keys(outcome.graph.initializers)).toEqual([target, `${target}_for_any_batch`]);
  expect(outcome.graph.inputs[0]!.shape).toEqual(['N', 6]);
  expect(outcome.graph.outputs[0]!.shape).toEqual(['N', 2, 3]);
});

test.each([
  ['an empty batch', 0, sizes(0, 2, 3)],
  ['a target of fractions', 2, { dtype: 'float64', shape: [3], data: Float64Array.of(2, 1.5, 4) } as const],
  ['a target that mixes rows', 2, sizes(4, 3)],
  ['a target without the batch', 2, sizes(-1, 12)],
])('leaves %s frozen', (_what, batch, target) => {
  expect(reshaped(batch, target).kind).toBe('frozen');
});
