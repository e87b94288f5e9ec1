import { describe, expect, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import type { DType } from '../../model/tensor.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { MISSING_STRING } from '../../onnx/missing.ts';
import { partName } from '../../onnx/parts.ts';
import { createOnnxEngine } from './engine.ts';
import { MAX_PREFIX_CELLS } from './slices.ts';

const signature = (outputs: Signature['outputs']): Signature => ({
  form: 'table',
  columns: [],
  open: true,
  outputs,
  classes: null,
});

/** input [N, 2] → transform = input · 2. */
function doubling(dtype: DType): Uint8Array {
  const g = new GraphBuilder('doubling');
  const x = g.input('input', dtype, ['N', 2]);
  g.output('transform', g.add('Add', [x, x]), dtype, ['N', 2]);
  return encodeModel(g.build({}));
}

const matrix = (data: number[], width: number) =>
  ({ kind: 'matrix', rows: data.length / width, width, data: Float64Array.from(data) }) as const;

describe('createOnnxEngine()', () => {
  test('answers a matrix in the type that the graph takes', async () => {
    for (const [dtype, wanted] of [
      ['float64', Float64Array.of(2.5, 4, 6, 8)],
      ['float32', Float32Array.of(2.5, 4, 6, 8)],
    ] as const) {
      const outputs = [{ name: 'transform', dtype, shape: [-1, 2] }];
      const engine = await createOnnxEngine({ onnx: doubling(dtype), signature: signature(outputs) });
      const answer = await engine.infer(matrix([1.25, 2, 3, 4], 2));
      expect(answer['transform']).toEqual({ dtype, shape: [2, 2], data: wanted });
      await engine.close();
    }
  });

  test('answers half precision as its bits, in and out', async () => {
    const g = new GraphBuilder('halves');
    const x = g.input('x', 'float16', ['N', 2]);
    g.output('doubled', g.add('Add', [x, x]), 'float16', ['N', 2]);
    const doubled = { name: 'doubled', dtype: 'float16', shape: [-1, 2] } as const;
    const signature: Signature = {
      form: 'tensors',
      tensors: [{ name: 'x', dtype: 'float16', shape: [-1, 2] }],
      outputs: [doubled],
      classes: null,
    };
    const engine = await createOnnxEngine({ onnx: encodeModel(g.build({})), signature });
    // 1, 1.5, -2 and the smallest subnormal in binary16 (IEEE 754 §3.4); their doubles have one more in the exponent.
    const data = Uint16Array.of(0x3c00, 0x3e00, 0xc000, 0x0001);
    const answer = await engine.infer({
      kind: 'tensors',
      rows: 2,
      tensors: { x: { dtype: 'float16', shape: [2, 2], data } },
    });
    expect(answer['doubled']).toEqual({
      dtype: 'float16',
      shape: [2, 2],
      data: Uint16Array.of(0x4000, 0x4200, 0xc400, 0x0002),
    });
    await engine.close();
  });

  test('refuses a fraction where the graph takes whole numbers, and names the cell', async () => {
    const outputs = [{ name: 'transform', dtype: 'int64', shape: [-1, 2] }] as const;
    const engine = await createOnnxEngine({ onnx: doubling('int64'), signature: signature(outputs) });
    const answer = await engine.infer(matrix([1, 2], 2));
    expect(answer['transform']).toEqual({ dtype: 'int64', shape: [1, 2], data: BigInt64Array.of(2n, 4n) });
    await expect(engine.infer(matrix([1, 2, 3, 0.5], 2))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: 'row 1, input "input": expected a whole number (int64), got 0.5',
    });
    await engine.close();
  });

  test('feeds the columns of a table one by one, and a missing text cell as the sentinel', async () => {
    const g = new GraphBuilder('columns');
    const city = g.input('city', 'string', ['N', 1]);
    const age = g.input('age', 'float64', ['N', 1]);
    g.output('missing', g.add('Equal', [city, g.strings([MISSING_STRING], [1])]), 'bool', ['N', 1]);
    g.output('city_out', g.add('Identity', [city]), 'string', ['N', 1]);
    g.output('age_out', g.add('Identity', [age]), 'float64', ['N', 1]);
    const outputs = [
      { name: 'missing', dtype: 'bool', shape: [-1, 1] },
      { name: 'city_out', dtype: 'string', shape: [-1, 1] },
      { name: 'age_out', dtype: 'float64', shape: [-1, 1] },
    ] as const;
    const onnx = encodeModel(g.build({}));
    const columns = [
      { input: 'city', column: 1 },
      { input: 'age', column: 0 },
    ];
    const engine = await createOnnxEngine({ onnx, signature: signature(outputs), columns });
    const answer = await engine.infer({
      kind: 'table',
      rows: 2,
      columns: [Float64Array.of(3, Number.NaN), ['Zürich 🏔', null]],
    });
    expect(answer['missing']).toEqual({ dtype: 'bool', shape: [2, 1], data: Uint8Array.of(0, 1) });
    expect(answer['city_out']).toEqual({
      dtype: 'string',
      shape: [2, 1],
      data: ['Zürich 🏔', MISSING_STRING],
    });
    expect(answer['age_out']).toEqual({
      dtype: 'float64',
      shape: [2, 1],
      data: Float64Array.of(3, Number.NaN),
    });
    for (const text of ['Z\0rich', '\ud83c']) {
      const batch = { kind: 'table', rows: 2, columns: [Float64Array.of(3, 4), ['Rom', text]] } as const;
      await expect(engine.infer(batch)).rejects.toMatchObject({
        code: 'INPUT_INVALID',
        message: expect.stringMatching(/^row 1, input "city": expected text of whole characters without NUL/),
      });
    }
    const forged = { kind: 'table', rows: 1, columns: [Float64Array.of(3), [MISSING_STRING]] } as const;
    await expect(engine.infer(forged)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/^row 0, input "city": .* marks a missing text, send null instead$/),
    });
    await engine.close();
  });

  test('puts a native prefix in front of the graph, in slices whose matrix stays small', async () => {
    const width = MAX_PREFIX_CELLS / 2;
    const g = new GraphBuilder('counts');
    const counts = g.input('counts', 'float64', ['N', width]);
    const sum = g.add('ReduceSum', [counts, g.int64([1], [1])], { keepdims: 0n });
    g.output('predict', sum, 'float64', ['N']);
    const slices: number[] = [];
    const evaluate = (cells: readonly (string | null)[]) => {
      slices.push(cells.length);
      const data = new Float64Array(cells.length * width);
      for (const [row, cell] of cells.entries()) data[row * width] = cell?.length ?? -1;
      return { rows: cells.length, cols: width, data };
    };
    const engine = await createOnnxEngine({
      onnx: encodeModel(g.build({})),
      signature: signature([{ name: 'predict', dtype: 'float64', shape: [-1] }]),
      prefix: [{ column: 0, input: 'counts', width, evaluate }],
    });
    const answer = await engine.infer({ kind: 'table', rows: 3, columns: [['a', 'bcd', null]] });
    expect(answer['predict']).toEqual({ dtype: 'float64', shape: [3], data: Float64Array.of(1, 3, -1) });
    expect(slices).toEqual([2, 1]);
    await engine.close();
  });

  test('gathers the parts of a list output', async () => {
    const g = new GraphBuilder('parts');
    const x = g.input('input', 'float64', ['N', 1]);
    g.output(partName('predict_proba', 0), x, 'float64', ['N', 1]);
    g.output(partName('predict_proba', 1), g.add('Neg', [x]), 'float64', ['N', 1]);
    const outputs = [{ name: 'predict_proba', dtype: 'float64', shape: [-1, 1], parts: 2 }] as const;
    const engine = await createOnnxEngine({ onnx: encodeModel(g.build({})), signature: signature(outputs) });
    const answer = await engine.infer(matrix([7], 1));
    expect(answer['predict_proba']).toEqual([
      { dtype: 'float64', shape: [1, 1], data: Float64Array.of(7) },
      { dtype: 'float64', shape: [1, 1], data: Float64Array.of(-7) },
    ]);
    await engine.close();
  });

  test('takes named tensors as they are and names the one that is absent or of another type', async () => {
    const onnx = doubling('float32');
    const outputs = [{ name: 'transform', dtype: 'float32', shape: [-1, 2] }] as const;
    const engine = await createOnnxEngine({ onnx, signature: signature(outputs) });
    const data = Float32Array.of(1, 2);
    const batch = (name: string, dtype: 'float32' | 'float64') =>
      ({
        kind: 'tensors',
        rows: 1,
        tensors: {
          [name]:
            dtype === 'float32'
              ? { dtype, shape: [1, 2], data }
              : { dtype, shape: [1, 2], data: Float64Array.from(data) },
        },
      }) as const;
    const answer = await engine.infer(batch('input', 'float32'));
    expect(answer['transform']).toEqual({ dtype: 'float32', shape: [1, 2], data: Float32Array.of(2, 4) });
    await expect(engine.infer(batch('other', 'float32'))).rejects.toMatchObject({
      message: 'input "input": expected float32, got nothing',
    });
    await expect(engine.infer(batch('input', 'float64'))).rejects.toMatchObject({
      message: 'input "input": expected float32, got float64',
    });
    await engine.close();
  });

  test('gives a frozen graph the rows that it takes, slice by slice', async () => {
    const g = new GraphBuilder('pairs');
    const x = g.input('x', 'float32', [2, 1]);
    g.output('y', g.add('Sub', [x, g.add('ReduceMean', [x, g.int64([0], [1])])]), 'float32', [2, 1]);
    const spec = { dtype: 'float32', shape: [2, 1] } as const;
    const frozen: Signature = {
      form: 'tensors',
      tensors: [{ name: 'x', ...spec }],
      outputs: [{ name: 'y', ...spec }],
      classes: null,
    };
    const engine = await createOnnxEngine({ onnx: encodeModel(g.build({})), signature: frozen });
    const batch = (...data: number[]) => {
      const tensor = { dtype: 'float32', shape: [data.length, 1], data: Float32Array.from(data) } as const;
      return { kind: 'tensors', rows: data.length, tensors: { x: tensor } } as const;
    };
    const answer = await engine.infer(batch(1, 3, 10, 30));
    expect(answer['y']).toEqual({ dtype: 'float32', shape: [4, 1], data: Float32Array.of(-1, 1, -10, 10) });
    await expect(engine.infer(batch(1, 2, 3))).rejects.toMatchObject({
      message: 'rows: this graph takes exactly 2 at a time, got 3',
    });
    await engine.close();
  });

  test('refuses the row that the graph marks', async () => {
    const g = new GraphBuilder('marking');
    const x = g.input('input', 'float64', ['N', 1]);
    g.output('predict', x, 'float64', ['N', 1]);
    g.output('marks', g.add('Reshape', [g.add('IsNaN', [x]), g.int64([-1], [1])]), 'bool', ['N']);
    const outputs = [{ name: 'predict', dtype: 'float64', shape: [-1, 1] }] as const;
    const onnx = encodeModel(g.build({}));
    const engine = await createOnnxEngine({ onnx, signature: signature(outputs), refused: 'marks' });
    expect(Object.keys(await engine.infer(matrix([1, 2], 1)))).toEqual(['predict']);
    await expect(engine.infer(matrix([1, 2, Number.NaN], 1))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      details: { row: 2 },
    });
    await engine.close();
  });

  test('answers the same bits every time', async () => {
    const g = new GraphBuilder('sum');
    const x = g.input('input', 'float64', ['N', 5000]);
    const weights = Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 10 ** (i % 7));
    g.output('predict', g.add('MatMul', [x, g.float64(weights, [5000, 1])]), 'float64', ['N', 1]);
    const outputs = [{ name: 'predict', dtype: 'float64', shape: [-1, 1] }] as const;
    const engine = await createOnnxEngine({ onnx: encodeModel(g.build({})), signature: signature(outputs) });
    const batch = matrix(
      Array.from({ length: 50_000 }, (_, i) => Math.cos(i * 1.7)),
      5000,
    );
    const first = await engine.infer(batch);
    for (let i = 0; i < 5; i += 1) expect(await engine.infer(batch)).toEqual(first);
    await engine.close();
  });

  test('reports bytes that the runtime refuses, and use after close, as coded errors', async () => {
    const outputs = [{ name: 'transform', dtype: 'float64', shape: [-1, 2] }] as const;
    const broken = { onnx: Uint8Array.of(1, 2, 3), signature: signature(outputs) };
    await expect(createOnnxEngine(broken)).rejects.toMatchObject({ code: 'GRAPH_NOT_LOADED', exit: 3 });
    const engine = await createOnnxEngine({ onnx: doubling('float64'), signature: signature(outputs) });
    await expect(engine.infer(matrix([1, 2, 3], 3))).rejects.toMatchObject({ code: 'GRAPH_FAILED' });
    await engine.close();
    await engine.close();
    await expect(engine.infer(matrix([1, 2], 2))).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
  });
});
