import { describe, expect, test } from 'vitest';
import { processorMillis } from '../../../tools/processor-time.ts';
import { GraphBuilder } from '../builder.ts';
import type { NodeAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode } from '../graph.ts';
import { ONNX_LIMITS } from '../limits.ts';
import { checkModel } from './model.ts';

const int64 = (...values: number[]): NodeAttribute => ({
  type: 'tensor',
  value: { dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) },
});

const node = (
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, NodeAttribute> = {},
  domain = '',
): OnnxNode => ({ name: '', op, domain, inputs, outputs, attributes });

const constant = (name: string, ...values: number[]): OnnxNode =>
  node('Constant', [], [name], { value: int64(...values) });

/** x [N, 4] → y, by the nodes given. */
function model(
  nodes: OnnxNode[],
  change: Partial<OnnxModel> = {},
  graph: Partial<OnnxGraph> = {},
): OnnxModel {
  const built = new GraphBuilder('m').build({});
  const x = { name: 'x', dtype: 'float32', shape: ['N', 4] } as const;
  const y = { name: 'y', dtype: 'float32', shape: null } as const;
  return { ...built, graph: { ...built.graph, nodes, inputs: [x], outputs: [y], ...graph }, ...change };
}

const check = (candidate: OnnxModel, limits = ONNX_LIMITS): void => checkModel(candidate, limits);
const refused = (code: string, where?: string) =>
  expect.objectContaining({ code, exit: 3, message: expect.stringContaining(where ?? '') });

describe('checkModel() on names', () => {
  test('accepts nodes in any order that has no cycle', () => {
    check(model([node('Relu', ['a'], ['y']), node('Neg', ['x'], ['a'])]));
  });

  test.each([
    [
      'a cycle of two',
      [node('Add', ['x', 'b'], ['a']), node('Neg', ['a'], ['b']), node('Neg', ['a'], ['y'])],
    ],
    ['a node that reads itself', [node('Add', ['x', 'y'], ['y'])]],
    ['an undefined input', [node('Neg', ['nowhere'], ['y'])]],
    ['an undefined output', [node('Neg', ['x'], ['z'])]],
    ['a value defined twice', [node('Neg', ['x'], ['y']), node('Abs', ['x'], ['y'])]],
    ['a value named as an input', [node('Neg', ['x'], ['x']), node('Neg', ['x'], ['y'])]],
  ])('refuses %s', (_what, nodes) => {
    expect(() => check(model(nodes))).toThrowError(refused('GRAPH_INVALID'));
  });

  test('sees a cycle through the body of an If', () => {
    const body = model([node('Neg', ['b'], ['y'])], {}, { inputs: [] }).graph;
    const choose = node('If', ['x'], ['a'], { then_branch: { type: 'graph', value: body } });
    const nodes = [choose, node('Neg', ['a'], ['b']), node('Neg', ['a'], ['y'])];
    expect(() => check(model(nodes))).toThrowError(refused('GRAPH_INVALID', 'cycle'));
  });

  test('lets a nested graph read the values around it, and nothing else', () => {
    const body = (name: string) => model([node('Neg', [name], ['y'])], {}, { inputs: [] }).graph;
    const choose = (name: string) =>
      node('If', ['x'], ['y'], { then_branch: { type: 'graph', value: body(name) } });
    check(model([choose('x')]));
    expect(() => check(model([choose('elsewhere')]))).toThrowError(refused('GRAPH_INVALID', 'elsewhere'));
  });

  test('orders a hundred thousand nodes within seconds', () => {
    const nodes = Array.from({ length: 100_000 }, (_, i) => node('Neg', [`v${i}`], [`v${i + 1}`])).reverse();
    const whole = model([...nodes, node('Neg', ['x'], ['v0']), node('Neg', ['v100000'], ['y'])]);
    expect(processorMillis(() => check(whole))).toBeLessThan(15_000);
  });
});

describe('checkModel() on domains', () => {
  test.each([
    ['another domain', model([node('Gelu', ['x'], ['y'], {}, 'com.example')])],
    [
      'an operator of com.microsoft without a CPU kernel',
      model([node('Rfft', ['x'], ['y'], {}, 'com.microsoft')]),
    ],
    ['an opset of the future', model([node('Neg', ['x'], ['y'])], { opsets: [{ domain: '', version: 27 }] })],
    ['opset 0', model([node('Neg', ['x'], ['y'])], { opsets: [{ domain: 'ai.onnx.ml', version: 0 }] })],
    ['an IR version of the future', model([node('Neg', ['x'], ['y'])], { irVersion: 15 })],
  ])('refuses %s', (_what, candidate) => {
    expect(() => check(candidate)).toThrowError(refused('GRAPH_UNKNOWN'));
  });

  test('refuses an unknown domain inside the body of a loop', () => {
    const body = model([node('Gelu', ['x'], ['y'], {}, 'com.example')]).graph;
    const choose = node('If', ['x'], ['y'], { then_branch: { type: 'graph', value: body } });
    expect(() => check(model([choose]))).toThrowError(refused('GRAPH_UNKNOWN', 'com.example'));
  });
});

describe('checkModel() on functions', () => {
  const fn = (name: string, nodes: OnnxNode[], domain = 'own'): OnnxFunction => ({
    ...{ name, domain, overload: '', inputs: ['x'], outputs: ['y'], required: [], defaults: {}, nodes },
    opsets: [{ domain: '', version: 21 }],
  });
  const call = (name: string, from: string, to: string) => node(name, [from], [to], {}, 'own');

  test('accepts functions that call functions', () => {
    const functions = [fn('Outer', [call('Inner', 'x', 'y')]), fn('Inner', [node('Neg', ['x'], ['y'])])];
    check(model([call('Outer', 'x', 'y')], { functions }));
  });

  test('refuses a function that calls itself through another', () => {
    const functions = [fn('A', [call('B', 'x', 'y')]), fn('B', [call('A', 'x', 'y')])];
    expect(() => check(model([call('A', 'x', 'y')], { functions }))).toThrowError(
      refused('GRAPH_INVALID', 'calls itself'),
    );
  });

  test('refuses a few functions that unfold to billions of nodes', () => {
    const twice = (inner: string) => [call(inner, 'x', 'a'), call(inner, 'a', 'y')];
    const functions = [fn('F0', [node('Neg', ['x'], ['y'])])];
    for (let i = 1; i <= 30; i += 1) functions.push(fn(`F${i}`, twice(`F${i - 1}`)));
    expect(() => check(model([call('F30', 'x', 'y')], { functions }))).toThrowError(
      refused('GRAPH_LIMIT', 'onnxInlinedNodes'),
    );
  });

  test('refuses a chain of calls that is too deep, in whatever order it is met', () => {
    const functions = [fn('F0', [node('Neg', ['x'], ['y'])])];
    for (let i = 1; i <= 40; i += 1) functions.push(fn(`F${i}`, [call(`F${i - 1}`, 'x', 'y')]));
    const nodes = functions.map((_, i) => call(`F${i}`, 'x', i === 40 ? 'y' : `y${i}`));
    expect(() => check(model(nodes, { functions }))).toThrowError(
      refused('GRAPH_LIMIT', 'onnxFunctionDepth'),
    );
  });

  test('refuses a function that takes the place of a standard operator', () => {
    const functions = [fn('Neg', [node('Abs', ['x'], ['y'])], '')];
    expect(() => check(model([node('Neg', ['x'], ['y'])], { functions }))).toThrowError(
      refused('GRAPH_INVALID'),
    );
  });
});

describe('checkModel() on sizes', () => {
  const big = 2 ** 40;
  const doubled = (op: (from: string, to: string) => OnnxNode) => {
    const nodes = Array.from({ length: 40 }, (_, i) => op(`v${i}`, `v${i + 1}`));
    return [node('Neg', ['x'], ['v0']), ...nodes, node('Neg', ['v40'], ['y'])];
  };
  test.each([
    ['ConstantOfShape', [constant('s', big), node('ConstantOfShape', ['s'], ['y'])]],
    ['Expand', [constant('s', big, 4), node('Expand', ['x', 's'], ['y'])]],
    ['Tile', [constant('r', big, 1), node('Tile', ['x', 'r'], ['y'])]],
    [
      'Range',
      [constant('a', 0), constant('b', big), constant('c', 1), node('Range', ['a', 'b', 'c'], ['y'])],
    ],
    [
      'a step of nearly nothing in Range',
      [constant('a', 0), constant('b', 1), constant('c', 0), node('Range', ['a', 'b', 'c'], ['y'])],
    ],
    [
      'Concat doubled forty times',
      doubled((from, to) => node('Concat', [from, from], [to], { axis: { type: 'int', value: 1n } })),
    ],
    [
      'Tile by two forty times, after a Cast nobody follows',
      [constant('r', 1, 2), ...doubled((from, to) => node('Tile', [from, 'r'], [to]))],
    ],
    [
      'a shape computed from constants',
      [constant('a', 2 ** 20), node('Mul', ['a', 'a'], ['s']), node('ConstantOfShape', ['s'], ['y'])],
    ],
    ['Pad', [constant('p', 0, 0, 0, big), node('Pad', ['x', 'p'], ['y'])]],
    ['OneHot', [constant('d', big), constant('v', 0, 1), node('OneHot', ['x', 'd', 'v'], ['y'])]],
  ])('refuses the bomb of %s', (_what, nodes) => {
    expect(() => check(model(nodes))).toThrowError(refused('GRAPH_LIMIT', 'onnxStaticBytes'));
  });

  test('adds up what many modest constants make', () => {
    const nodes = Array.from({ length: 40 }, (_, i) => node('ConstantOfShape', ['s'], [`v${i}`]));
    const sum = node(
      'Sum',
      nodes.map(({ outputs }) => outputs[0]!),
      ['y'],
    );
    const candidate = model([constant('s', 1000, 1000), ...nodes, sum]);
    check(candidate, { ...ONNX_LIMITS, onnxStaticBytes: 400e6 });
    const limits = { ...ONNX_LIMITS, onnxStaticBytes: 100e6 };
    expect(() => check(candidate, limits)).toThrowError(refused('GRAPH_LIMIT'));
  });

  test('follows a value that doubles on every trip of a loop', () => {
    const loop = (trips: number): OnnxModel => {
      const grow = node('Concat', ['v', 'v'], ['w'], { axis: { type: 'int', value: 0n } });
      const info = (name: string) => ({ name, dtype: 'float32', shape: null }) as const;
      const body: OnnxGraph = {
        ...{ name: 'body', nodes: [grow, node('Identity', ['go'], ['on'])], initializers: {} },
        inputs: [info('i'), info('go'), info('v')],
        outputs: [info('on'), info('w')],
      };
      return model([
        constant('m', trips),
        node('Loop', ['m', '', 'x'], ['y'], { body: { type: 'graph', value: body } }),
      ]);
    };
    check(loop(10));
    expect(() => check(loop(60))).toThrowError(refused('GRAPH_LIMIT', 'onnxStaticBytes'));
  });

  test('multiplies the trips of loops inside loops', () => {
    const info = (name: string) => ({ name, dtype: 'float32', shape: null }) as const;
    const around = (nodes: OnnxNode[]): OnnxGraph => ({
      ...{ name: 'body', nodes: [...nodes, node('Identity', ['go'], ['on'])], initializers: {} },
      inputs: [info('i'), info('go'), info('v')],
      outputs: [info('on'), info('w')],
    });
    const loop = (from: string, to: string, body: OnnxGraph) =>
      node('Loop', ['m', '', from], [to], { body: { type: 'graph', value: body } });
    const inner = around([node('Neg', ['v'], ['w'])]);
    const outer = around([loop('v', 'w', inner)]);
    const nest = (trips: number): OnnxModel => model([constant('m', trips), loop('x', 'y', outer)]);
    check(nest(300));
    expect(() => check(nest(400))).toThrowError(refused('GRAPH_LIMIT', 'onnxTrips'));
  });
});
