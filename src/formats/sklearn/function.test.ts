import { expect, test } from 'vitest';
import { readFunctionTransformer } from './function.ts';
import { instance, testReading } from './testing/values.ts';

const functionOf = (module: string, name: string) =>
  readFunctionTransformer(
    testReading().view(
      instance('sklearn.preprocessing._function_transformer.FunctionTransformer', {
        func: { type: 'global', module, name, offset: 7 },
      }),
      '',
    ),
  ).function;

test('numpy functions are known by every name they have', () => {
  expect(functionOf('numpy', 'log1p')).toBe('log1p');
  expect(functionOf('numpy.core._multiarray_umath', 'abs')).toBe('absolute');
  expect(functionOf('numpy', 'degrees')).toBe('rad2deg');
  expect(functionOf('numpy', 'radians')).toBe('deg2rad');
});

test('any other function is refused with the ones there are', () => {
  expect(() => functionOf('numpy', 'isnan')).toThrow(
    /func is numpy\.isnan, None and log1p, log, .*rad2deg of numpy/,
  );
  expect(() => functionOf('os', 'abs')).toThrow(/func is os\.abs/);
});
