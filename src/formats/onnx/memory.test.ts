import { expect, test } from 'vitest';
import { GraphBuilder } from '../../onnx/builder.ts';
import { graphMemory } from './memory.ts';

type Shape = readonly (number | string)[];

/** x → y, by what is built on x; an Identity gives the last value its name. */
function memoryOf(build: (g: GraphBuilder, x: string) => string, shape: Shape = ['N', 4]) {
  const g = new GraphBuilder('m');
  const x = g.input('x', 'float32', shape);
  g.output('y', build(g, x), 'float32', ['N', 'M']);
  return graphMemory(g.build({}));
}

/** The values of x as a list of one whole number. */
const sizeFrom = (g: GraphBuilder, x: string): string =>
  g.add('Reshape', [
    g.add('Cast', [g.add('ReduceMax', [x], { keepdims: 0n })], { to: 7n }),
    g.int64([1], [1]),
  ]);
const scalarFrom = (g: GraphBuilder, x: string): string =>
  g.add('Squeeze', [sizeFrom(g, x), g.int64([0], [1])]);
const added = (g: GraphBuilder, x: string, value: string): string =>
  g.add('Add', [x, g.add('ReduceSum', [value], { keepdims: 0n })]);

test('a graph of layers takes so many bytes a row', () => {
  const memory = memoryOf((g, x) => {
    const hidden = g.add('Relu', [g.add('Gemm', [x, g.float32(new Float32Array(4 * 8), [4, 8])])]);
    return g.add('Softmax', [g.add('Gemm', [hidden, g.float32(new Float32Array(8 * 3), [8, 3])])]);
  });
  expect(memory).toEqual({ kind: 'bounded', rowBytes: (8 + 8 + 3 + 3 + 3) * 32 });
});

test('convolutions and poolings over images of fixed size are bounded', () => {
  const shape = ['N', 1, 8, 8];
  const memory = memoryOf((g, x) => {
    const conv = g.add('Conv', [x, g.float32(new Float32Array(2 * 9), [2, 1, 3, 3])]);
    const pooled = g.add('MaxPool', [conv], { kernel_shape: [2n, 2n], strides: [2n, 2n] });
    return g.add('Flatten', [pooled]);
  }, shape);
  expect(memory).toEqual({ kind: 'bounded', rowBytes: (2 * 36 + 2 * 9 + 2 * 9 + 2 * 9) * 32 });
});

test('trees are bounded by their targets', () => {
  const memory = memoryOf((g, x) => g.add('TreeEnsembleRegressor', [x], { n_targets: 5n }, 'ai.onnx.ml'));
  expect(memory).toEqual({ kind: 'bounded', rowBytes: (5 + 5) * 32 });
});

test.each<[string, (g: GraphBuilder, x: string) => string, Shape?]>([
  ['ConstantOfShape', (g, x) => added(g, x, g.add('ConstantOfShape', [sizeFrom(g, x)]))],
  ['Range', (g, x) => added(g, x, g.add('Range', [g.int64([0], []), scalarFrom(g, x), g.int64([1], [])]))],
  ['Expand', (g, x) => added(g, x, g.add('Expand', [g.float32([1], [1]), sizeFrom(g, x)]))],
  ['Tile', (g, x) => added(g, x, g.add('Tile', [g.float32([1], [1]), sizeFrom(g, x)]))],
  ['OneHot', (g, x) => added(g, x, g.add('OneHot', [x, scalarFrom(g, x), g.float32([0, 1], [2])]))],
  ['Pad', (g, x) => added(g, x, g.add('Pad', [x, g.add('Expand', [sizeFrom(g, x), g.int64([4], [1])])]))],
  [
    'Resize',
    (g, x) => added(g, x, g.add('Resize', [x, '', '', g.add('Expand', [sizeFrom(g, x), g.int64([2], [1])])])),
  ],
  ['HannWindow', (g, x) => added(g, x, g.add('HannWindow', [scalarFrom(g, x)]))],
  ['DFT', (g, x) => added(g, x, g.add('DFT', [x, scalarFrom(g, x)]))],
  ['NonZero', (g, x) => added(g, x, g.add('NonZero', [x]))],
  ['Einsum over the batch', (g, x) => g.add('Einsum', [x, x], { equation: 'ni,nj->ij' })],
  [
    'MatMul of the batch with itself',
    (g, x) => g.add('MatMul', [x, g.add('Transpose', [x], { perm: [1n, 0n] })]),
  ],
  [
    'a sequence',
    (g, x) => added(g, x, g.add('ConcatFromSequence', [g.add('SequenceConstruct', [x, x])], { axis: 0n })),
  ],
  ['a size that is free besides the batch', (g, x) => g.add('Relu', [x]), ['N', 'L']],
  ['a row of many bytes', (g, x) => g.add('Relu', [x]), ['N', 2 ** 20]],
  ['an output that is shared', (g, x) => g.add('ReduceSum', [x], { keepdims: 1n })],
])('%s proves no bound', (_what, build, shape) => {
  expect(memoryOf(build, shape)).toMatchObject({ kind: 'unbounded' });
});

test('trees are summed one way on one thread and another on two, what is no tree is not', () => {
  const open = ['N', 'L'];
  expect(memoryOf((g, x) => g.add('Relu', [x]), open)).toMatchObject({ isParallel: true });
  const body = new GraphBuilder('body');
  body.output('y', body.add('Binarizer', [body.input('x', 'float32', [])], {}, 'ai.onnx.ml'), 'float32', []);
  const branched = (g: GraphBuilder, x: string): string => {
    const yes = g.constant({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
    return g.add('Add', [x, g.add('If', [yes], { then_branch: body.graph(), else_branch: body.graph() })]);
  };
  expect(memoryOf(branched, open)).not.toHaveProperty('isParallel');
});
