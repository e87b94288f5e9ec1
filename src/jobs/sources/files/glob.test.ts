import { expect, test } from 'vitest';
import { globExpression, isGlob, splitGlob } from './glob.ts';

const matches = (pattern: string, path: string): boolean => globExpression(pattern).test(path);

test('a pattern matches as shells match', () => {
  expect(matches('*.parquet', 'a.parquet')).toBe(true);
  expect(matches('*.parquet', 'a/b.parquet')).toBe(false);
  expect(matches('**/*.parquet', 'b.parquet')).toBe(true);
  expect(matches('**/*.parquet', 'a/b/c.parquet')).toBe(true);
  expect(matches('part-?.csv', 'part-1.csv')).toBe(true);
  expect(matches('part-[0-4].csv', 'part-5.csv')).toBe(false);
  expect(matches('part-[!0-4].csv', 'part-5.csv')).toBe(true);
  expect(matches('{a,b}/x.{csv,tsv}', 'b/x.tsv')).toBe(true);
  expect(matches('a+(b).csv', 'a+(b).csv')).toBe(true);
  expect(matches('day=2026-*/**', 'day=2026-11/x/y.csv')).toBe(true);
});

test('the folder before the first wildcard is where to look', () => {
  expect(splitGlob('/data/2026/*/x.csv')).toEqual({ folder: '/data/2026', rest: '*/x.csv' });
  expect(splitGlob('/*.csv')).toEqual({ folder: '', rest: '*.csv' });
  expect(isGlob('/data/x.csv')).toBe(false);
});
