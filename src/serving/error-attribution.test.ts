import { expect, test } from 'vitest';
import { type ErrorCode, isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { ColumnSpec, Signature } from '../model/signature.ts';
import { attributionOf } from './error-attribution.ts';
import { decodeInput } from './rows/decode.ts';
import { parseJsonBody } from './rows/parse-json.ts';

const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  named: true,
  type: 'number',
  nullable: false,
  ...more,
});
const signature: Signature = {
  form: 'table',
  columns: [
    column('age', { largest: 3.4e38 }),
    column('port', { type: 'string', categories: ['C', 'S'], unknown: 'error' }),
  ],
  outputs: [],
  classes: null,
};

const tensors: Signature = {
  form: 'tensors',
  tensors: [{ name: 'x', dtype: 'float32', shape: [-1, 2] }],
  outputs: [],
  classes: null,
};

function refusalOf(text: string, of = signature): PlimsollError {
  try {
    decodeInput(parseJsonBody(text), of);
  } catch (error) {
    if (isPlimsollError(error)) return error;
  }
  throw new Error(`${text} was taken`);
}

test.each([
  '{"rows": [[1, "Q"]]}',
  '{"rows": [[null, "C"]]}',
  '{"rows": [[1e39, "C"]]}',
  '{"rows": [[null, "Q"], [1, "C"]]}',
  JSON.stringify({ rows: Array.from({ length: 200 }, () => [1, 'Q']) }),
])('values that the model does not take are the version’s to answer for: %.40s', (text) => {
  expect(attributionOf(refusalOf(text))).toBe('version');
});

test('a tensor that cannot hold a number is the version’s, one that is given something else the request’s', () => {
  const blame = (cell: string) => attributionOf(refusalOf(`{"rows": [[1, ${cell}]]}`, tensors));
  expect(blame('1e39')).toBe('version');
  for (const cell of ['"x"', '"1e39"', '[1]', '{}']) expect(blame(cell)).toBe('request');
});

test.each([
  '{"rows": [["old", "C"]]}',
  '{"rows": [[1]]}',
  '{"rows": [{"age": 1}]}',
  '{"rows": []}',
  '{"rows": [[1, "C"]], "more": 1}',
  '{"rows": [[1, "Q"], ["old", "C"]]}',
  '{"rows": [',
  '',
])('what no version would take is the request’s fault: %s', (text) => {
  expect(attributionOf(refusalOf(text))).toBe('request');
});

test('an engine that refuses a row, breaks or takes too long is to blame; a busy or closing server is not', () => {
  const blame = (code: ErrorCode, details = {}) => attributionOf(new PlimsollError(code, details));
  expect(blame('INPUT_INVALID', { problem: 'row 0: NaN', row: 0 })).toBe('version');
  for (const code of ['INTERNAL', 'ENGINE_CRASHED', 'ENGINE_TIMEOUT', 'SCORER_DIED', 'GRAPH_FAILED'] as const)
    expect(blame(code)).toBe('version');
  for (const code of ['OVERLOADED', 'STOPPING', 'ENGINE_BUSY', 'ENGINE_CLOSED'] as const)
    expect(blame(code)).toBe('server');
  for (const code of ['BODY_TOO_LARGE', 'ENCODING_CORRUPT', 'ENCODING_UNKNOWN'] as const)
    expect(blame(code)).toBe('request');
});

test("a form that the door does not know is the client's mistake, one that the version's code refuses is the version's", () => {
  for (const code of ['MEDIA_TYPE_UNKNOWN', 'NOT_ACCEPTABLE'] as const) {
    expect(attributionOf(new PlimsollError(code, { found: 'x', known: 'y' }))).toBe('request');
    expect(attributionOf(new PlimsollError(code, { found: 'x', known: 'y', model: 'm' }))).toBe('version');
  }
});

test('a defect of an explanation is not blamed on the version, whose prediction was there', () => {
  const defectOf = (action: string) => new PlimsollError('INTERNAL', { action, reason: 'it broke' });
  expect(attributionOf(defectOf('an explanation'))).toBe('server');
  expect(attributionOf(defectOf('the prediction'))).toBe('version');
});
