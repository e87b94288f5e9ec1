import { expect, test } from 'vitest';
import { createOnnxEngine } from '../../engine/onnx/engine.ts';
import type { Tensor } from '../../model/tensor.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { OnnxModel, OnnxNode, ValueInfo } from '../../onnx/graph.ts';
import { lintModel } from './lint.ts';
import { graphSignature } from './signature.ts';

const FLOAT8E4M3FN = 17;
const BFLOAT16 = 16;
const INT4 = 22;
const COMPLEX64 = 14;

const packed = (name: string, elementType: number): ValueInfo => ({
  ...{ name, dtype: null, shape: null },
  type: { kind: 'tensor', elementType, shape: ['N', 3] },
});
const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({
  ...{ name: '', op, domain: '', inputs, outputs: [output], attributes },
});
const model = (
  nodes: OnnxNode[],
  inputs: ValueInfo[],
  outputs: ValueInfo[],
  initializers = {},
): OnnxModel => ({
  ...{
    irVersion: 10,
    producer: { name: '', version: '' },
    opsets: [{ domain: '', version: 21 }],
    metadata: {},
  },
  graph: { name: 'm', nodes, initializers, inputs, outputs },
});

async function answer(given: OnnxModel, data: number[] | Int8Array) {
  const { model: linted, notes } = lintModel(given);
  const signature = graphSignature(linted.graph, new Map());
  const engine = await createOnnxEngine({ onnx: encodeModel(linted), signature });
  const x = (
    data instanceof Int8Array
      ? { dtype: 'int8', shape: [1, 3], data }
      : { dtype: 'float32', shape: [1, 3], data: Float32Array.from(data) }
  ) as Tensor;
  const { y } = await engine.infer({ kind: 'tensors', rows: 1, tensors: { x } });
  await engine.close();
  return { y, notes: notes.map(({ text }) => text) };
}

test('bfloat16 is float32 in requests, rounded where it comes in', async () => {
  const identity = model([node('Identity', ['x'], 'y')], [packed('x', BFLOAT16)], [packed('y', BFLOAT16)]);
  const { y, notes } = await answer(identity, [1, 1.001, -3.1435]);
  // Eight bits of mantissa: 1.001 is 1, -3.1435 is -201/64.
  expect(y).toEqual({ dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 1, -3.140625) });
  expect(notes).toContain('"x" is bfloat16 in the graph, and float32 in requests and answers');
});

test('a network in bfloat16 is computed in float32, for CPUs have no kernels for it', async () => {
  const bits = Uint8Array.of(0x40, 0x40, 0x00, 0xc0, 0x80, 0x3e);
  const initializers = { w: { dtype: 'packed', elementType: BFLOAT16, shape: [3], data: bits } };
  const nodes = [node('Mul', ['x', 'w'], 'product'), node('Relu', ['product'], 'y')];
  const { y, notes } = await answer(
    model(nodes, [packed('x', BFLOAT16)], [packed('y', BFLOAT16)], initializers),
    [1, 1, 8],
  );
  expect(y).toEqual({ dtype: 'float32', shape: [1, 3], data: Float32Array.of(3, 0, 2) });
  expect(notes).toContain('Computed in float32: there are no CPU kernels for bfloat16');
});

test('float8 and int4 have the next wider type', async () => {
  const float8 = model(
    [node('Identity', ['x'], 'y')],
    [packed('x', FLOAT8E4M3FN)],
    [packed('y', FLOAT8E4M3FN)],
  );
  expect((await answer(float8, [1, 1.06, 500])).y).toMatchObject({ data: Float32Array.of(1, 1, 448) });
  const int4 = model([node('Identity', ['x'], 'y')], [packed('x', INT4)], [packed('y', INT4)]);
  expect((await answer(int4, Int8Array.of(-8, 7, 3))).y).toMatchObject({
    dtype: 'int8',
    data: Int8Array.of(-8, 7, 3),
  });
});

test('a nested graph reads the value under its new name, unless it has one of its own', () => {
  const body = (nodes: OnnxNode[], output: string) => ({
    ...{ name: 'b', nodes, initializers: {}, inputs: [] },
    outputs: [{ name: output, dtype: null, shape: null }],
  });
  const branches = {
    then_branch: { type: 'graph', value: body([node('Identity', ['x'], 'inner')], 'inner') },
    else_branch: { type: 'graph', value: body([node('Identity', ['condition'], 'x')], 'x') },
  } as const;
  const given = model(
    [node('If', ['condition'], 'y', branches)],
    [{ name: 'condition', dtype: 'bool', shape: [] }, packed('x', INT4)],
    [packed('y', INT4)],
  );
  const [chosen] = lintModel(given).model.graph.nodes;
  expect(chosen?.outputs).toEqual(['y_int4']);
  expect(chosen?.attributes).toMatchObject({
    then_branch: { value: { nodes: [{ inputs: ['x_int4'] }] } },
    else_branch: { value: { nodes: [{ inputs: ['condition'], outputs: ['x'] }], outputs: [{ name: 'x' }] } },
  });
});

test('complex numbers are refused by name', () => {
  const given = model([node('Identity', ['x'], 'y')], [packed('x', COMPLEX64)], [packed('y', COMPLEX64)]);
  expect(() => graphSignature(lintModel(given).model.graph, new Map())).toThrow(
    expect.objectContaining({
      code: 'MODEL_UNSUPPORTED',
      details: expect.objectContaining({ path: 'input "x"', found: 'a tensor of complex64' }),
    }),
  );
});
