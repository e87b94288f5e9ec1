import { expect, test } from 'vitest';
import { BUDGETS } from './budgets.ts';
import { dependencyFigures, type Lock } from './dependencies.ts';
import { isOver } from './judge.ts';

const figures = (lock: Lock) => dependencyFigures(lock['']!, lock);
const counts = (lock: Lock): number[] => figures(lock).map(({ value }) => value);

test('what is bundled counts nothing, what is needed counts with all that it needs, once', () => {
  expect(counts({ '': {}, 'node_modules/vitest': {} })).toEqual([0, 0]);
  const packages = {
    '': { dependencies: { a: '1' }, optionalDependencies: { native: '1' } },
    'node_modules/a': { dependencies: { b: '1', c: '1' } },
    'node_modules/b': { dependencies: { c: '1' } },
    'node_modules/c': { dependencies: { a: '1' } },
    'node_modules/native': { dependencies: { c: '1', d: '1' } },
    'node_modules/d': {},
    'node_modules/tool': {},
  };
  expect(counts(packages)).toEqual([3, 2]);
});

test('binaries of other platforms are not installed, nested versions are', () => {
  const packages = {
    '': { optionalDependencies: { native: '1' } },
    'node_modules/native': {
      dependencies: { c: '2' },
      optionalDependencies: { 'native-linux': '1', 'native-mac': '1', 'native-musl': '1' },
    },
    'node_modules/native/node_modules/c': { dependencies: { e: '1' } },
    'node_modules/c': { dependencies: { tool: '1' } },
    'node_modules/e': {},
    'node_modules/tool': {},
    'node_modules/native-linux': { os: ['linux'], cpu: ['x64'] },
    'node_modules/native-mac': { os: ['darwin'], cpu: ['x64'] },
    'node_modules/native-musl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
  };
  const [, optional] = figures(packages);
  expect(optional).toEqual({
    of: 'optional',
    value: 4,
    detail: 'e, native, native-linux, native/node_modules/c',
  });
});

test('a heavy dependency that is planted is over the limit, and named', () => {
  const planted = {
    '': { dependencies: { '@google-cloud/aiplatform': '^6.11.0' } },
    'node_modules/@google-cloud/aiplatform': { dependencies: { 'google-gax': '^5' } },
    'node_modules/google-gax': {},
  };
  const [required] = figures(planted);
  expect(BUDGETS.required.limit).toBeLessThan(2);
  expect(isOver(required!)).toBe(true);
  expect(required!.detail).toBe('@google-cloud/aiplatform, google-gax');
});

test('a dependency that the lock does not know yet counts', () => {
  const [required] = dependencyFigures({ dependencies: { heavy: '^1' } }, { '': {} });
  expect(required).toEqual({ of: 'required', value: 1, detail: 'heavy' });
});
