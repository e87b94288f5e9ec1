import { GraphBuilder } from '../../src/onnx/builder.ts';
import { encodeModel } from '../../src/onnx/encode.ts';

/** Bytes of a graph whose answer is as long as the largest value of its row: no size in it is known before it runs. */
export function explodingGraph(): Uint8Array {
  const g = new GraphBuilder('exploding');
  const x = g.input('x', 'float64', ['N', 4]);
  const largest = g.add('ReduceMax', [g.add('Abs', [x])], { keepdims: 0n });
  const length = g.add('Reshape', [g.add('Cast', [largest], { to: 7n }), g.int64([1], [1])]);
  const filled = g.add('ConstantOfShape', [length], {
    value: { dtype: 'float64', shape: [1], data: Float64Array.of(1) },
  });
  const sum = g.add('ReduceSum', [filled], { keepdims: 0n });
  g.output(
    'y',
    g.add('Add', [g.add('ReduceSum', [x, g.int64([1], [1])], { keepdims: 0n }), sum]),
    'float64',
    ['N'],
  );
  return encodeModel(g.build({}));
}
