import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ulpDistance } from '../../core/float.ts';
import { FUNCTIONS, type FunctionName } from '../../model/function.ts';
import { UFUNCS } from './function.ts';

const url = new URL('../../../fixtures/native/ufuncs.json', import.meta.url);
const vectors = JSON.parse(readFileSync(url, 'utf8')) as {
  x: (number | string)[];
  values: Record<string, (number | string)[]>;
};

const EXACT = new Set<FunctionName>([
  'sqrt',
  'square',
  'reciprocal',
  'absolute',
  'fabs',
  'sign',
  'negative',
  'positive',
  'floor',
  'ceil',
  'trunc',
  'rint',
  'deg2rad',
  'rad2deg',
  'isfinite',
  'isinf',
  'isnan',
  'logical_not',
  'signbit',
  'nan_to_num',
]);
const read = (value: number | string): number =>
  typeof value === 'number' ? value : Number(value.replace('inf', 'Infinity'));
const numpyFunctions = FUNCTIONS.filter((name) => name !== 'identity');

describe('functions of numpy and scipy', () => {
  test.each(numpyFunctions)('%s gives what the library gives', (name) => {
    const wrong: unknown[] = [];
    vectors.x.map(read).forEach((x, i) => {
      const wanted = read(vectors.values[name]![i]!);
      const found = UFUNCS[name](x);
      const close = EXACT.has(name) ? Object.is(found, wanted) : ulpDistance(found, wanted) <= 4;
      if (!close) wrong.push({ x, found, wanted, ulp: ulpDistance(found, wanted) });
    });
    expect(wrong).toEqual([]);
  });
});
