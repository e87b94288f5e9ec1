import { expect, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import { outputsToJson } from './outputs-to-json.ts';

const signature: Signature = {
  form: 'table',
  columns: [],
  classes: null,
  outputs: ['predict', 'predict_proba'].map((name) => ({ name, dtype: 'float64', shape: [-1] })),
};

test('outputs nest as their shapes say, in the order of the signature', () => {
  const outputs = {
    predict_proba: { dtype: 'float64', shape: [2, 2], data: Float64Array.of(0.25, 0.75, 1, 0) },
    predict: { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, -1n) },
  } as const;
  expect(JSON.stringify(outputsToJson(outputs, signature))).toBe(
    '{"predict":[1,-1],"predict_proba":[[0.25,0.75],[1,0]]}',
  );
});

test('a multi-output probability is a list of matrices', () => {
  const part = { dtype: 'float64', shape: [1, 2], data: Float64Array.of(0.5, 0.5) } as const;
  expect(outputsToJson({ predict_proba: [part, part] }, signature)).toEqual({
    predict_proba: [[[0.5, 0.5]], [[0.5, 0.5]]],
  });
});

test('values that JSON does not know keep their meaning', () => {
  const outputs = {
    f: { dtype: 'float64', shape: [4], data: Float64Array.of(NaN, Infinity, -Infinity, -0) },
    h: { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0x7c00) },
    i: { dtype: 'int64', shape: [2], data: BigInt64Array.of(2n ** 53n - 1n, 2n ** 53n + 1n) },
    b: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
    s: { dtype: 'string', shape: [1], data: ['é"\n'] },
    empty: { dtype: 'float64', shape: [0, 3], data: new Float64Array(0) },
  } as const;
  expect(outputsToJson(outputs, signature)).toEqual({
    f: [null, 'Infinity', '-Infinity', -0],
    h: [1, 'Infinity'],
    i: [9007199254740991, '9007199254740993'],
    b: [true, false],
    s: ['é"\n'],
    empty: [],
  });
});
