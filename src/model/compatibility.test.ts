import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../core/testing/runs.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { compatibility } from './compatibility.ts';
import type { ColumnSpec, OutputSpec, Signature, TensorSpec } from './signature.ts';

const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  named: true,
  type: 'number',
  nullable: false,
  ...more,
});
type Table = Extract<Signature, { columns: readonly ColumnSpec[] }>;
const table = (...columns: ColumnSpec[]): Table => ({
  form: 'table',
  columns,
  outputs: [],
  classes: null,
});
const tensors = (...specs: TensorSpec[]): Signature => ({
  form: 'tensors',
  tensors: specs,
  outputs: [],
  classes: null,
});
const outputs = (...specs: OutputSpec[]): Signature => ({ ...table(), outputs: specs });
const breaking = (before: Signature, after: Signature): string[] =>
  compatibility(before, after).breaking.map(({ text }) => text);
const compatible = (before: Signature, after: Signature): string[] =>
  compatibility(before, after).compatible.map(({ text }) => text);

test('a signature is compatible with itself, without a word', () => {
  const signature = table(column('a'), column('b', { type: 'string', categories: ['x'], unknown: 'error' }));
  expect(compatibility(signature, structuredClone(signature))).toEqual({ breaking: [], compatible: [] });
});

test('inputs that come and go are named', () => {
  const before = table(column('age'), column('fare'));
  const after = table(column('age'), column('income', { nullable: true }));
  expect(breaking(before, after)).toEqual([
    'input "fare" is gone: rows that hold it are refused',
    'input "income" is new: rows without it are refused, though it may be null',
  ]);
});

test('columns in another order would be misread in rows as lists', () => {
  expect(breaking(table(column('a'), column('b')), table(column('b'), column('a')))).toEqual([
    'the order of the columns changed from a, b to b, a: rows as lists are misread',
  ]);
});

test('types, missing values and categories are compared value by value', () => {
  const city = (categories: string[], unknown: 'error' | 'ignore' = 'error'): Signature =>
    table(column('city', { type: 'string', categories, unknown }));
  expect(breaking(table(column('a')), table(column('a', { type: 'string' })))).toEqual([
    'input "a" is a string, it was a number',
  ]);
  expect(compatible(table(column('a', { type: 'bool' })), table(column('a')))).toEqual([
    'input "a" may be any number, it was true or false',
  ]);
  const counted = ': such rows are refused, and its rollout counts them as failures';
  expect(compatible(table(column('a', { nullable: true })), table(column('a')))).toEqual([
    `input "a" may not be missing any more${counted}`,
  ]);
  expect(compatible(city(['Bern', 'Rome']), city(['Bern']))).toEqual([
    `input "city" may not be "Rome" any more${counted}`,
  ]);
  expect(breaking(table(column('city', { type: 'string' })), city(['Bern']))).toEqual([
    'input "city" is refused now unless it is one of "Bern"',
  ]);
  expect(compatible(city(['Bern', 'Rome']), city(['Bern', 'Oslo', 'Rome']))).toEqual([
    'input "city" may be "Oslo" now',
  ]);
  expect(compatible(city(['Bern', 'Rome'], 'ignore'), city(['Bern'], 'ignore'))).toEqual([
    'input "city" counts as unknown where it is "Rome"',
  ]);
  expect(compatible(city(['Bern'], 'ignore'), city(['Bern']))).toEqual([
    `input "city" is refused now unless it is one of "Bern"${counted}`,
  ]);
});

test('names for columns that had none break nobody; names that are lost do', () => {
  const bare = table(column('x0', { named: false }), column('x1', { named: false }));
  const named = table(column('age'), column('fare'));
  expect(breaking(bare, named)).toEqual([]);
  expect(breaking(named, bare)).toEqual(['the columns have no names any more: rows by name are refused']);
  expect(breaking(bare, table(column('x0', { named: false })))).toEqual(['rows have 1 columns, they had 2']);
});

test('another form of input is one difference, not hundreds', () => {
  const text: Signature = { ...table(column('text', { type: 'string', named: false })), form: 'text' };
  expect(breaking(table(column('a'), column('b')), text)).toEqual([
    'the inputs are one text a row, they were rows of columns',
  ]);
});

test('a model that takes rows of any width may follow numbers, not the other way round', () => {
  const open: Signature = { ...table(), open: true };
  expect(breaking(table(column('a')), open)).toEqual([]);
  expect(breaking(open, table(column('a')))).toEqual([
    'rows have exactly 1 columns, any number was accepted',
  ]);
});

test('tensors may widen, and their free dimensions must stay free', () => {
  const x = (dtype: TensorSpec['dtype'], shape: number[]): Signature => tensors({ name: 'x', dtype, shape });
  expect(breaking(x('int64', [-1, 4]), x('float32', [-1, 4]))).toEqual([]);
  expect(breaking(x('float32', [-1, 4]), x('int64', [-1, 4]))).toEqual([
    'input "x" is int64, it was float32',
  ]);
  expect(breaking(x('uint8', [-1]), x('int8', [-1]))).toHaveLength(1);
  expect(breaking(x('uint8', [-1]), x('int16', [-1]))).toEqual([]);
  expect(breaking(x('float32', [-1, 4]), x('float32', [-1, -1]))).toEqual([]);
  expect(breaking(x('float32', [-1, -1]), x('float32', [-1, 4]))).toEqual([
    'input "x" has the shape [N, 4], it had [N, N]',
  ]);
});

test('outputs must keep their names, types, shapes and classes', () => {
  const score: OutputSpec = { name: 'predict_proba', dtype: 'float64', shape: [-1, 2] };
  const label: OutputSpec = { name: 'predict', dtype: 'int64', shape: [-1] };
  expect(breaking(outputs(label, score), outputs(label))).toEqual(['output "predict_proba" is gone']);
  expect(breaking(outputs(label), outputs(label, score))).toEqual([]);
  expect(breaking(outputs(score), outputs({ ...score, dtype: 'float32' }))).toEqual([]);
  expect(breaking(outputs(label), outputs({ ...label, dtype: 'string' }))).toEqual([
    'output "predict" is string, it was int64',
  ]);
  expect(breaking(outputs(score), outputs({ ...score, shape: [-1, 3] }))).toEqual([
    'output "predict_proba" has the shape [N, 3], it had [N, 2]',
  ]);
  expect(breaking(outputs(score), outputs({ ...score, parts: 2 }))).toHaveLength(1);
});

test('classes that come or change their order are said once, whatever outputs they shape', () => {
  const model = (...values: string[]): Signature => {
    const classes = { type: 'string', values } as const;
    return {
      ...table(),
      outputs: [
        { name: 'predict', dtype: 'string', shape: [-1], classes },
        { name: 'predict_proba', dtype: 'float64', shape: [-1, values.length], classes },
      ],
      classes,
    };
  };
  expect(breaking(model('no', 'yes'), model('no', 'perhaps', 'yes'))).toEqual([
    'the classes changed: "perhaps" is new',
  ]);
  expect(breaking(model('no', 'yes'), model('yes', 'no'))).toEqual([
    'the classes changed their order from "no", "yes" to "yes", "no"',
  ]);
});

test('a long name or list of categories does not become a long message', () => {
  const huge = 'n'.repeat(100_000);
  const categories = Array.from({ length: 5000 }, (_, i) => `category ${i}`);
  const before = table(column(huge, { type: 'string', categories, unknown: 'error' }));
  const [text] = compatible(
    before,
    table(column(huge, { type: 'string', categories: [], unknown: 'error' })),
  );
  expect(text!.length).toBeLessThan(600);
  expect(text).toContain('(5000 in all)');
});

const CATEGORIES = ['x', 'y', 'z'];
const spec = (name: string): fc.Arbitrary<ColumnSpec> =>
  fc
    .record({
      type: fc.constantFrom('number', 'string', 'bool'),
      nullable: fc.boolean(),
      ignored: fc.boolean(),
      categorical: fc.boolean(),
      unknown: fc.constantFrom('error', 'ignore'),
      subset: fc.integer({ min: 1, max: 7 }),
    })
    .map(({ type, nullable, ignored, categorical, unknown, subset }): ColumnSpec => {
      const pool = type === 'number' ? [2, 3, 4] : type === 'bool' ? [false, true] : CATEGORIES;
      const categories = pool.filter((_, i) => subset & (1 << i));
      const some = categorical && categories.length > 0 ? { categories, unknown } : {};
      return { name, named: true, type, nullable, ...some, ...(ignored ? { ignored: true as const } : {}) };
    }) as fc.Arbitrary<ColumnSpec>;
const someTable: fc.Arbitrary<Table> = fc
  .subarray(['a', 'b', 'c'], { minLength: 1 })
  .chain((names) => fc.shuffledSubarray(names, { minLength: names.length }))
  .chain((names) => fc.tuple(...names.map(spec)))
  .map((columns) => table(...columns));

const VALUES = [null, 0, 1, 2, 3, 4, 7.5, true, false, 'x', 'y', 'z', 'other'];
const accepts = (signature: Signature, row: unknown): boolean => {
  try {
    decodeInput({ rows: [row] }, signature);
    return true;
  } catch {
    return false;
  }
};

/** Rows that the signature accepts, each value of each column among them, as lists and by name. */
function acceptedRows({ columns }: Table): unknown[] {
  const choices = columns.map((spec) => VALUES.filter((value) => accepts(table(spec), [value])));
  const base: unknown[] = choices.map((values) => values[0]);
  const rows = choices.flatMap((values, j) => values.map((value) => base.with(j, value)));
  return rows.flatMap((row) => [row, Object.fromEntries(columns.map(({ name }, j) => [name, row[j]]))]);
}

/** `after`, where it also takes what is for a rollout to count: categories and missing values that `before` took. */
const lenient = (after: Table, before: Table): Table =>
  table(
    ...after.columns.map((column): ColumnSpec => {
      const known = before.columns.find(({ name }) => name === column.name);
      if (known === undefined || known.ignored) return column;
      const nullable = column.nullable || known.nullable;
      const isCategorical = column.categories && known.categories && column.type === known.type;
      return { ...column, nullable, ...(isCategorical ? { unknown: 'ignore' as const } : {}) };
    }),
  );

test('a change of inputs is breaking exactly where some row is refused whatever its values, or is misread', () => {
  fc.assert(
    fc.property(someTable, someTable, (before, after) => {
      const rows = acceptedRows(before);
      const refused = rows.some((row) => !accepts(lenient(after, before), row));
      const names = ({ columns }: Table): string => columns.map(({ name }) => name).join();
      expect(compatibility(before, after).breaking.length > 0).toBe(
        refused || names(before) !== names(after),
      );
    }),
    { numRuns: runs(3000), seed: 20261126 },
  );
});
