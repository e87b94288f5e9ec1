import { expect, test } from 'vitest';
import { createOnnxEngine } from '../../engine/onnx/engine.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { graphSignature } from './signature.ts';
import { dropZipMaps } from './zipmap.ts';

const TEXTS = { classlabels_strings: ['no', 'yes'] };
const NUMBERS = { classlabels_int64s: [3n, 7n] };

/** A graph whose input is `x` [N, 2], with the outputs that `make` gives. */
function graphOf(make: (g: GraphBuilder, x: string) => Readonly<Record<string, string>>) {
  const g = new GraphBuilder('m');
  const x = g.input('x', 'float32', ['N', 2]);
  for (const [name, value] of Object.entries(make(g, x))) g.output(name, value, 'float32', ['N', 2]);
  return g.build({});
}

const zipped = (g: GraphBuilder, x: string, labels: Record<string, string[] | bigint[]>): string =>
  g.add('ZipMap', [x], labels, 'ai.onnx.ml');

/** What the served graph answers to one row. */
async function answer(model: ReturnType<typeof graphOf>) {
  const { graph, classes } = dropZipMaps(model.graph);
  const signature = graphSignature(graph, classes);
  const engine = await createOnnxEngine({ onnx: encodeModel({ ...model, graph }), signature });
  const x = { dtype: 'float32', shape: [1, 2], data: Float32Array.of(0.25, 0.75) } as const;
  const answered = await engine.infer({ kind: 'tensors', rows: 1, tensors: { x } });
  await engine.close();
  return { answered, signature };
}

const matrix = (...data: number[]) => ({ dtype: 'float32', shape: [1, 2], data: Float32Array.from(data) });

test('exposes several ZipMaps, each with its own labels, and what else reads their input', async () => {
  const { answered, signature } = await answer(
    graphOf((g, x) => ({
      first: zipped(g, x, TEXTS),
      second: zipped(g, g.add('Neg', [x]), NUMBERS),
      raw: g.add('Identity', [x]),
    })),
  );
  expect(answered).toEqual({
    first: matrix(0.25, 0.75),
    second: matrix(-0.25, -0.75),
    raw: matrix(0.25, 0.75),
  });
  expect(signature.outputs.map(({ classes }) => classes?.values)).toEqual([['no', 'yes'], [3, 7], undefined]);
  expect(signature.classes).toBeNull();
});

test('follows maps through Identity and the branches of If, and leaves one that nobody reads', async () => {
  const { answered, signature } = await answer(
    graphOf((g, x) => {
      zipped(g, g.add('Neg', [x]), NUMBERS);
      const sum = g.add('ReduceSum', [x], { keepdims: 0n });
      const branch = (sign: string) => {
        const inner = g.nested(sign);
        inner.result(zipped(inner, inner.add(sign, [x]), TEXTS));
        return inner.graph();
      };
      const [maps = ''] = g.addMany('If', [g.add('Greater', [sum, g.float32([0], [])])], 1, {
        then_branch: branch('Abs'),
        else_branch: branch('Neg'),
      });
      return { probability: g.add('Identity', [maps]) };
    }),
  );
  expect(answered).toEqual({ probability: matrix(0.25, 0.75) });
  expect(signature.classes).toEqual({ type: 'string', values: ['no', 'yes'] });
});

test.each([
  [
    'an operator that reads maps',
    (g: GraphBuilder, x: string) => g.add('SequenceLength', [zipped(g, x, TEXTS)]),
  ],
  ['a ZipMap without labels', (g: GraphBuilder, x: string) => zipped(g, x, {})],
  [
    'branches with maps of different labels',
    (g: GraphBuilder, x: string) => {
      const branch = (name: string, labels: Record<string, string[] | bigint[]>) => {
        const inner = g.nested(name);
        inner.result(zipped(inner, x, labels));
        return inner.graph();
      };
      const yes = g.constant({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
      const branches = { then_branch: branch('a', TEXTS), else_branch: branch('b', NUMBERS) };
      return g.add('If', [yes], branches);
    },
  ],
])('refuses %s, and names the node', (_what, make) => {
  const { graph } = graphOf((g, x) => ({ y: make(g, x) }));
  expect(() => dropZipMaps(graph)).toThrow(
    expect.objectContaining({
      code: 'GRAPH_INVALID',
      details: expect.objectContaining({ where: expect.stringMatching(/^node/) }),
    }),
  );
});
