import { describe, expect, test } from 'vitest';
import type { OneHotStep } from '../model/encoding.ts';
import type { Signature } from '../model/signature.ts';
import type { ModelStep } from '../model/step.ts';
import { MISSING_STRING } from '../onnx/missing.ts';
import { compileBlocker, compileModel, hasCompiler } from './compile.ts';
import { base, infer, numberTypes, tableSignature } from './testing/session.ts';

const scaler: ModelStep = {
  ...base,
  kind: 'standard-scaler',
  mean: Float64Array.of(1),
  scale: Float64Array.of(2),
};
const vectorizer: ModelStep = {
  ...base,
  kind: 'count-vectorizer',
  analyzer: 'word',
  ngramRange: [1, 1],
  lowercase: true,
  stripAccents: null,
  tokenPattern: '(?u)\\b\\w\\w+\\b',
  stopWords: [],
  vocabulary: ['no', 'yes', 'ünder'],
  binary: false,
};
const oneHot: ModelStep = {
  ...base,
  kind: 'one-hot',
  unknown: 'ignore',
  columns: [
    {
      categories: { type: 'string', values: ['a', 'b', null] },
      slots: Int32Array.of(0, 1, 2),
      width: 3,
      unknownSlot: -1,
    },
  ],
};
const idf: ModelStep = {
  ...base,
  kind: 'tfidf',
  sublinear: false,
  idf: Float64Array.of(1, 2, 3),
  norm: null,
};
const pipeline = (...steps: ModelStep[]): ModelStep => ({
  ...base,
  kind: 'pipeline',
  steps: steps.map((step, i) => ({ name: `s${i}`, step })),
});
const branch = (columns: number[], step: ModelStep | null, weight: number | null = null) => ({
  name: 'branch',
  columns,
  scalar: false,
  weight,
  step,
});

describe('composed steps', () => {
  const root: ModelStep = {
    ...base,
    kind: 'column-transformer',
    branches: [
      branch([2], scaler, 10),
      branch([0], oneHot),
      { ...branch([1], pipeline(vectorizer, idf)), scalar: true },
      branch([2], null),
    ],
  };
  const signature = tableSignature(['string', 'string', 'number', 'string'], ['transform']);

  test('put branches of mixed columns side by side, counts in place of text', async () => {
    const rows = [
      ['a', 'no no', 3, 'unread'],
      [null, 'yes', 1, null],
      ['zzz', '', 7, ''],
    ];
    const counts = [
      [
        [2, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
    ];
    const { transform } = await infer(root, signature, rows, counts);
    expect(transform).toEqual({
      dims: [3, 8],
      data: [10, 1, 0, 0, 2, 0, 0, 3, 0, 0, 0, 1, 0, 2, 0, 1, 30, 0, 0, 0, 0, 0, 0, 7],
    });
  });

  test('declare one input a column in the order of the signature, unread ones too', () => {
    const { model, prefix, columns } = compileModel({ root, signature });
    expect(model.graph.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['x0', 'string', ['N', 1]],
      ['x1_counts', 'float64', ['N', 3]],
      ['x2', 'float64', ['N', 1]],
      ['x3', 'string', ['N', 1]],
    ]);
    expect(model.metadata).toMatchObject({ 'plimsoll.missing-string': MISSING_STRING });
    expect(prefix).toEqual([{ input: 'x1_counts', column: 1, step: vectorizer }]);
    expect(columns).toEqual([
      { input: 'x0', column: 0 },
      { input: 'x2', column: 2 },
      { input: 'x3', column: 3 },
    ]);
  });

  test('keep a text column as an input where another step reads it too', () => {
    const both: ModelStep = {
      ...base,
      kind: 'column-transformer',
      branches: [branch([0], oneHot), branch([0], vectorizer)],
    };
    const { model } = compileModel({ root: both, signature: tableSignature(['string'], ['transform']) });
    expect(model.graph.inputs.map(({ name }) => name).sort()).toEqual(['x0', 'x0_counts']);
  });

  test('take one matrix where every column is a number', async () => {
    const union: ModelStep = {
      ...base,
      kind: 'feature-union',
      branches: [
        { name: 'raw', step: { ...base, kind: 'function', function: 'identity' }, weight: null },
        { name: 'scaled', step: scaler, weight: 0.5 },
      ],
    };
    const numeric = tableSignature(numberTypes(1), ['transform']);
    const { transform } = await infer(union, numeric, [[3], [-0]]);
    expect(transform).toEqual({ dims: [2, 2], data: [3, 0.5, -0, -0.25] });
    const [input] = compileModel({ root: union, signature: numeric }).model.graph.inputs;
    expect(input).toEqual({ name: 'input', dtype: 'float64', shape: ['N', 1] });
  });

  test('name an input apart from an output of the same name', async () => {
    const columns = ['transform', '', 'transform_2'].map(
      (name) => ({ name, named: true, type: 'string', nullable: true }) as const,
    );
    const signature: Signature = { ...tableSignature([], ['transform']), form: 'table', columns };
    const { model } = compileModel({
      root: { ...root, branches: [branch([0], oneHot)] } as ModelStep,
      signature,
    });
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(['transform_2', 'column_1', 'transform_2_2']);
  });

  test('take any number of columns where the file does not say how many', async () => {
    const root: ModelStep = { ...base, kind: 'function', function: 'negative' };
    const signature: Signature = { ...tableSignature([], ['transform']), open: true } as Signature;
    expect((await infer(root, signature, [[1, 2, 3]]))['transform']).toEqual({
      dims: [1, 3],
      data: [-1, -2, -3],
    });
    expect(compileModel({ root, signature }).model.graph.outputs[0]!.shape).toEqual(['N', 'columns']);
  });

  test('answer strings as a matrix of strings', async () => {
    const imputer: ModelStep = {
      ...base,
      kind: 'simple-imputer',
      missing: { kind: 'null' },
      type: 'string',
      fill: ['q', null, 'r'],
      indicators: [],
    };
    const { transform } = await infer(
      imputer,
      tableSignature(['string', 'string', 'string'], ['transform']),
      [[null, 'dropped', 'ü']],
    );
    expect(transform).toEqual({ dims: [1, 2], data: ['q', 'ü'] });
  });
});

describe('rows that the library refuses', () => {
  const refusedBy = async (root: ModelStep, type: 'number' | 'string', rows: (number | string | null)[]) =>
    (
      await infer(
        root,
        tableSignature([type], ['transform']),
        rows.map((cell) => [cell]),
      )
    )['refused'];
  const huge = [1, Number.NaN, Infinity, -Infinity, 1e308, null];

  test('are marked where a step takes missing values but no infinities, or neither', async () => {
    expect((await refusedBy(scaler, 'number', huge))!.data).toEqual([0, 0, 1, 1, 0, 0]);
    const strict: ModelStep = { ...scaler, refusesMissing: true } as ModelStep;
    expect((await refusedBy(strict, 'number', huge))!.data).toEqual([0, 1, 1, 1, 0, 1]);
  });

  test('are marked for a category unknown under "error", not for a dropped one', async () => {
    const [column] = (oneHot as OneHotStep).columns;
    const slots = Int32Array.of(-1, 0, 1);
    const strict: ModelStep = {
      ...(oneHot as OneHotStep),
      unknown: 'error',
      columns: [{ ...column!, slots, width: 2 }],
    };
    expect((await refusedBy(strict, 'string', ['a', 'b', null, 'c']))!.data).toEqual([0, 0, 0, 1]);
    expect(await refusedBy(oneHot, 'string', ['a', 'c'])).toBeUndefined();
  });

  test('are marked for an unknown category of an ordinal encoder, whatever its codes', async () => {
    const root: ModelStep = {
      ...base,
      kind: 'category-table',
      columns: [
        {
          categories: { type: 'number', values: Float64Array.of(2, Number.NaN) },
          width: 1,
          rows: Float64Array.of(0, Number.NaN),
          unknown: null,
        },
      ],
    };
    expect((await refusedBy(root, 'number', [2, null, 3]))!.data).toEqual([0, 0, 1]);
  });

  test('are marked for a missing string that a table does not take, whatever it makes of unknown ones', async () => {
    const root: ModelStep = {
      ...base,
      kind: 'category-table',
      refusesMissing: true,
      columns: [
        {
          categories: { type: 'string', values: ['a'] },
          width: 2,
          rows: Float64Array.of(1, 2),
          unknown: Float64Array.of(0, 0),
        },
      ],
    };
    expect((await refusedBy(root, 'string', ['a', null, 'b']))!.data).toEqual([0, 1, 0]);
  });
});

describe('a model without a faithful graph', () => {
  const tangent: ModelStep = {
    ...base,
    kind: 'function',
    function: 'tan',
    origin: {
      path: 'steps.wave',
      class: 'sklearn.preprocessing._function_transformer.FunctionTransformer',
      offset: 77,
    },
  };
  const signature = tableSignature(numberTypes(1), ['transform']);

  test('is refused with the step, the field and what to do', () => {
    expect(() => compileModel({ root: pipeline(scaler, tangent), signature })).toThrowError(
      expect.objectContaining({
        code: 'MODEL_UNSUPPORTED',
        message: expect.stringMatching(
          /^Cannot compile steps\.wave .* at byte 77: func is numpy\.tan, .*--runtime native/,
        ),
      }),
    );
    expect(hasCompiler({ root: tangent, signature })).toBe(false);
    expect(hasCompiler({ root: scaler, signature })).toBe(true);
    expect(compileBlocker({ root: tangent, signature })).toMatchObject({
      path: 'steps.wave',
      offset: 77,
      field: 'func',
      found: 'numpy.tan',
    });
  });

  test.each([
    {
      what: 'a vectorizer behind another step',
      root: pipeline(scaler, vectorizer),
      types: numberTypes(1),
      message: /untouched string column/,
    },
    {
      what: 'a scaler over strings',
      root: scaler,
      types: ['string'] as const,
      message: /input column 0 is a string column/,
    },
    {
      what: 'string categories over numbers',
      root: oneHot,
      types: numberTypes(1),
      message: /categories_\[0\] is strings over a column of numbers/,
    },
    {
      what: 'strings and numbers in one answer',
      root: pipeline(),
      types: ['string', 'number'] as const,
      message: /strings and numbers in one matrix/,
    },
  ])('is refused for $what', ({ root, types, message }) => {
    const compile = () => compileModel({ root, signature: tableSignature(types, ['transform']) });
    expect(compile).toThrowError(message);
  });
});

describe('the certificate', () => {
  test('lists every step once with its own operators; a composition promises what its least exact step does', () => {
    const scaled = pipeline(scaler, { ...base, kind: 'function', function: 'log1p' });
    const { certificate } = compileModel({
      root: scaled,
      signature: tableSignature(numberTypes(1), ['transform']),
    });
    expect(certificate.map(({ ops, exactness }) => [ops, exactness])).toEqual([
      [[], 'ulp'],
      [['Sub', 'Div'], 'bit-exact'],
      [expect.arrayContaining(['Log', 'Where']), 'ulp'],
    ]);
  });

  test('holds metadata in the model', () => {
    const plan = compileModel(
      { root: scaler, signature: tableSignature(numberTypes(1), ['transform']) },
      { source: 'sha256:1' },
    );
    expect(plan.model.metadata).toEqual({ source: 'sha256:1', 'plimsoll.refused': 'refused' });
  });
});
