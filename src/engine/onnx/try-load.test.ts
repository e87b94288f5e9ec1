import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { ONNX_LIMITS } from '../../onnx/limits.ts';
import { tryLoad } from './try-load.ts';

/** Bytes of a graph whose constants come to 8·2^`doublings` KiB while it is loaded. */
function bomb(doublings: number): Uint8Array {
  const g = new GraphBuilder('bomb');
  let value = g.add('ConstantOfShape', [g.int64([1024], [1])], {
    value: { dtype: 'float64', shape: [1], data: Float64Array.of(1) },
  });
  for (let i = 0; i < doublings; i += 1) value = g.add('Concat', [value, value], { axis: 0n });
  const x = g.input('x', 'float64', ['N']);
  g.output('y', g.add('Add', [x, g.add('ReduceSum', [value], { keepdims: 0n })]), 'float64', ['N']);
  return encodeModel(g.build({}));
}

describe('tryLoad()', () => {
  test('lets a graph pass that onnxruntime loads', async () => {
    await tryLoad(bomb(1), ONNX_LIMITS);
  });

  test('passes on why onnxruntime refuses a graph', async () => {
    const g = new GraphBuilder('m');
    g.output('y', g.add('Nonsense', [g.input('x', 'float64', ['N'])]), 'float64', ['N']);
    const loading = tryLoad(encodeModel(g.build({})), ONNX_LIMITS);
    await expect(loading).rejects.toMatchObject({ code: 'GRAPH_NOT_LOADED', exit: 3 });
    await expect(loading).rejects.toThrow(/Nonsense/);
  });

  test('ends a child that takes too much memory', async () => {
    const loading = tryLoad(bomb(17), { ...ONNX_LIMITS, onnxLoadBytes: 400 * 2 ** 20 });
    await expect(loading).rejects.toMatchObject({ code: 'GRAPH_LIMIT', details: { name: 'onnxLoadBytes' } });
  });

  test('ends a child that takes too long', async () => {
    const loading = tryLoad(bomb(1), { ...ONNX_LIMITS, onnxLoadMillis: 1 });
    await expect(loading).rejects.toMatchObject({ code: 'GRAPH_LIMIT', details: { name: 'onnxLoadMillis' } });
  });
});
