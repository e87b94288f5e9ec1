import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../../core/errors.ts';
import { runs } from '../../core/testing/runs.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import { type DecodeOptions, decodeInput } from './decode.ts';
import type { InputDetail } from './input-errors.ts';

const number = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  named: true,
  type: 'number',
  nullable: false,
  ...more,
});
const table = (...columns: ColumnSpec[]): Signature => ({
  form: 'table',
  columns,
  outputs: [],
  classes: null,
});

const NUMBERS = table(number('age'), number('fare', { nullable: true }));
const OPEN: Signature = { form: 'table', columns: [], open: true, outputs: [], classes: null };
const PORTS = ['C', 'Q', 'S', null];
const MIXED = table(
  number('age'),
  number('port', { type: 'string', nullable: true, categories: PORTS, unknown: 'error' }),
  number('deck', { type: 'string', categories: ['A', 'B'], unknown: 'ignore' }),
);
const TEXT: Signature = {
  form: 'text',
  columns: [number('text', { type: 'string', named: false })],
  outputs: [],
  classes: null,
};

function refusal(body: unknown, signature: Signature, options?: DecodeOptions): readonly InputDetail[] {
  try {
    decodeInput(body, signature, options);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'INPUT_INVALID')
      return error.details['detail'] as InputDetail[];
    throw error;
  }
  throw new Error('the rows were accepted');
}

const matrix = (rows: number, data: number[]) => ({
  kind: 'matrix',
  rows,
  width: data.length / rows,
  data: Float64Array.from(data),
});

test('every form of input gives the same two rows', () => {
  const rows = [
    [1, 2],
    [3, 4],
  ];
  const records = [
    { age: 1, fare: 2 },
    { fare: 4, age: 3 },
  ];
  const columns = { age: [1, 3], fare: [2, 4] };
  const bodies: unknown[] = [
    rows,
    records,
    columns,
    { rows },
    { rows: records },
    { rows: columns },
    { instances: rows },
    { instances: records, parameters: {} },
    { inputs: rows },
    { inputs: records },
    { inputs: columns },
    { dataframe_records: records },
    { dataframe_split: { data: rows } },
    { dataframe_split: { columns: ['age', 'fare'], index: [0, 1], data: rows } },
    {
      dataframe_split: {
        columns: ['fare', 'age'],
        data: [
          [2, 1],
          [4, 3],
        ],
      },
    },
  ];
  for (const body of bodies)
    expect(decodeInput(body, NUMBERS), JSON.stringify(body)).toEqual(matrix(2, [1, 2, 3, 4]));
});

test('a bare row is one row, as an object or as a list in signature order', () => {
  for (const body of [{ age: 1, fare: null }, [1, null], { inputs: { age: 1, fare: 'NaN' } }]) {
    expect(decodeInput(body, NUMBERS)).toEqual(matrix(1, [1, NaN]));
  }
});

test('a bad cell is named by row and column', () => {
  const rows = [1, 2, 3, 'n/a'].map((age) => ({ age, fare: 0 }));
  expect(refusal({ rows }, NUMBERS)).toEqual([
    {
      type: 'number_type',
      loc: ['body', 'rows', 3, 'age'],
      msg: 'row 3, column "age": expected a number, got "n/a"',
      input: 'n/a',
    },
  ]);
  expect(refusal({ age: 'n/a', fare: 0 }, NUMBERS)[0]?.loc).toEqual(['body', 'age']);
  expect(refusal([[1, 'x']], NUMBERS)[0]?.loc).toEqual(['body', 0, 'fare']);
  expect(refusal({ inputs: { age: [1, 'x'], fare: [1, 2] } }, NUMBERS)[0]?.loc).toEqual([
    'body',
    'inputs',
    'age',
    1,
  ]);
  const split = { dataframe_split: { columns: ['fare', 'age'], data: [[1, 'x']] } };
  expect(refusal(split, NUMBERS)[0]?.loc).toEqual(['body', 'dataframe_split', 'data', 0, 'age']);
});

test('every bad cell is reported, up to a limit', () => {
  const bad = (count: number) => ({ rows: Array.from({ length: count }, () => ['x', 1]) });
  expect(refusal(bad(100), NUMBERS)).toHaveLength(100);
  const many = refusal(bad(5000), NUMBERS);
  expect(many).toHaveLength(101);
  expect(many.at(-1)).toMatchObject({ type: 'too_many_errors', msg: 'stopped after 100 problems' });
});

test('an absent column is an error even where null is allowed, and a slip is recognised', () => {
  expect(refusal({ age: 1 }, NUMBERS)).toEqual([
    {
      type: 'missing',
      loc: ['body', 'fare'],
      msg: 'row 0, column "fare": absent; send null for a missing value',
    },
  ]);
  const [extra, absent] = refusal({ Age: 1, fare: 2 }, NUMBERS);
  expect(extra?.msg).toBe('row 0: column "Age": the model has no such column; did you mean "age"?');
  expect(absent?.msg).toBe('row 0, column "age": absent; is it misspelt as "Age"?');
});

test('extra columns are refused, and ignored only where a protocol says so', () => {
  const body = { rows: [{ age: 1, fare: 2, id: 7 }] };
  expect(refusal(body, NUMBERS)[0]).toMatchObject({
    type: 'extra_forbidden',
    loc: ['body', 'rows', 0, 'id'],
  });
  expect(decodeInput(body, NUMBERS, { extra: 'ignore' })).toEqual(matrix(1, [1, 2]));
});

test('null is missing only where the model takes missing values', () => {
  expect(refusal([[null, 1]], NUMBERS)[0]).toMatchObject({
    type: 'missing_value',
    msg: 'row 0, column "age": expected a number, got a missing value, and the model takes none here',
  });
  expect(refusal([['NaN', 1]], NUMBERS)[0]?.type).toBe('missing_value');
  expect(decodeInput([['-Infinity', null]], NUMBERS)).toEqual(matrix(1, [-Infinity, NaN]));
});

test('strings are never turned into numbers, nor numbers into strings', () => {
  expect(refusal([['5', 1]], NUMBERS)[0]?.msg).toBe('row 0, column "age": expected a number, got "5"');
  expect(refusal([[1, 5, 'A']], MIXED)[0]?.msg).toBe('row 0, column "port": expected a string, got 5');
});

test('an unknown category is refused or passed on as the column says', () => {
  expect(decodeInput([{ age: 1, port: null, deck: 'Z' }], MIXED)).toEqual({
    kind: 'table',
    rows: 1,
    columns: [Float64Array.of(1), [null], ['Z']],
  });
  expect(refusal([{ age: 1, port: 's', deck: 'A' }], MIXED)[0]).toMatchObject({
    type: 'unknown_category',
    msg: 'row 0, column "port": expected one of the known categories "C", "Q", "S", null, got "s"; did you mean "S"?',
  });
});

test('text models take bare strings', () => {
  const wanted = { kind: 'table', rows: 2, columns: [['good', 'bad']] };
  for (const body of [['good', 'bad'], { rows: ['good', 'bad'] }, { instances: [['good'], ['bad']] }]) {
    expect(decodeInput(body, TEXT)).toEqual(wanted);
  }
  expect(decodeInput('good', TEXT)).toEqual({ kind: 'table', rows: 1, columns: [['good']] });
  expect(refusal({ rows: ['good', 3] }, TEXT)[0]?.loc).toEqual(['body', 'rows', 1]);
});

test('zero rows are an error in every form', () => {
  const bodies = [
    [],
    { rows: [] },
    { inputs: { age: [], fare: [] } },
    { dataframe_split: { columns: ['age', 'fare'], data: [] } },
  ];
  for (const body of bodies) expect(refusal(body, NUMBERS)[0]?.type, JSON.stringify(body)).toBe('too_short');
});

test('a body with two kinds of rows, or with something unknown beside them, is refused', () => {
  expect(refusal({ rows: [[1, 2]], instances: [[1, 2]] }, NUMBERS)[0]?.msg).toContain(
    'got both rows and instances',
  );
  expect(refusal({ rows: [[1, 2]], columns: ['fare', 'age'] }, NUMBERS)[0]).toMatchObject({
    loc: ['body', 'columns'],
  });
});

test('a column may be called as an envelope or as a member of every object', () => {
  const odd = table(number('rows'), number('constructor'), number('__proto__'));
  expect(decodeInput(JSON.parse('{"rows":1,"constructor":2,"__proto__":3}'), odd)).toEqual(
    matrix(1, [1, 2, 3]),
  );
  expect(decodeInput(JSON.parse('{"rows":[{"rows":1,"constructor":2,"__proto__":3}]}'), odd)).toEqual(
    matrix(1, [1, 2, 3]),
  );
  expect(refusal({ rows: 1 }, odd).map((detail) => detail.loc.at(-1))).toEqual(['constructor', '__proto__']);
});

test('bodies that hold no rows say what was expected', () => {
  for (const body of [undefined, null, 'x', 5, true]) {
    expect(refusal(body, NUMBERS)[0]?.msg).toMatch(
      /^expected a row, \{"rows": \[…\]\} or a list of rows, got /,
    );
  }
  expect(refusal({ rows: 3 }, NUMBERS)[0]?.msg).toBe('"rows": expected a list of rows, got 3');
  expect(refusal({ dataframe_split: [] }, NUMBERS)[0]?.type).toBe('list_type');
  expect(refusal({ dataframe_split: { columns: ['age', 'age'], data: [] } }, NUMBERS)[0]?.type).toBe(
    'duplicate_column',
  );
});

test('announcing many rows reserves no memory before they are read', () => {
  const wide = table(...Array.from({ length: 10_000 }, (_, j) => number(`c${j}`)));
  const rows = new Array(1_000_000).fill([]);
  expect(refusal({ rows }, wide)).toHaveLength(101);
});

const TENSORS: Signature = {
  form: 'tensors',
  tensors: [
    { name: 'x', dtype: 'float32', shape: [-1, 2] },
    { name: 'n', dtype: 'int64', shape: [-1, 1] },
  ],
  outputs: [],
  classes: null,
};

test('tensor inputs come row by row, by position, or as whole tensors', () => {
  const rows = [
    { x: [1, 2], n: 7 },
    { x: [3, 4], n: ['9007199254740993'] },
  ];
  const positional = rows.map(({ x, n }) => [x, n]);
  const whole = {
    x: [
      [1, 2],
      [3, 4],
    ],
    n: [[7], ['9007199254740993']],
  }; // prettier-ignore
  const frame = { dataframe_split: { columns: ['n', 'x'], data: rows.map(({ x, n }) => [n, x]) } };
  for (const body of [rows, { rows }, { instances: positional }, whole, { inputs: whole }, frame]) {
    expect(decodeInput(body, TENSORS), JSON.stringify(body)).toEqual({
      kind: 'tensors',
      rows: 2,
      tensors: {
        x: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
        n: { dtype: 'int64', shape: [2, 1], data: BigInt64Array.of(7n, 9007199254740993n) },
      },
    });
  }
});

test('a bad element of a tensor is named by its place', () => {
  expect(refusal({ rows: [{ x: [1, 'a'], n: 1.5 }] }, TENSORS)).toMatchObject([
    {
      loc: ['body', 'rows', 0, 'x', 1],
      msg: 'row 0, input "x": expected a number that float32 can hold, got "a"',
    },
    { type: 'int_type' },
  ]);
  expect(refusal([{ x: [1, 2, 3], n: 1 }], TENSORS)[0]?.msg).toBe(
    'row 0, input "x": expected a list of 2, got a list of 3',
  );
  expect(refusal([{ x: [1, 2] }], TENSORS)[0]).toMatchObject({ type: 'missing', loc: ['body', 0, 'n'] });
});

test('an ignored column takes any value, or none', () => {
  const signature = table(number('age'), number('note', { ignored: true, nullable: true }));
  const expected = matrix(1, [7, NaN]);
  for (const body of [{ age: 7, note: 'free text' }, { age: 7 }, { rows: [[7, { any: 'thing' }]] }])
    expect(decodeInput(body, signature)).toEqual(expected);
  const split = { columns: ['age'], data: [[7]] };
  expect(decodeInput({ dataframe_split: split }, signature)).toEqual(expected);
  expect(decodeInput({ inputs: { age: [7] } }, signature)).toEqual(expected);
  expect(refusal([[7]], signature)[0]?.type).toBe('row_length');
});

test('a number too large for the model is refused, an infinity too unless the model takes it', () => {
  const signature = table(number('age', { largest: 3.4028235677973362e38 }), number('fare'));
  expect(decodeInput([[3.4e38, Infinity]], signature)).toEqual(matrix(1, [3.4e38, Infinity]));
  expect(refusal([[1e39, 1]], signature)[0]?.msg).toBe(
    'row 0, column "age": expected a finite number that float32 can hold, got 1e+39',
  );
  expect(refusal([['-Infinity', 1]], signature)[0]?.type).toBe('finite_number');
});

test('any JSON value is rows or a named complaint, never another error', () => {
  const key = fc.constantFrom(
    'age',
    'fare',
    'port',
    'deck',
    'x',
    'n',
    'rows',
    'inputs',
    'instances',
    'dataframe_split',
    'columns',
    'data',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.integer(),
      fc.constantFrom(null, true, 'C', 'NaN', '7'),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(NUMBERS, MIXED, TEXT, TENSORS, OPEN), (body, signature) => {
      try {
        expect(decodeInput(body, signature).rows).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toMatchObject({ code: 'INPUT_INVALID', details: { detail: expect.any(Array) } });
      }
    }),
    { numRuns: runs(1000) },
  );
});
