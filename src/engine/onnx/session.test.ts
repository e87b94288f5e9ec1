import { expect, test } from 'vitest';
import { valueInMap } from '../../core/element-at.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import type { ValueName } from '../../onnx/graph.ts';
import { GraphSession } from './session.ts';

const DOUBLE = 11n;
const FLOAT = 1n;

type Matrix = (g: GraphBuilder, x: ValueName) => ValueName;

/** The product of what `left` makes of 1, 2, 3, … and the vector [1, 10]. */
async function product(shape: readonly number[], left: Matrix): Promise<readonly number[]> {
  const g = new GraphBuilder('product');
  const x = g.input('x', 'float32', shape);
  g.output('y', g.add('MatMul', [left(g, x), g.float32([1, 10], [2])]), 'float32', ['M']);
  const session = await GraphSession.open(encodeModel(g.build({})));
  const count = shape.reduce((total, size) => total * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => i + 1);
  const answer = await session.run({ x: { dtype: 'float32', shape, data } }, ['y']);
  await session.close();
  return [...(valueInMap(answer, 'y').data as Float32Array)];
}

const transpose: Matrix = (g, x) => g.add('Transpose', [x]);

test('a transposed matrix times a vector is what it is, whatever stands in between', async () => {
  const matrices: Record<string, Matrix> = {
    plain: transpose,
    thrice: (g, x) => transpose(g, transpose(g, transpose(g, x))),
    cast: (g, x) => g.add('Cast', [transpose(g, g.add('Cast', [x], { to: DOUBLE }))], { to: FLOAT }),
    same: (g, x) => g.add('Identity', [transpose(g, x)]),
    scaled: (g, x) => g.add('Mul', [transpose(g, x), g.float32([1], [])]),
  };
  // [[1, 2], [3, 4]]ᵀ · [1, 10]
  for (const [name, matrix] of Object.entries(matrices))
    expect({ [name]: await product([2, 2], matrix) }).toEqual({ [name]: [31, 42] });
});

test('so is each of a stack', async () => {
  const each: Matrix = (g, x) => g.add('Transpose', [x], { perm: [0n, 2n, 1n] });
  expect(await product([2, 2, 2], each)).toEqual([31, 42, 75, 86]);
});

test('a number in front of a product of float64 keeps all its digits', async () => {
  const g = new GraphBuilder('scaled');
  const x = g.input('x', 'float64', ['N', 1]);
  const scaled = g.add('Div', [x, g.float64([3], [])]);
  g.output('y', g.add('MatMul', [scaled, g.float64([1, 10], [1, 2])]), 'float64', ['N', 2]);
  const session = await GraphSession.open(encodeModel(g.build({})));
  const given = { dtype: 'float64', shape: [1, 1], data: Float64Array.of(1) } as const;
  const answer = await session.run({ x: given }, ['y']);
  await session.close();
  expect([...(valueInMap(answer, 'y').data as Float64Array)]).toEqual([1 / 3, 10 * (1 / 3)]);
});
