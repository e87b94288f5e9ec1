import { describe, expect, test } from 'vitest';
import { GraphBuilder } from './builder.ts';

const fresh = () => new GraphBuilder('test');

describe('GraphBuilder', () => {
  test('stores equal constants once, by bits: NaN is NaN, 0 is not -0', () => {
    const g = fresh();
    expect(g.float64([Number.NaN, 1], [2])).toBe(g.float64([Number.NaN, 1], [2]));
    expect(g.float64([0], [1])).not.toBe(g.float64([-0], [1]));
    expect(g.float64([1], [1])).not.toBe(g.float64([1], []));
    expect(g.float64([1], [1])).not.toBe(g.float32([1], [1]));
    expect(g.strings(['ab', 'c'], [2])).not.toBe(g.strings(['a', 'bc'], [2]));
    expect(g.strings(['é'], [1])).toBe(g.strings(['é'], [1]));
  });

  test('gives every value a name of its own, whatever names are asked for', () => {
    const g = fresh();
    const inputs = ['Neg_1', 'Neg_2', 'c_3'].map((name) => g.input(name, 'float64', ['N']));
    const values = inputs.map((input) => g.add('Neg', [input]));
    const names = [...inputs, ...values, g.float64([1], [1]), ...g.addMany('Split', [values[0]!], 2)];
    expect(new Set(names).size).toBe(names.length);
  });

  test('turns bigints, numbers and typed arrays into the attributes they stand for', () => {
    const g = fresh();
    const x = g.input('x', 'float64', ['N']);
    g.add('Op', [x], {
      i: 1n,
      f: 1,
      s: 'a',
      is: [1n],
      fs: [1],
      ss: ['a'],
      many: Int32Array.of(1, 2),
      none: new BigInt64Array(0),
    });
    expect(g.build({}).graph.nodes[0]!.attributes).toEqual({
      i: { type: 'int', value: 1n },
      f: { type: 'float', value: 1 },
      s: { type: 'string', value: 'a' },
      is: { type: 'ints', value: [1n] },
      fs: { type: 'floats', value: [1] },
      ss: { type: 'strings', value: ['a'] },
      many: { type: 'ints', value: BigInt64Array.of(1n, 2n) },
      none: { type: 'ints', value: new BigInt64Array(0) },
    });
  });

  test.each([
    ['a name that nothing defines', (g: GraphBuilder) => g.add('Neg', ['nowhere'])],
    ['an input twice', (g: GraphBuilder) => g.input('x', 'float64', [])],
    ['an output named as an input', (g: GraphBuilder) => g.output('x', g.add('Neg', ['x']), 'float64', [])],
    ['a constant whose shape is wrong', (g: GraphBuilder) => g.float64([1, 2], [3])],
    ['an empty list, whose type nothing tells', (g: GraphBuilder) => g.add('Op', ['x'], { axes: [] })],
  ])('refuses %s', (_what, misuse) => {
    const g = fresh();
    g.input('x', 'float64', []);
    expect(() => misuse(g)).toThrowError(expect.objectContaining({ code: 'INTERNAL' }));
  });

  test('builds frozen graphs', () => {
    const g = fresh();
    g.output('y', g.add('Neg', [g.input('x', 'float64', ['N'])]), 'float64', ['N']);
    const { graph } = g.build({});
    expect(
      [graph, graph.nodes, graph.nodes[0], graph.nodes[0]!.inputs, graph.inputs].every(Object.isFrozen),
    ).toBe(true);
  });
});
