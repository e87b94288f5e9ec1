import { expect, test } from 'vitest';
import type { OnnxGraph, OnnxNode } from '../../onnx/graph.ts';
import { withPixels } from './pixel-inputs.ts';

const node = (op: string, inputs: readonly string[], output: string): OnnxNode => ({
  ...{ name: output, op, domain: '', inputs, outputs: [output], attributes: {} },
});
const scalar = (value: number) => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) }) as const;
const graphOf = (...nodes: readonly OnnxNode[]): OnnxGraph => ({
  ...{ name: 'g', nodes, inputs: [] },
  initializers: { share: scalar(1 / 255), wide: scalar(1 / 127.5), whole: scalar(255), other: scalar(0.5) },
  outputs: [{ name: 'y', dtype: 'float32', shape: [], type: { kind: 'tensor', elementType: 1, shape: [] } }],
});
const takes = (graph: OnnxGraph, shape: readonly number[] = [-1, 8, 8, 3]) =>
  withPixels({ name: 'x', dtype: 'float32', shape }, graph).content;

test('a graph that scales what it is given takes the samples of an image as they are', () => {
  const wanted = {
    type: 'image',
    mode: 'RGB',
    dataFormat: 'channels_last',
    resize: null,
    rescaleFactor: null,
  };
  expect(takes(graphOf(node('Mul', ['x', 'share'], 'y')))).toMatchObject(wanted);
  expect(takes(graphOf(node('Mul', ['wide', 'x'], 'y')))).toMatchObject(wanted);
  const chain = [
    node('Cast', ['x'], 'a'),
    node('Resize', ['a', '', 'other'], 'b'),
    node('Div', ['b', 'whole'], 'y'),
  ];
  expect(takes(graphOf(...chain))).toMatchObject(wanted);
  expect(takes(graphOf(node('Mul', ['x', 'share'], 'y')), [-1, 1, 8, 8])).toMatchObject({
    mode: 'L',
    dataFormat: 'channels_first',
  });
});

test.each<[string, OnnxGraph, (readonly number[])?]>([
  ['another factor', graphOf(node('Mul', ['x', 'other'], 'y'))],
  ['a use beside the scaling', graphOf(node('Mul', ['x', 'share'], 'a'), node('Add', ['x', 'a'], 'y'))],
  ['a number that is divided', graphOf(node('Div', ['whole', 'x'], 'y'))],
  ['no use', graphOf()],
  ['a shape that is no image', graphOf(node('Mul', ['x', 'share'], 'y')), [-1, 8, 8, 7]],
  ['nodes in a circle', graphOf(node('Cast', ['x'], 'a'), node('Cast', ['a'], 'x'))],
])('%s declares nothing', (_, graph, shape = undefined) => {
  expect(takes(graph, shape)).toBeUndefined();
});
