import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outputs } from '../model/batch.ts';
import type { Signature } from '../model/signature.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { encodeModel } from '../onnx/encode.ts';
import { createEngine } from '../registry/engines.ts';
import { flattenOutputs } from './flatten.ts';
import { type ScoredModel, scorerOver } from './score.ts';
import { testFrameOf } from './testing/frames.ts';
import { answerOneRow, identity, json, load } from './testing/models.ts';

/** A graph of one input, `x` in, `y` out. */
async function graph(
  dtype: 'float32' | 'int64' | 'string',
  shape: readonly (number | string)[],
  op: (g: GraphBuilder, x: ReturnType<GraphBuilder['input']>) => ReturnType<GraphBuilder['input']>,
): Promise<ScoredModel> {
  const g = new GraphBuilder('test');
  const x = g.input('x', dtype, [...shape]);
  g.output('y', op(g, x), dtype, ['N', 'M']);
  const free = shape.map((size) => (typeof size === 'number' ? size : -1));
  const signature: Signature = {
    form: 'tensors',
    tensors: [{ name: 'x', dtype, shape: free }],
    outputs: [{ name: 'y', dtype, shape: [-1, -1] }],
    classes: null,
  };
  const engine = await createEngine(
    {
      kind: 'graph',
      onnx: encodeModel(g.build({})),
      signature,
      memory: { kind: 'bounded', rowBytes: 0 },
    } as never,
    'onnx',
  );
  const example = free.length > 2 ? [[0], [0]] : [0];
  return { engine, signature, example, name: 'test.onnx', identity };
}

describe('a graph', () => {
  test('takes a matrix from as many columns, and refuses cells as the doors do', async () => {
    const model = await load('onnx/external.onnx');
    const { signature } = model;
    const inputs = Array.from({ length: 12 }, (_, j) => `c${j}`);
    const scorer = await scorerOver(model, inputs);
    const cells = fc.oneof(
      { weight: 8, arbitrary: fc.float() },
      { weight: 1, arbitrary: fc.constantFrom(null, 1e39, 3.4028235677973362e38, 'NaN', 'x', true, 5n) },
    );
    const frames = fc
      .integer({ min: 1, max: 6 })
      .chain((rows) =>
        fc.array(fc.array(cells, { minLength: rows, maxLength: rows }), { minLength: 12, maxLength: 12 }),
      );
    await fc.assert(
      fc.asyncProperty(frames, async (columns) => {
        const count = columns[0]!.length;
        const scored = await scorer.score(testFrameOf(columns));
        for (let i = 0; i < count; i++) {
          const wanted = await answerOneRow(
            model,
            columns.map((column) => json(column[i])),
          );
          const refusal = scored.refusals.find(({ row }) => row === i);
          if (refusal) expect(wanted['msg']).toContain(refusal.reason.replace(/ \(and \d+ more\)$/, ''));
          else
            expect(scored.columns.map((values) => values[i])).toEqual(
              flattenOutputs(wanted as Outputs, signature.outputs).map(({ values }) => values[0]),
            );
        }
      }),
      { numRuns: 30 },
    );
    await scorer.close();
  });

  test('takes inputs of any type by name', async () => {
    const model = await load('onnx/strings.onnx');
    const scorer = await scorerOver(model, ['city', 'size']);
    const columns = [
      ['Rom', null, 'Oslo', 'a\0b'],
      [1, 2, 'big', 4],
    ];
    const scored = await scorer.score(testFrameOf(columns));
    expect(scored.refusals.map(({ row, code, column, reason }) => [row, code, column, reason])).toEqual([
      [1, 'string_type', 'city', 'expected a string, got null'],
      [2, 'number_type', 'size', 'expected a number that float32 can hold, got "big"'],
      [3, 'INPUT_INVALID', 'city', 'expected text of whole characters without NUL, got "a\\u0000b"'],
    ]);
    const alone = flattenOutputs(
      (await answerOneRow(model, { city: 'Rom', size: 1 })) as Outputs,
      model.signature.outputs,
    );
    expect(scored.columns.map((values) => values[0])).toEqual(alone.map(({ values }) => values[0]));
    await scorer.close();
  });

  test('takes columns of lists, each row in its own shape, and answers where the shape of the answer is known', async () => {
    const model = await graph('float32', ['N', 'T', 1], (g, x) =>
      g.add('ReduceSum', [x, g.int64([1], [1])], { keepdims: 0n }),
    );
    const scorer = await scorerOver(model, ['series']);
    const lists = [[[1], [2]], [[3]], null, [[4], ['x']], [5], [[6], [7]], [[[8]]]];
    const scored = await scorer.score({ rows: lists.length, columns: [{ kind: 'lists', values: lists }] });
    expect(scored.columns).toEqual([Float64Array.of(3, 3, 0, 0, 0, 13, 0)]);
    expect(scored.refusals.map(({ row, column, reason }) => [row, column, reason])).toEqual([
      [2, 'series', 'expected a list 2 deep, got null'],
      [3, 'series', 'expected a number that float32 can hold, got "x"'],
      [4, 'series', 'expected a list 1 deep, got 5'],
      [6, 'series', 'expected a number that float32 can hold, got a list of 1'],
    ]);
    await scorer.close();
  });

  test('of any width answers as widely as its rows are', async () => {
    const scorer = await scorerOver(await graph('float32', ['N', 'M'], (g, x) => g.add('Neg', [x])), [
      'a',
      'b',
      'c',
    ]);
    expect(scorer.outputs.map(({ name }) => name)).toEqual(['y_0', 'y_1', 'y_2']);
    const { columns } = await scorer.score(testFrameOf([[1], [2], [3]]));
    expect(columns).toEqual([Float64Array.of(-1), Float64Array.of(-2), Float64Array.of(-3)]);
    await scorer.close();
  });

  test('keeps every digit of 64-bit integers', async () => {
    const scorer = await scorerOver(await graph('int64', ['N', 1], (g, x) => g.add('Identity', [x])), ['n']);
    const numbers = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, null];
    const scored = await scorer.score(testFrameOf([numbers]));
    expect(scored.columns).toEqual([BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n)]);
    expect(scored.refusals).toMatchObject([{ row: 3, code: 'int_type' }]);
    await scorer.close();
  });

  test('that ties rows together, or does not answer row by row, is refused before any is scored', async () => {
    const mixing = await load('onnx/frozen-mixing.onnx');
    await expect(scorerOver(mixing, ['a', 'b', 'c'])).rejects.toMatchObject({
      code: 'BATCH_UNSUPPORTED',
      message: expect.stringContaining('its input "x" takes exactly 2 rows at a time'),
    });
    const storage = await load('onnx/storage.onnx');
    await expect(scorerOver(storage, ['x'])).rejects.toMatchObject({ code: 'BATCH_UNSUPPORTED' });
  });
});
