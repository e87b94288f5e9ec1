import { expect, test } from 'vitest';
import { pyDict, pyFloat } from '../pickle/construct.ts';
import type { PyValue } from '../pickle/value.ts';
import { readFunctionTransformer } from './function.ts';
import { floats, instance, int, testReading } from './testing/values.ts';

const read = (module: string, name: string, more: Record<string, unknown> = {}) =>
  readFunctionTransformer(
    testReading().view(
      instance('sklearn.preprocessing._function_transformer.FunctionTransformer', {
        func: { type: 'global', module, name, offset: 7 },
        ...more,
      }),
      '',
    ),
  );

const functionOf = (module: string, name: string, more: Record<string, unknown> = {}) => {
  const step = read(module, name, more);
  return step.kind === 'function' ? step.function : step.kind;
};

const settings = (given: Record<string, PyValue>): PyValue => pyDict(Object.entries(given));

test('functions are known by every name they have', () => {
  expect(functionOf('numpy', 'log1p')).toBe('log1p');
  expect(functionOf('numpy.core._multiarray_umath', 'abs')).toBe('absolute');
  expect(functionOf('numpy', 'degrees')).toBe('rad2deg');
  expect(functionOf('numpy', 'radians')).toBe('deg2rad');
  expect(functionOf('numpy', 'fix')).toBe('trunc');
  expect(functionOf('numpy', 'round_')).toBe('rint');
  expect(functionOf('scipy.special._ufuncs', 'expit')).toBe('expit');
  expect(functionOf('scipy.special._special_ufuncs', 'log1p')).toBe('log1p');
});

test('any other function is refused with the ones there are', () => {
  expect(() => functionOf('numpy', 'spacing')).toThrow(
    /func is numpy\.spacing, None, log1p, log, .*of scipy/,
  );
  expect(() => functionOf('numpy', 'expit')).toThrow(/func is numpy\.expit/);
  expect(() => functionOf('scipy.special', 'sqrt')).toThrow(/func is scipy\.special\.sqrt/);
  expect(() => functionOf('os', 'abs')).toThrow(/func is os\.abs/);
});

test.each<[string, string, Record<string, PyValue>, RegExp]>([
  ['an argument of numpy', 'log1p', { where: true }, /kw_args\[where\]/],
  ['bounds a column', 'clip', { a_min: floats([1, 2]) }, /kw_args\[a_min\]/],
  ['a bound that is no number', 'clip', { a_min: pyFloat(Number.NaN) }, /kw_args\[a_min\]/],
  ['another array', 'clip', { out: floats([]) }, /kw_args\[out\]/],
  ['digits beyond float64', 'round', { decimals: int(23) }, /kw_args\[decimals\]/],
  ['another number for missing ones', 'nan_to_num', { nan: int(1) }, /kw_args\[nan\]/],
])('a function with %s is refused', (_what, name, given, message) => {
  expect(() => functionOf('numpy', name, { kw_args: settings(given), n_features_in_: int(2) })).toThrow(
    message,
  );
});

test('a formula is written out for columns that the file tells, and not for as many as it likes', () => {
  const given = { kw_args: settings({ decimals: int(2) }) };
  expect(() => functionOf('numpy', 'round', given)).toThrow(/n_features_in_/);
  expect(() => functionOf('numpy', 'round', { ...given, n_features_in_: int(2 ** 20) })).toThrow(
    /n_features_in_/,
  );
  expect(functionOf('numpy', 'round', { ...given, n_features_in_: int(2) })).toBe('arithmetic');
});
