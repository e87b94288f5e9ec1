import { describe, expect, test } from 'vitest';
import { PLAIN } from '../../config/contract.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Outputs } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import type { HttpReply, ServerView } from '../protocol.ts';
import { MIXED, NUMBER_COLUMNS, SIMPLE, target } from './testing/targets.ts';
import { v1 } from './v1.ts';
import { vertex } from './vertex.ts';

const [protocol] = v1.protocols;
const read = (body: unknown, signature: Signature = MIXED): unknown =>
  protocol!.decode(target(signature))(body);
const optionsOf = (body: unknown): unknown => protocol!.responseOptions!(target(MIXED))(body);
const answer = (outputs: Outputs, rows: number, shape: string): unknown =>
  JSON.parse(String(protocol!.encode(target(MIXED))(outputs, rows, 'r', shape)));
const floats = (shape: number[], ...data: number[]) => ({
  dtype: 'float64' as const,
  shape,
  data: Float64Array.from(data),
});

/** https://www.tensorflow.org/tfx/serving/api_rest#predict_api */
describe('bodies', () => {
  test('rows of objects, rows of lists, and columns are the same rows', () => {
    const rows = read({
      instances: [
        [1, 2, 'x'],
        [3, 4, 'y'],
      ],
    });
    expect(rows).toMatchObject({ kind: 'table', rows: 2 });
    expect(
      read({
        signature_name: 'serving_default',
        instances: [
          { a: 1, b: 2, c: 'x' },
          { a: 3, b: 4, c: 'y' },
        ],
      }),
    ).toEqual(rows);
    expect(read({ inputs: { a: [1, 3], b: [2, 4], c: ['x', 'y'] }, unknown: 1 })).toEqual(rows);
  });
  test('tensors by name, in rows and in columns', () => {
    const ones = new Array<number>(16).fill(1);
    const rows = read({ instances: [{ INPUT0: ones, INPUT1: ones }] }, SIMPLE);
    expect(rows).toMatchObject({ kind: 'tensors', rows: 1 });
    expect(read({ inputs: { INPUT0: [ones], INPUT1: [ones] } }, SIMPLE)).toEqual(rows);
  });
  test.each([
    [{}, "Missing 'inputs' or 'instances' key"],
    [{ instances: [[1]], inputs: [[1]] }, 'got both'],
    [[1, 2], 'Is not object'],
    [{ instances: [] }, 'at least one row'],
    [{ instances: 'x' }, 'expected a list of rows'],
    [{ instances: [[1, 2, 3]] }, 'row 0, column "c": expected a string'],
  ])('%j is refused: %s', (body, words) => {
    expect(() => read(body)).toThrow(words);
  });
});

describe('answers', () => {
  const both = { predict: floats([2], 1, -0), predict_proba: floats([2, 2], 0.1, 0.9, 0.5, 0.5) };
  test('have the form of the body', () => {
    expect([optionsOf({ instances: [] }), optionsOf({ inputs: [] })]).toEqual(['rows', 'columns']);
    expect(answer(both, 2, 'rows')).toEqual({
      predictions: [
        { predict: 1, predict_proba: [0.1, 0.9] },
        { predict: -0, predict_proba: [0.5, 0.5] },
      ],
    });
    expect(answer(both, 2, 'columns')).toEqual({
      outputs: {
        predict: [1, -0],
        predict_proba: [
          [0.1, 0.9],
          [0.5, 0.5],
        ],
      },
    });
    expect(answer({ y: floats([2, 1], 3, 4) }, 2, 'rows')).toEqual({ predictions: [[3], [4]] });
    expect(answer({ y: floats([2], 3, 4) }, 2, 'columns')).toEqual({ outputs: [3, 4] });
  });
  test('of several matrices hold the row of each', () => {
    const parts = [floats([2, 1], 1, 2), floats([2, 1], 3, 4)];
    expect(answer({ predict: floats([2], 0, 1), predict_proba: parts }, 2, 'rows')).toEqual({
      predictions: [
        { predict: 0, predict_proba: [[1], [3]] },
        { predict: 1, predict_proba: [[2], [4]] },
      ],
    });
    expect(answer({ predict_proba: parts }, 2, 'rows')).toEqual({
      predictions: [
        [[1], [3]],
        [[2], [4]],
      ],
    });
  });
});

test('a model is told of in the keys of both servers', () => {
  const view: ServerView = {
    isReady: true,
    release: '1',
    endpoints: ['m'],
    target: () => target(MIXED),
    versions: () => [1, 3],
  };
  const page = (route: string) => v1.pages!(PLAIN).find((one) => one.route === route)!;
  const told = (reply: HttpReply) => JSON.parse(reply.body);
  expect(told(page('/v1/models').answer(view, null, null))).toEqual({ models: ['m'] });
  expect(told(page('/v1/models/{model}').answer(view, 'm', null))).toMatchObject({
    name: 'm',
    ready: true,
    model_version_status: [{ version: '1', state: 'AVAILABLE' }, { version: '3' }],
  });
  expect(page('/v1/models/{model}').answer({ ...view, isReady: false }, 'm', null).status).toBe(503);
});

test("errors are TensorFlow Serving's", () => {
  const refuse = v1.errorFormatter(PLAIN);
  const body = (error: PlimsollError) => [refuse(error).status, JSON.parse(refuse(error).body).error];
  expect(body(new PlimsollError('MODEL_NOT_FOUND', { model: 'x', known: 'm' }))).toEqual([
    404,
    'Servable not found for request: Latest(x); this server has m',
  ]);
  expect(body(new PlimsollError('VERSION_NOT_FOUND', { model: 'm', version: 9, known: '1' }))).toEqual([
    404,
    'Servable not found for request: Specific(m, 9); this server has 1',
  ]);
  expect(
    body(new PlimsollError('METHOD_NOT_ALLOWED', { method: 'GET', path: '/v1/models/m:predict' })),
  ).toEqual([400, 'Malformed request: GET /v1/models/m:predict']);
  expect(body(new PlimsollError('INPUT_INVALID', { problem: 'row 0' }))).toEqual([400, 'row 0']);
});

describe('Vertex', () => {
  const [predict] = vertex.protocols;
  test('instances and parameters give predictions, and who answered', () => {
    expect(
      predict!.decode(target(NUMBER_COLUMNS))({ instances: [[1, 2, 3]], parameters: { k: 1 } }),
    ).toMatchObject({
      rows: 1,
      width: 3,
    });
    expect(
      JSON.parse(String(predict!.encode(target(NUMBER_COLUMNS))({ predict: floats([1], 7) }, 1, 'r', null))),
    ).toEqual({
      predictions: [7],
      deployedModelId: '3',
      modelDisplayName: 'm',
      modelVersionId: '3',
    });
    expect(() => predict!.decode(target(NUMBER_COLUMNS))({ rows: [[1, 2, 3]] })).toThrow(
      'expected {"instances": […]}',
    );
    expect(() => predict!.decode(target(NUMBER_COLUMNS))(null)).toThrow('expected {"instances": […]}');
  });
  test("in a container the names in paths are Google's, and the route is the one it was given", () => {
    const contract = {
      ...PLAIN,
      kind: 'vertex' as const,
      predictRoute: '/v1/endpoints/7/deployedModels/8:predict',
      healthRoute: '/health7',
    };
    expect(vertex.routes(contract)[0]).toBe('/v1/endpoints/7/deployedModels/8:predict');
    expect(vertex.routes(contract).join()).not.toContain('{model}');
    expect(vertex.routes(PLAIN).join()).toContain('/endpoints/{model}:predict');
    expect(vertex.pages!(contract).map(({ route }) => route)).toEqual(['/health7']);
    expect(vertex.pages!(PLAIN)).toEqual([]);
  });
});
