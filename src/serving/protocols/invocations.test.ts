import { describe, expect, test } from 'vitest';
import { PLAIN } from '../../config/contract.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Outputs } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import type { RequestHeaders } from '../unit-id.ts';
import { invocations, sageMakerRuntime } from './invocations.ts';
import { column, MIXED, NUMBER_COLUMNS, target } from './testing/targets.ts';

const read = (body: string, headers: RequestHeaders = {}, signature: Signature = MIXED): unknown => {
  const protocol = invocations.negotiate!(headers);
  return protocol.decode(target(signature))(protocol.parse(body, new Uint8Array()));
};
const table = (a: number[], b: number[], c: (string | null)[]) => ({
  kind: 'table',
  rows: a.length,
  columns: [Float64Array.from(a), Float64Array.from(b), c],
});
const csv: RequestHeaders = { 'content-type': 'text/csv' };

/** Bodies of mlflow's tests/pyfunc/test_scoring_server.py, with these columns. */
describe("MLflow's forms of bodies", () => {
  const wanted = table([1, 4], [2, 5], ['x', 'y']);
  test.each([
    [
      'dataframe_split',
      {
        dataframe_split: {
          columns: ['a', 'b', 'c'],
          index: [0, 1],
          data: [
            [1, 2, 'x'],
            [4, 5, 'y'],
          ],
        },
      },
    ],
    [
      'dataframe_split, reordered',
      {
        dataframe_split: {
          columns: ['c', 'a', 'b'],
          data: [
            ['x', 1, 2],
            ['y', 4, 5],
          ],
        },
      },
    ],
    [
      'dataframe_split with another column',
      {
        dataframe_split: {
          columns: ['a', 'b', 'extra', 'c'],
          data: [
            [1, 2, 0, 'x'],
            [4, 5, 0, 'y'],
          ],
        },
      },
    ],
    [
      'dataframe_records',
      {
        dataframe_records: [
          { a: 1, b: 2, c: 'x' },
          { c: 'y', a: 4, b: 5, other: true },
        ],
      },
    ],
    [
      'instances of records',
      {
        instances: [
          { a: 1, b: 2, c: 'x' },
          { a: 4, b: 5, c: 'y' },
        ],
      },
    ],
    ['inputs by column', { inputs: { a: [1, 4], b: [2, 5], c: ['x', 'y'] } }],
    ['with params', { params: { temperature: 1 }, inputs: { a: [1, 4], b: [2, 5], c: ['x', 'y'] } }],
    [
      'a bare list of rows',
      [
        [1, 2, 'x'],
        [4, 5, 'y'],
      ],
    ],
  ])('%s', (_, body) => {
    expect(read(JSON.stringify(body))).toEqual(wanted);
    expect(read(JSON.stringify(body), { 'content-type': 'application/json; charset=utf-8' })).toEqual(wanted);
    expect(read(JSON.stringify(body), { 'content-type': 'application/x-www-form-urlencoded' })).toEqual(
      wanted,
    );
  });

  test.each([
    ['no JSON', '{"instances": [', 'expected JSON'],
    ['two fields', '{"instances": [], "inputs": []}', 'exactly one of the input fields'],
    ['a column too few', '{"dataframe_records": [{"a": 1, "b": 2}]}', 'column "c": absent'],
    ['a text for a number', '{"instances": [["one", 2, "x"]]}', 'row 0, column "a": expected a number'],
    ['no rows', '{"instances": []}', 'at least one row'],
    ['a number alone', '7', 'expected a row'],
    ['a field unknown', '{"instances": [[1, 2, "x"]], "rest": 1}', 'expected nothing else'],
  ])('%s is refused in words', (_, body, words) => {
    expect(() => read(body)).toThrow(words);
  });
});

describe('CSV', () => {
  test('a first line that names the columns is a header, in any order and with others among them', () => {
    const wanted = table([1, 4], [2, Number.NaN], ['x', null]);
    expect(read('a,b,c\n1,2,x\n4,,\n', csv)).toEqual(wanted);
    expect(read('\uFEFFc,extra,b,a\r\nx,0,2,1\r\n"",9,NaN,4\r\n', csv)).toEqual(wanted);
    expect(read('1,2,x\n4,nan,\n', csv)).toEqual(wanted);
  });

  test('quotes hold commas, quotes and line breaks', () => {
    expect(read('1,2,"a, ""b""\nc"\n', csv)).toEqual(table([1], [2], ['a, "b"\nc']));
  });

  test('a header that lacks a column names it, and cells that are no numbers are named', () => {
    expect(() => read('a,b\n1,2\n', csv)).toThrow('column "c": absent');
    expect(() => read('a,b,c\n1,two,x\n', csv)).toThrow('row 0, column "b": expected a number, got "two"');
    expect(() => read('1,2\n', csv)).toThrow('row 0: expected a list of 3 values, got a list of 2');
    expect(() => read('1,"2\n', csv)).toThrow('expected CSV');
    expect(() => read('a,b,c\n', csv)).toThrow('at least one row');
    expect(() => read('', csv)).toThrow();
  });

  test('one column of text is a line a row, blank lines included', () => {
    const text = {
      ...MIXED,
      form: 'text' as const,
      columns: [column('text', { type: 'string', named: false })],
    };
    expect(read('hello\n\n"a,b"\n', csv, text)).toEqual({
      kind: 'table',
      rows: 3,
      columns: [['hello', null, 'a,b']],
    });
  });

  test('columns that a model does not read make no header', () => {
    const ignored = {
      ...NUMBER_COLUMNS,
      columns: NUMBER_COLUMNS.columns.map((one) => ({ ...one, ignored: true as const })),
    };
    expect(read('1,2,3\n4,5,6\n', csv, ignored)).toMatchObject({ rows: 2 });
  });

  test('the one tensor of a graph is read in the order of its elements', () => {
    const tensor = {
      ...MIXED,
      form: 'tensors' as const,
      tensors: [{ name: 'x', dtype: 'float32' as const, shape: [-1, 2, 2] }],
    };
    const { tensors } = read('1,2,3,4\n5,6,7,8\n', csv, tensor) as {
      tensors: { x: { shape: number[]; data: Float32Array } };
    };
    expect(tensors.x.shape).toEqual([2, 2, 2]);
    expect([...tensors.x.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(() => read('1,2,3\n', csv, tensor)).toThrow('input "x"');
  });
});

describe('labels of a frame without names', () => {
  const body = { kind: 'matrix', rows: 1, width: 3, data: Float64Array.of(1, 2, 3) };
  test.each([
    ['dataframe_split', { dataframe_split: { index: [0], columns: [0, 1, 2], data: [[1, 2, 3]] } }],
    ['dataframe_split, as texts', { dataframe_split: { columns: ['2', '0', '1'], data: [[3, 1, 2]] } }],
    ['dataframe_records', { dataframe_records: [{ 0: 1, 1: 2, 2: 3 }] }],
    ['inputs by column', { inputs: { 0: [1], 1: [2], 2: [3] } }],
    ['names', { dataframe_split: { columns: ['x2', 'x1', 'x0'], data: [[3, 2, 1]] } }],
  ])('%s', (_, sent) => expect(read(JSON.stringify(sent), {}, NUMBER_COLUMNS)).toEqual(body));

  test('mean nothing to a model that goes by names, or beyond its columns', () => {
    const split = { dataframe_split: { columns: [0, 1, 2], data: [[1, 2, 'x']] } };
    expect(() => read(JSON.stringify(split))).toThrow('column "a": absent');
    const records = { dataframe_records: [{ 0: 1, 1: 2, 3: 3 }] };
    expect(() => read(JSON.stringify(records), {}, NUMBER_COLUMNS)).toThrow('column "x2": absent');
  });
});

test('of several inputs, those of one value a row are columns of CSV', () => {
  const input = (name: string, dtype: 'string' | 'float32', shape: number[]) => ({ name, dtype, shape });
  const of = (...tensors: ReturnType<typeof input>[]): Signature => ({
    ...MIXED,
    form: 'tensors' as const,
    tensors,
  });
  const byColumn = of(input('city', 'string', [-1, 1]), input('size', 'float32', [-1, 1]));
  const wanted = { city: ['bonn', ''], size: [1.5, 2] };
  for (const body of ['bonn,1.5\n"",2\n', 'size,id,city\n1.5,a,bonn\n2,b,\n']) {
    const { tensors } = read(body, csv, byColumn) as {
      tensors: Record<string, { shape: number[]; data: ArrayLike<unknown> }>;
    };
    expect(tensors['size']!.shape).toEqual([2, 1]);
    expect({
      city: [...Array.from(tensors['city']!.data)],
      size: [...Array.from(tensors['size']!.data)],
    }).toEqual(wanted);
  }
  expect(() => read('bonn\n', csv, byColumn)).toThrow('row 0: expected 2 values, got 1');
  expect(() => read('bonn,big\n', csv, byColumn)).toThrow('input "size"');
  const wide = of(input('city', 'string', [-1, 1]), input('size', 'float32', [-1, 2]));
  expect(() => read('bonn,1,2\n', csv, wide)).toThrow('CSV cannot tell apart');
});

describe('JSON Lines', () => {
  const lines: RequestHeaders = { 'content-type': 'application/jsonlines' };
  test('a document a line, blank lines between them', () => {
    expect(read('{"a":1,"b":2,"c":"x"}\n\n[4, 5, "y"]', lines)).toEqual(table([1, 4], [2, 5], ['x', 'y']));
  });
  test('the line that is none is named', () => {
    expect(() => read('[1, 2, "x"]\n{"a":\n', lines)).toThrow('line 2: expected JSON');
  });
});

describe('what headers ask for', () => {
  test.each([
    'application/x-recordio-protobuf',
    'text/plain',
    'text/csv; header=present',
    'application/json; charset=utf-16',
  ])('a body of %s is refused', (type) =>
    expect(() => read('[]', { 'content-type': type })).toThrow(
      expect.objectContaining({ code: 'MEDIA_TYPE_UNKNOWN' }),
    ),
  );
  test.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['text/csv', 'text/csv; charset=utf-8'],
    ['text/csv;q=0.5, application/jsonlines', 'application/jsonlines'],
    ['text/html, text/csv;q=0.1', 'text/csv; charset=utf-8'],
  ])('accept %s is answered with %s', (accept, answers) => {
    expect(invocations.negotiate!(accept === undefined ? {} : { accept }).answers).toBe(answers);
  });
  test('an answer that cannot be given is refused', () => {
    expect(() => invocations.negotiate!({ accept: 'application/x-recordio-protobuf' })).toThrow(
      expect.objectContaining({ code: 'NOT_ACCEPTABLE' }),
    );
    expect(() => invocations.negotiate!({ accept: 'text/csv;q=0' })).toThrow(
      expect.objectContaining({ code: 'NOT_ACCEPTABLE' }),
    );
  });
});

test('answers are bare values, in the form that is accepted', () => {
  const floats = (shape: number[], ...data: number[]) => ({
    dtype: 'float64' as const,
    shape,
    data: Float64Array.from(data),
  });
  const write = (accept: string, outputs: Outputs): string =>
    String(invocations.negotiate!({ accept }).encode(target(MIXED))(outputs, 2, 'r', null));
  const scores = floats([2, 2], 1, 2, -0, Number.NaN);
  expect(write('*/*', { predict: floats([2], 1, 2), predict_proba: scores })).toBe('{"predictions":[1,2]}');
  expect(write('text/csv', { transform: scores })).toBe('1,2\n-0.0,\n');
  expect(write('application/jsonlines', { transform: scores })).toBe('[1,2]\n[-0.0,null]\n');
  const labels = { dtype: 'string' as const, shape: [2], data: ['a "b"', 'c,d'] };
  expect(write('text/csv', { predict: labels })).toBe('"a ""b"""\n"c,d"\n');
  expect(write('application/jsonlines', { y: labels, z: scores })).toBe(
    '{"y":"a \\"b\\"","z":[1,2]}\n{"y":"c,d","z":[-0.0,null]}\n',
  );
});

describe('errors', () => {
  const invalid = new PlimsollError('INPUT_INVALID', { problem: 'row 0', detail: [] });
  test("are MLflow's, and plain where SageMaker started the process", () => {
    expect(invocations.errorFormatter(PLAIN)(invalid)).toMatchObject({
      status: 400,
      body: '{"error_code":"BAD_REQUEST","message":"row 0","stack_trace":""}',
    });
    expect(invocations.errorFormatter({ ...PLAIN, kind: 'sagemaker' })(invalid)).toMatchObject({
      status: 422,
      body: '{"detail":[]}',
    });
    const type = new PlimsollError('MEDIA_TYPE_UNKNOWN', { found: 'x', known: 'y' });
    expect(invocations.errorFormatter(PLAIN)(type)).toMatchObject({
      status: 415,
      type: 'text/plain; charset=utf-8',
    });
  });
  test('of the runtime are ModelErrors where a container would have refused, and ValidationErrors before', () => {
    const refuse = sageMakerRuntime.errorFormatter(PLAIN);
    const model = refuse(invalid);
    expect([model.status, model.headers]).toEqual([424, ['x-amzn-errortype', 'ModelError']]);
    expect(JSON.parse(model.body)).toMatchObject({ OriginalStatusCode: 400, OriginalMessage: 'row 0' });
    expect(refuse(new PlimsollError('MODEL_NOT_FOUND', { model: 'x', known: 'm' }))).toMatchObject({
      status: 400,
      headers: ['x-amzn-errortype', 'ValidationError'],
    });
  });
  test('of the wrong path or verb never reach a container; whatever the client did is no internal error', () => {
    const verb = new PlimsollError('METHOD_NOT_ALLOWED', { method: 'GET', path: '/x', allowed: 'POST' });
    expect(sageMakerRuntime.errorFormatter(PLAIN)(verb)).toMatchObject({
      status: 405,
      headers: ['x-amzn-errortype', 'UnknownOperationException'],
    });
    const form = new PlimsollError('NOT_ACCEPTABLE', { found: 'x', known: 'y' });
    const told = invocations.errorFormatter(PLAIN)(form);
    expect([told.status, JSON.parse(told.body).error_code]).toEqual([406, 'BAD_REQUEST']);
  });
});

describe("SageMaker's headers", () => {
  test('a variant is a version, and the one that answers is told', () => {
    expect(sageMakerRuntime.version!({ 'x-amzn-sagemaker-target-variant': 'version-2' })).toBe('2');
    expect(() => sageMakerRuntime.version!({ 'x-amzn-sagemaker-target-variant': 'AllTraffic' })).toThrow(
      'version-1',
    );
    const headers = { 'x-amzn-sagemaker-custom-attributes': 'trace=1' };
    expect(sageMakerRuntime.answerHeaders!(headers, target(MIXED))).toEqual([
      'x-amzn-invoked-production-variant',
      'version-3',
      'x-amzn-sagemaker-custom-attributes',
      'trace=1',
    ]);
    expect(
      sageMakerRuntime.answerHeaders!({ 'x-amzn-sagemaker-custom-attributes': 'a\r\nb' }, target(MIXED)),
    ).toHaveLength(2);
  });
  test.each([
    ['x-amzn-sagemaker-target-container-hostname', 'c'],
    ['x-amzn-sagemaker-inference-component', 'c'],
    ['x-amzn-sagemaker-target-model', 'm.tar.gz'],
    ['x-amzn-sagemaker-session-id', 'NEW_SESSION'],
  ])('%s is refused, never dropped', (header, value) => {
    expect(() => sageMakerRuntime.negotiate!({ [header]: value })).toThrow(
      expect.objectContaining({ code: 'SAGEMAKER_HEADER_UNSUPPORTED' }),
    );
  });
});
