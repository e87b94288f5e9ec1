import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../limits.ts';
import { dtypeName, fieldColumn, isNumeric, scalarValue, toValues } from '../numpy/decode.ts';
import { className } from './access.ts';
import { readPickle } from './read.ts';
import { isType, type PyArray, type PyList, type PyTuple, type PyValue } from './value.ts';

/** Pickles of real Pythons with what they hold, written by tools/fixtures/pickles.py. */
const FOLDER = join(import.meta.dirname, '../../../fixtures/pickles');

type Json = null | boolean | string | number | Json[] | { [key: string]: Json };

const context = { limits: DEFAULT_LIMITS, now: () => 0 };

function hexOf(value: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return Buffer.from(bytes).toString('hex');
}

/** The value in the words of the Python script. */
function tell(value: PyValue): Json {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return { type: 'str', value };
  if (typeof value === 'bigint') return { type: 'int', value: String(value) };
  if (value instanceof Uint8Array) return { type: 'bytes', value: Buffer.from(value).toString('hex') };
  switch (value.type) {
    case 'int':
      return { type: 'int', value: String(value.value) };
    case 'float':
      return { type: 'float', value: hexOf(value.value) };
    case 'complex':
      return { type: 'complex', value: [hexOf(value.real), hexOf(value.imaginary)] };
    case 'dict':
      return { type: 'dict', entries: value.entries.map((entry) => entry.map(tell)) };
    case 'array':
      return tellArray(value);
    case 'scalar':
      return { type: 'scalar', dtype: dtypeName(value.dtype), value: tell(scalarValue(value)) };
    case 'dtype':
      return { type: 'dtype', dtype: dtypeName(value) };
    case 'global':
      return { type: 'global', name: value.name };
    case 'object':
      return tellObject(value);
    default:
      return { type: value.type, items: value.items.map(tell) };
  }
}

function tellArray(array: PyArray): Json {
  const base = { type: 'array', dtype: dtypeName(array.dtype), shape: [...array.shape] };
  if (array.dtype.code === 'c') return base;
  const { fields } = array.dtype;
  if (fields === null) return { ...base, items: toValues(array).map(tell) };
  const numeric = fields.filter((field) => isNumeric(field.dtype));
  return {
    ...base,
    dtype: fields.map((field) => field.name).sort(),
    fields: Object.fromEntries(
      numeric.map(({ name }) => [name, Array.from(fieldColumn(array, name), hexOf)]),
    ),
  };
}

function tellObject(value: Extract<PyValue, { type: 'object' }>): Json {
  if (value.cls.name === 'slice') return { type: 'object', class: 'slice', args: value.args.map(tell) };
  const base = { type: 'object', class: className(value) };
  if (value.entries.length > 0) return { ...base, entries: value.entries.map((entry) => entry.map(tell)) };
  const state = isType(value.state, 'dict') && value.state.entries.length === 0 ? null : tell(value.state);
  return value.items.length > 0 ? { ...base, state, items: value.items.map(tell) } : { ...base, state };
}

const pickles = readdirSync(FOLDER).filter((name) => name.endsWith('.pkl'));

describe.each(pickles)('%s', (file) => {
  const python = file.replace(/-p\d\.pkl$/, '');
  const expected = JSON.parse(readFileSync(join(FOLDER, `${python}.json`), 'utf8')).values as Record<
    string,
    Json
  >;
  const { root, globals } = readPickle(readFileSync(join(FOLDER, file)), context);
  const cases = (root as PyList).items.map((item) => (item as PyTuple).items as readonly [string, PyValue]);

  it('holds nearly all of the cases of the script', () => {
    expect(cases.length).toBeGreaterThan(55);
  });

  it.each(cases)('reads %s as Python wrote it', (name, value) => {
    const found = tell(value);
    // NaN has many bit patterns.
    if (name === 'nan') expect(isType(value, 'float') && Number.isNaN(value.value)).toBe(true);
    else expect(found).toEqual(expected[name]);
  });

  it('keeps shared references shared', () => {
    const shared = cases.find(([name]) => name === 'shared')![1] as PyList;
    expect(shared.items[0]).toBe(shared.items[1]);
  });

  it('names every global with an offset inside the file', () => {
    expect(globals.map((global) => `${global.module}.${global.name}`)).toContain('fixture.Plain');
    expect(globals.every((global) => global.offset > 0)).toBe(true);
  });
});
