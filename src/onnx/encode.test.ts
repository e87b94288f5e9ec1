import { expect, test } from 'vitest';
import { joinedBytes } from '../model/graph-bytes.ts';
import { GraphBuilder } from './builder.ts';
import { encodeInPieces, encodeModel } from './encode.ts';

test('weights are written as the very arrays that they lie in, and the pieces come to the same bytes', () => {
  const weights = Float32Array.from({ length: 4096 }, (_, i) => i / 7);
  const g = new GraphBuilder('m');
  const w = g.constant({ dtype: 'float32', shape: [64, 64], data: weights });
  g.output('y', g.add('MatMul', [g.input('x', 'float32', ['N', 64]), w]), 'float32', ['N', 64]);
  const model = g.build({});
  const pieces = encodeInPieces(model);
  expect(pieces.filter(({ buffer }) => buffer === weights.buffer)).toHaveLength(1);
  expect(joinedBytes(pieces)).toEqual(encodeModel(model));
});
