import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { nullable } from '../../schema/value-schema.ts';
import { checkerOf } from './check.ts';
import { closed } from './operation.ts';

const SCHEMA = closed({
  strategy: Type.Enum(['canary', 'ab']),
  to: Type.Optional(nullable(Type.Integer({ minimum: 1 }))),
});
const check = checkerOf(SCHEMA, 'body');

test.each([
  [{ strategy: 'canry' }, 'body.strategy is "canry", wanted one of canary, ab'],
  [{ strategy: 'ab', to: 'x' }, 'body.to is "x", wanted an integer from 1 or null'],
  [{ strategy: 'ab', too: 1 }, 'body.too is no key here, wanted one of strategy, to; did you mean "to"?'],
  [{}, 'body.strategy is missing, wanted one of canary, ab'],
  [undefined, 'body is missing, wanted an object'],
  [{ strategy: 'x'.repeat(1e6) }, `body.strategy is "${'x'.repeat(59)}…, wanted one of canary, ab`],
])('a mistake is named with its place, what is there and what is wanted: %#', (given, wanted) => {
  expect(() => check(given)).toThrow(`Cannot use the request: ${wanted}`);
});

test('what is right passes as it is', () => {
  const given = { strategy: 'ab', to: null };
  expect(check(given)).toBe(given);
});

describe('a query, whose values are texts', () => {
  const query = checkerOf(
    closed({
      limit: Type.Optional(Type.Integer({ minimum: 1 })),
      hours: Type.Optional(Type.Number()),
      all: Type.Optional(Type.Boolean()),
      name: Type.Optional(Type.String()),
    }),
    'query',
  );

  test('is read as what its schema says', () => {
    const given = { limit: '7', hours: '1.5e-1', all: 'true', name: '7' };
    expect(query(given)).toEqual({ limit: 7, hours: 0.15, all: true, name: '7' });
  });

  test.each([
    { limit: '1.5' },
    { limit: '0x10' },
    { limit: 'true' },
    { limit: ' 1' },
    { limit: '' },
    { limit: ['1', '2'] },
    { hours: 'Infinity' },
    { hours: '007' },
    { all: '1' },
    { all: 'TRUE' },
    { name: ['a', 'b'] },
    { limit: '1', __proto__: null, more: '1' },
  ])('is refused where a value is none: %j', (given) => {
    expect(() => query(given)).toThrow(/^Cannot use the request: query/);
  });
});
