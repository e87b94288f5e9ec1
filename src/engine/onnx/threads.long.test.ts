import { expect, test } from 'vitest';
import { newTensor } from '../../model/tensor.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { GraphSession } from './session.ts';

const waves = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1.7 * i) * scale + 0.01);

type Build = (g: GraphBuilder, x: string) => string;

const along =
  (op: string, ...axes: number[]): Build =>
  (g, x) =>
    g.add(op, [x, g.int64(axes, [axes.length])], { keepdims: 1n });
const convolved =
  (op: string, shape: readonly number[], group = 1n): Build =>
  (g, x) =>
    g.add(
      op,
      [
        x,
        g.float32(
          waves(
            shape.reduce((a, b) => a * b),
            0.1,
          ),
          shape,
        ),
      ],
      { group },
    );

/** Operators that sum, on sizes that no number of threads divides. */
const SUMS: readonly (readonly [string, readonly number[], Build])[] = [
  ['ReduceSum of all', [1, 1_000_003], (g, x) => g.add('ReduceSum', [x], { keepdims: 1n })],
  ['ReduceSum of columns', [1003, 1007], along('ReduceSum', 0)],
  ['ReduceSum of rows', [1003, 1007], along('ReduceSum', 1)],
  ['ReduceMean around', [103, 107, 91], along('ReduceMean', 0, 2)],
  ['ReduceMean between', [103, 107, 91], along('ReduceMean', 1)],
  ['ReduceL2', [3, 400_007], along('ReduceL2', 1)],
  ['ReduceLogSumExp', [3, 400_007], along('ReduceLogSumExp', 1)],
  ['Softmax', [2, 400_007], (g, x) => g.add('Softmax', [x], { axis: 1n })],
  ['CumSum', [3, 100_007], (g, x) => g.add('CumSum', [x, g.int64([1], [])])],
  [
    'LayerNormalization',
    [3, 100_007],
    (g, x) => g.add('LayerNormalization', [x, g.float32(new Float32Array(100_007).fill(1), [100_007])]),
  ],
  [
    'InstanceNormalization',
    [2, 3, 511, 513],
    (g, x) => g.add('InstanceNormalization', [x, g.float32([1, 1, 1], [3]), g.float32([0, 0, 0], [3])]),
  ],
  ['GlobalAveragePool', [2, 3, 511, 513], (g, x) => g.add('GlobalAveragePool', [x])],
  ['AveragePool', [2, 3, 111, 113], (g, x) => g.add('AveragePool', [x], { kernel_shape: [7n, 7n] })],
  ['MatMul of one', [1, 300_007], (g, x) => g.add('MatMul', [x, g.float32(waves(300_007), [300_007, 1])])],
  ['MatMul', [67, 10_007], (g, x) => g.add('MatMul', [x, g.add('Transpose', [x], { perm: [1n, 0n] })])],
  [
    'Gemm',
    [3, 10_007],
    (g, x) => g.add('Gemm', [x, g.float32(waves(5 * 10_007), [5, 10_007])], { transB: 1n }),
  ],
  ['Einsum', [67, 1007], (g, x) => g.add('Einsum', [x, x], { equation: 'ij,kj->ik' })],
  ['Conv', [1, 3, 61, 63], convolved('Conv', [8, 3, 5, 5])],
  ['Conv of points', [1, 2048, 7, 7], convolved('Conv', [512, 2048, 1, 1])],
  ['Conv of each channel', [2, 16, 61, 63], convolved('Conv', [16, 1, 5, 5], 16n)],
  ['Conv of a volume', [1, 3, 21, 23, 22], convolved('Conv', [8, 3, 3, 3, 3])],
  ['ConvTranspose', [2, 3, 61, 63], convolved('ConvTranspose', [3, 8, 5, 5])],
  [
    'GRU',
    [20, 3, 64],
    (g, x) => {
      const [w, r] = [waves(144 * 64, 0.1), waves(144 * 48, 0.1)];
      const [y = ''] = g.addMany('GRU', [x, g.float32(w, [1, 144, 64]), g.float32(r, [1, 144, 48])], 2, {
        hidden_size: 48n,
      });
      return g.add('Squeeze', [y, g.int64([1], [1])]);
    },
  ],
];

test.each(SUMS)('%s gives the same bits on any number of threads', async (_name, shape, build) => {
  const g = new GraphBuilder('m');
  const y = build(g, g.input('x', 'float32', shape));
  g.output(
    'y',
    y,
    'float32',
    shape.map((_, axis) => `d${axis}`),
  );
  const graph = encodeModel(g.build({}));
  const x = newTensor('float32', shape, waves(shape.reduce((a, b) => a * b)));
  const answers = new Set<string>();
  for (const threads of [1, 2, 3, 4, 7]) {
    const session = await GraphSession.open(graph, { threads });
    const { data } = (await session.run({ x }, ['y'])).get('y') as { data: Float32Array };
    answers.add(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'));
    await session.close();
  }
  expect(answers.size).toBe(1);
});
