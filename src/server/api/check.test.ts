import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { checkerOf } from './check.ts';
import { closed, nullable } from './operation.ts';

const SCHEMA = closed({
  strategy: Type.Enum(['canary', 'ab']),
  to: Type.Optional(nullable(Type.Integer({ minimum: 1 }))),
});
const check = checkerOf(SCHEMA, 'body');

test.each([
  [{ strategy: 'canry' }, 'body/strategy is "canry", must be one of canary, ab'],
  [{ strategy: 'ab', to: 'x' }, 'body/to is "x", must be integer or must be null'],
  [{ strategy: 'ab', too: 1 }, 'body has the unknown key "too"'],
  [{}, 'body must have required properties strategy'],
  [undefined, 'body is missing, must be object'],
  [{ strategy: 'x'.repeat(1e6) }, `body/strategy is "${'x'.repeat(59)}…, must be one of canary, ab`],
])('a mistake is named with its place, what is there and what is wanted: %#', (given, wanted) => {
  expect(() => check(given)).toThrow(`Cannot use the request: ${wanted}`);
});

test('what is right passes as it is', () => {
  const given = { strategy: 'ab', to: null };
  expect(check(given)).toBe(given);
});
