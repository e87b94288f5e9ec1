import { describe, expect, test } from 'vitest';
import type { ColumnSpec, Signature, TensorSpec } from '../model/signature.ts';
import { bindInputs, cellTypes } from './bind.ts';

const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  named: true,
  type: 'number',
  nullable: true,
  ...more,
});
const table = (...columns: ColumnSpec[]): Signature => ({
  form: 'table',
  columns,
  outputs: [],
  classes: null,
});
const tensors = (...specs: [string, TensorSpec['dtype'], ...number[]][]): Signature => ({
  form: 'tensors',
  tensors: specs.map(([name, dtype, ...shape]) => ({ name, dtype, shape })),
  outputs: [],
  classes: null,
});
const people = table(column('age'), column('city', { type: 'string' }), column('member', { type: 'bool' }));
const unnamed = table(column('x0', { named: false }), column('x1', { named: false }));

/** `id a b:VARCHAR` */
const available = (text: string) =>
  text.split(' ').map((word) => {
    const [name, type = 'DOUBLE'] = word.split(':');
    return { name: name!, type };
  });
const roles = { key: 'id', columns: ['note'], features: null };

const refusal = (signature: Signature, columns: string, features: string[] | null = null): string => {
  try {
    bindInputs(signature, available(columns), { ...roles, features });
    return 'bound';
  } catch (error) {
    expect(error).toMatchObject({ code: 'INPUT_COLUMNS' });
    return (error as Error).message.replace('Cannot bind the columns of the input to the model: ', '');
  }
};

describe('a model that knows the names of its columns', () => {
  test('finds them by name, in its order, whatever else there is', () => {
    expect(bindInputs(people, available('id city:VARCHAR note x member:BOOLEAN age'), roles)).toEqual([
      'age',
      'city',
      'member',
    ]);
  });

  test('may read the key and what is carried, too', () => {
    const signature = table(column('id'), column('note'));
    expect(bindInputs(signature, available('id note other'), roles)).toEqual(['id', 'note']);
  });

  test('is refused once for all that is missing, with what may have been meant', () => {
    expect(refusal(people, 'id Age membr citty')).toBe(
      'missing "age" (is it misspelt as "Age"?), "city" (is it misspelt as "citty"?), "member" (is it misspelt as "membr"?); there is "id", "Age", "membr", "citty"',
    );
    const wide = table(...Array.from({ length: 500 }, (_, j) => column(`feature ${j} of many`)));
    expect(refusal(wide, 'id zzz')).toMatch(
      /^missing "feature 0 of many".*, … \(500 in all\); there is "id", "zzz"$/,
    );
  });

  test('takes features by name where they are its names, in whatever order, else by place', () => {
    const columns = available('id a b:VARCHAR c:BOOLEAN age city:VARCHAR member:BOOLEAN');
    const bind = (...features: string[]) => bindInputs(people, columns, { ...roles, features });
    expect(bind('member', 'age', 'city')).toEqual(['age', 'city', 'member']);
    expect(bind('a', 'b', 'c')).toEqual(['a', 'b', 'c']);
    expect(refusal(people, 'id a b', ['a', 'b'])).toBe('it wants 3 columns, got 2 in --features: "a", "b"');
    expect(refusal(people, 'id a b', ['a', 'b', 'colour'])).toBe('missing "colour"; there is "id", "a", "b"');
  });

  test('is not asked for columns that none of its steps reads', () => {
    const signature = table(column('age'), column('gone', { ignored: true }), column('city'));
    expect(bindInputs(signature, available('id age city'), roles)).toEqual(['age', 'city']);
    expect(bindInputs(signature, available('id a b c'), { ...roles, features: ['a', 'b', 'c'] })).toEqual([
      'a',
      'c',
    ]);
    expect(bindInputs(signature, available('id a b c'), { ...roles, features: ['a', 'b'] })).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('a model that knows no names', () => {
  test('takes all that is neither key nor carried, in the order of the input', () => {
    expect(bindInputs(unnamed, available('b note id a'), roles)).toEqual(['b', 'a']);
    expect(bindInputs(unnamed, available('id note a'), { ...roles, features: ['note', 'a'] })).toEqual([
      'note',
      'a',
    ]);
  });

  test('is refused where there are more or fewer', () => {
    expect(refusal(unnamed, 'id a b c')).toBe(
      'it knows no names of columns and wants 2 columns, got 3 that are neither key nor carried: "a", "b", "c"',
    );
    expect(refusal(unnamed, 'id note')).toMatch(/got 0 that are neither key nor carried: nothing$/);
  });

  test('takes one text, one label, or any number of columns where its file does not say how many', () => {
    const text: Signature = {
      ...table(column('text', { named: false, type: 'string' })),
      form: 'text',
    } as Signature;
    expect(bindInputs(text, available('id review:VARCHAR'), roles)).toEqual(['review']);
    const open: Signature = { form: 'table', columns: [], open: true, outputs: [], classes: null };
    expect(bindInputs(open, available('id a b c note'), roles)).toEqual(['a', 'b', 'c']);
    expect(refusal(open, 'id note')).toMatch(/wants at least one column, got 0/);
  });
});

describe('a graph', () => {
  test('takes one matrix as a column of lists of its name, or as so many columns', () => {
    const graph = tensors(['x', 'float32', -1, 3]);
    expect(bindInputs(graph, available('id x:FLOAT[] a'), roles)).toEqual(['x']);
    expect(bindInputs(graph, available('id x:FLOAT[3] a'), roles)).toEqual(['x']);
    expect(bindInputs(graph, available('id a b x'), roles)).toEqual(['a', 'b', 'x']);
    expect(refusal(graph, 'id a b')).toMatch(/wants 3 columns, got 2/);
    expect(bindInputs(graph, available('id v:FLOAT[] a'), { ...roles, features: ['v'] })).toEqual(['v']);
    expect(bindInputs(tensors(['x', 'float32', -1, -1]), available('id a b'), roles)).toEqual(['a', 'b']);
  });

  test('finds several inputs, and those of more dimensions, by name', () => {
    const two = tensors(['n', 'int64', -1], ['s', 'string', -1, 1]);
    expect(bindInputs(two, available('id s:VARCHAR n:BIGINT z'), roles)).toEqual(['n', 's']);
    expect(
      bindInputs(tensors(['image', 'float32', -1, 2, 2]), available('id image:DOUBLE[][]'), roles),
    ).toEqual(['image']);
    expect(bindInputs(two, available('id a:BIGINT b:VARCHAR'), { ...roles, features: ['a', 'b'] })).toEqual([
      'a',
      'b',
    ]);
    expect(refusal(two, 'id s:VARCHAR z')).toMatch(/^missing "n"; there is/);
  });
});

test('types that hold no cell of a model are refused before any row is read', () => {
  expect(refusal(unnamed, 'id a:TIMESTAMP b:DATE')).toBe(
    '"a" is TIMESTAMP, "b" is DATE; numbers, texts or booleans were wanted: cast them in the source',
  );
  expect(refusal(unnamed, 'id a b:DOUBLE[]')).toMatch(/^"b" is DOUBLE\[\]; .*: cast it in the source$/);
});

test('cells have the type that the model takes, lists where a column is a whole input', () => {
  expect([...cellTypes(people, ['a', 'b', 'c'])]).toEqual([
    ['a', 'number'],
    ['b', 'string'],
    ['c', 'bool'],
  ]);
  const graph = tensors(['x', 'float32', -1, 2]);
  expect([...cellTypes(graph, ['a', 'b']).values()]).toEqual(['number', 'number']);
  expect([...cellTypes(graph, ['x']).values()]).toEqual(['list']);
  const mixed = tensors(
    ['n', 'int64', -1],
    ['s', 'string', -1, 1],
    ['b', 'bool', -1, 1],
    ['m', 'float32', -1, 2, 2],
  );
  expect([...cellTypes(mixed, ['n', 's', 'b', 'm']).values()]).toEqual(['number', 'string', 'bool', 'list']);
});
