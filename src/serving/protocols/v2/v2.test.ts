import { describe, expect, test } from 'vitest';
import { PLAIN } from '../../../config/contract.ts';
import { PlimsollError } from '../../../core/errors.ts';
import type { Outputs } from '../../../model/batch.ts';
import type { Signature } from '../../../model/signature.ts';
import { wantsExtras } from '../../protocol.ts';
import { MIXED, NUMBER_COLUMNS, SIMPLE, target } from '../testing/targets.ts';
import { inputTensorsOf, outputTensorsOf } from './metadata.ts';
import { v2 } from './v2.ts';

const [protocol] = v2.protocols;
const read = (body: unknown, signature: Signature = MIXED): unknown =>
  protocol!.decode(target(signature, 'simple'))(body);
const input = (name: string, shape: number[], datatype: string, data: unknown, more: object = {}) => ({
  name,
  shape,
  datatype,
  data,
  ...more,
});
const abc = (a: unknown[], b: unknown[], c: unknown[], datatype = 'FP64') => ({
  inputs: [
    input('a', [a.length, 1], datatype, a),
    input('b', [b.length], datatype, b),
    input('c', [c.length, 1], 'BYTES', c),
  ],
});
const ones = (n: number): number[] => new Array<number>(n).fill(1);
const simple = (more: Partial<ReturnType<typeof input>> = {}) => ({
  inputs: [
    { ...input('INPUT0', [1, 16], 'INT32', ones(16)), ...more },
    input('INPUT1', [1, 16], 'INT32', ones(16)),
  ],
});

describe('tensors of a table', () => {
  test('one input a column, in any order, missing values as null or NaN', () => {
    const wanted = {
      kind: 'table',
      rows: 2,
      columns: [Float64Array.of(1, Number.NaN), Float64Array.of(2, 4), ['x', null]],
    };
    const body = abc([1, null], [2, 4], ['x', null]);
    expect(read(body)).toEqual(wanted);
    expect(read({ inputs: body.inputs.toReversed() })).toEqual(wanted);
    expect(read(abc([1, 'NaN'], [2, 4], ['x', null]))).toEqual(wanted);
  });

  test('smaller datatypes widen, as the values that they hold', () => {
    const { columns } = read(abc([0.1], [2], ['x'], 'FP32')) as { columns: Float64Array[] };
    expect([...columns[0]!]).toEqual([Math.fround(0.1)]);
    expect(read(abc([1], [2], ['x'], 'INT64'))).toEqual(read(abc([1], [2], ['x'])));
    expect(() => read(abc([300], [2], ['x'], 'UINT8'))).toThrow(
      "input 'a', element 0: expected an integer between 0 and 255",
    );
    expect(() => read(abc(['1'], [2], ['x']))).toThrow('expected a number, got "1"');
  });

  test('one matrix where every column is a number, nested or flat, under any name', () => {
    const wanted = { kind: 'matrix', rows: 2, width: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6) };
    expect(read({ inputs: [input('input', [2, 3], 'FP64', [1, 2, 3, 4, 5, 6])] }, NUMBER_COLUMNS)).toEqual(
      wanted,
    );
    expect(
      read(
        {
          inputs: [
            input('input-0', [2, 3], 'INT32', [
              [1, 2, 3],
              [4, 5, 6],
            ]),
          ],
        },
        NUMBER_COLUMNS,
      ),
    ).toEqual(wanted);
    const named = {
      ...NUMBER_COLUMNS,
      columns: NUMBER_COLUMNS.columns.map((one) => ({ ...one, named: true })),
    };
    expect(read({ inputs: [input('input', [2, 3], 'FP64', [1, 2, 3, 4, 5, 6])] }, named)).toEqual(wanted);
    expect(() =>
      read({ inputs: [input('input', [3, 2], 'FP64', [1, 2, 3, 4, 5, 6])] }, NUMBER_COLUMNS),
    ).toThrow("unexpected shape for input 'input': expected [-1,3], got [3,2]");
  });

  test('complaints of the model itself name the cell', () => {
    expect(() =>
      read({
        inputs: [
          input('a', [1], 'BYTES', ['x']),
          input('b', [1], 'FP64', [1]),
          input('c', [1], 'BYTES', ['x']),
        ],
      }),
    ).toThrow("data-type is 'BYTES', but the model expects 'FP64'");
    expect(() => read(abc([], [], []))).toThrow('at least one row');
    expect(() =>
      read({
        inputs: [
          input('a', [1], 'FP64', [1]),
          input('b', [2], 'FP64', [1, 2]),
          input('c', [1], 'BYTES', ['x']),
        ],
      }),
    ).toThrow("unexpected shape for input 'b'");
  });
});

/** Cases of Triton's qa/L0_input_validation and qa/L0_http. */
describe("Triton's refusals", () => {
  test('inputs that lack, come twice, or are unknown', () => {
    expect(() => read({ inputs: [simple().inputs[0]] }, SIMPLE)).toThrow(
      "expected 2 inputs but got 1 inputs for model 'simple'. Got input(s) ['INPUT0'], but missing required input(s) ['INPUT1']. Please provide all required input(s).",
    );
    expect(() => read({ inputs: [...simple().inputs, input('INPUT2', [1], 'FP32', [1])] }, SIMPLE)).toThrow(
      "unexpected inference input 'INPUT2' for model 'simple'",
    );
    expect(() => read({ inputs: [...simple().inputs, simple().inputs[0]] }, SIMPLE)).toThrow('given twice');
  });
  test.each([
    [
      'another datatype',
      { datatype: 'FP32' },
      "inference input 'INPUT0' data-type is 'FP32', but model 'simple' expects 'INT32'",
    ],
    ['an unknown datatype', { datatype: 'INT128' }, 'unknown datatype "INT128"'],
    [
      'another shape',
      { shape: [1, 8], data: ones(8) },
      "unexpected shape for input 'INPUT0' for model 'simple'. Expected [-1,16], got [1,8]",
    ],
    ['another rank', { shape: [16] }, 'Expected [-1,16], got [16]'],
    ['more data than shape', { data: ones(17) }, "shape does not match true shape of 'data' field"],
    [
      'ragged data',
      { shape: [2, 8], data: [ones(8), ones(7)] },
      "shape does not match true shape of 'data' field",
    ],
    ['deeper data', { data: [[ones(16)]] }, "shape does not match true shape of 'data' field"],
    ['a negative dimension', { shape: [-1, 16] }, 'expected a "shape" of whole numbers'],
    ['a product beyond all memory', { shape: [2 ** 31, 2 ** 31] }, 'exceeds'],
    [
      'a dimension beyond all counting',
      { shape: [1e300, 0], data: [] },
      'expected a "shape" of whole numbers',
    ],
    ['no data', { data: undefined }, 'expected a list "data"'],
    ['null in integers', { data: [null, ...ones(15)] }, 'expected an integer between'],
  ])('%s', (_, more, words) => {
    expect(() => read(simple(more as object), SIMPLE)).toThrow(words);
  });
  test('rows without end that hold nothing', () => {
    const tensors = [{ name: 'x', dtype: 'float32', shape: [-1, -1] }] as const;
    const body = { inputs: [input('x', [2 ** 50, 0], 'FP32', [])] };
    expect(() => read(body, { ...SIMPLE, form: 'tensors', tensors })).toThrow(
      `expected rows of elements, got ${2 ** 50} of none`,
    );
  });
  test.each([
    [null],
    [[]],
    [{}],
    [{ inputs: [] }],
    [{ inputs: {} }],
    [{ inputs: [7] }],
    [{ inputs: [{ shape: [1] }] }],
  ])('%j is no request', (body) =>
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' })),
  );
  test('data nested without end is refused, not followed', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}1${']'.repeat(5000)}`);
    expect(() => read(simple({ data: deep }), SIMPLE)).toThrow(
      "shape does not match true shape of 'data' field",
    );
  });
});

const optionsOf = (body: unknown): unknown => protocol!.responseOptions!(target(SIMPLE))(body);
const encode = (
  outputs: Outputs,
  wanted: unknown = { id: null, outputs: null },
  signature: Signature = SIMPLE,
) => String(protocol!.encode(target(signature))(outputs, 1, 'r-1', wanted));

describe('answers', () => {
  const tensor = (n: number) => ({ dtype: 'int32' as const, shape: [1, 2], data: Int32Array.of(n, n + 1) });
  test('repeat the id and hold the outputs that were asked for, in that order', () => {
    const wanted = optionsOf({
      id: 'my id',
      outputs: [{ name: 'OUTPUT1', parameters: { binary_data: false } }, { name: 'OUTPUT0' }],
    });
    expect(JSON.parse(encode({ OUTPUT0: tensor(1), OUTPUT1: tensor(5) }, wanted))).toEqual({
      model_name: 'm',
      model_version: '3',
      id: 'my id',
      outputs: [
        { name: 'OUTPUT1', datatype: 'INT32', shape: [1, 2], data: [5, 6] },
        { name: 'OUTPUT0', datatype: 'INT32', shape: [1, 2], data: [1, 2] },
      ],
    });
    expect(
      JSON.parse(encode({ OUTPUT1: tensor(5), OUTPUT0: tensor(1) })).outputs.map(
        ({ name }: { name: string }) => name,
      ),
    ).toEqual(['OUTPUT0', 'OUTPUT1']);
    expect(JSON.parse(encode({ OUTPUT0: tensor(1) })).id).toBe('r-1');
  });
  test('are computed on request only where one is named that the engine of the version has', () => {
    const extras = [{ name: 'pred_leaf', dtype: 'int32' as const, shape: [-1, 2] }];
    const asked = (runtime: 'native' | 'onnx', name: string) => {
      const { manifest, ...version } = target({ ...SIMPLE, extras });
      return protocol!.responseOptions!({ ...version, manifest: { ...manifest, runtime } })({
        outputs: [{ name }],
      });
    };
    expect(wantsExtras(asked('native', 'pred_leaf'))).toBe(true);
    expect(wantsExtras(asked('native', 'OUTPUT0'))).toBe(false);
    expect(wantsExtras(null)).toBe(false);
    expect(() => asked('onnx', 'pred_leaf')).toThrow("unexpected inference output 'pred_leaf'");
  });
  test('that nobody can give are refused', () => {
    expect(() => optionsOf({ outputs: [{ name: 'OUTPUT9' }] })).toThrow(
      "unexpected inference output 'OUTPUT9' for model 'm'",
    );
    expect(() => optionsOf({ outputs: [{ name: 'OUTPUT0' }, { name: 'OUTPUT0' }] })).toThrow(
      "output 'OUTPUT0' already exists in request",
    );
    expect(() => optionsOf({ outputs: [{ name: 'OUTPUT0', parameters: { classification: 3 } }] })).toThrow(
      'classification',
    );
    expect(() => optionsOf({ id: 7 })).toThrow('expected a string "id"');
  });
  test('of FP16 are refused in JSON, with a code', () => {
    const half = { dtype: 'float16', shape: [1], data: Uint16Array.of(0) } as const;
    expect(() => encode({ OUTPUT0: half })).toThrow(expect.objectContaining({ code: 'BINARY_TENSORS' }));
  });
  test('keep every digit, and say what JSON has no number for', () => {
    const big = { dtype: 'int64' as const, shape: [2], data: BigInt64Array.of(2n ** 63n - 1n, -1n) };
    expect(encode({ y: big })).toContain('"data":[9223372036854775807,-1]');
    const odd = {
      dtype: 'float64' as const,
      shape: [4],
      data: Float64Array.of(-0, Number.NaN, -Infinity, 1e21),
    };
    expect(encode({ y: odd })).toContain('"data":[-0.0,null,"-Infinity",1e+21]');
    expect(encode({ y: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) } })).toContain(
      '"datatype":"BOOL","shape":[2],"data":[true,false]',
    );
    expect(encode({ y: { dtype: 'string', shape: [1], data: ['a"b'] } })).toContain(
      '"datatype":"BYTES","shape":[1],"data":["a\\"b"]',
    );
  });
  test('a list of matrices is a tensor each', () => {
    expect(
      JSON.parse(encode({ predict_proba: [tensor(1), tensor(3)] })).outputs.map(
        ({ name }: { name: string }) => name,
      ),
    ).toEqual(['predict_proba_0', 'predict_proba_1']);
    expect(
      outputTensorsOf({ ...MIXED, outputs: [{ name: 'p', dtype: 'float64', shape: [-1, 2], parts: 2 }] }),
    ).toEqual([
      { name: 'p_0', datatype: 'FP64', shape: [-1, 2] },
      { name: 'p_1', datatype: 'FP64', shape: [-1, 2] },
    ]);
  });
});

test('metadata has an input a column, a matrix, or the tensors of the graph', () => {
  expect(inputTensorsOf(MIXED).map(({ name, datatype, shape }) => [name, datatype, shape])).toEqual([
    ['a', 'FP64', [-1, 1]],
    ['b', 'FP64', [-1, 1]],
    ['c', 'BYTES', [-1, 1]],
  ]);
  expect(inputTensorsOf(NUMBER_COLUMNS)).toEqual([{ name: 'input', datatype: 'FP64', shape: [-1, 3] }]);
  expect(inputTensorsOf(SIMPLE)[0]).toEqual({ name: 'INPUT0', datatype: 'INT32', shape: [-1, 16] });
});

test("errors are Triton's", () => {
  const refuse = v2.errorFormatter(PLAIN);
  const told = (error: PlimsollError) => [refuse(error).status, JSON.parse(refuse(error).body).error];
  expect(told(new PlimsollError('MODEL_NOT_FOUND', { model: 'x', known: 'm' }))).toEqual([
    404,
    "Request for unknown model: 'x' is not found; this server has m",
  ]);
  expect(told(new PlimsollError('ROUTE_NOT_FOUND', { path: '/v2/x' }))).toEqual([404, 'Not Found']);
  expect(
    told(new PlimsollError('METHOD_NOT_ALLOWED', { method: 'GET', path: '/v2/x', allowed: 'POST' })),
  ).toEqual([405, 'Method Not Allowed']);
});
