import fc from 'fast-check';
import type { Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, expectTypeOf, test } from 'vitest';
import { decode, readValue } from './read-value.ts';
import { duration, kinds, mapOf, orFalse, orNothing, transformed } from './transformed.ts';
import {
  choice,
  confidential,
  either,
  field,
  flag,
  line,
  list,
  number,
  record,
  text,
  whole,
} from './value-schema.ts';

const TEAM = record({
  name: field(line, null, 'who'),
  size: field(whole(1, 10), 3, 'how many'),
  share: field(number({ min: 0, max: 1, above: true }), 0.5, 'of the work'),
  pause: field(duration('1s', '1h'), '5m', 'between shifts'),
  lead: field(orNothing(line), null, 'who decides'),
  shift: field(orFalse(record({ start: field(whole(0, 23), 9, 'hour') })), {}, 'when, or false'),
  tags: field(list(choice(['a', 'b']), { min: 0, max: 2 }), [], 'what it is'),
  budget: field(either(whole(0, 9), choice(['any'])), 'any', 'what it may spend'),
  env: field(mapOf(text('^[A-Z]+$', 'capital letters'), line), {}, 'variables'),
  open: field(flag, true, 'takes new members'),
  alarm: field(
    orNothing(kinds({ bell: {}, mail: { to: field(line, null, 'whom') } }, (of) => ({ oneOf: of }))),
    null,
    'how it is called',
  ),
});

function problemsOf(value: unknown): readonly string[] {
  const problems: string[] = [];
  readValue(TEAM, value, '', problems);
  return problems;
}

test('what is left out has its default, and the type is that of what is read', () => {
  const team = decode(TEAM, { name: 'x' }, () => new Error('refused'));
  expect(team).toEqual({
    name: 'x',
    size: 3,
    share: 0.5,
    pause: 300_000,
    lead: null,
    shift: { start: 9 },
    tags: [],
    budget: 'any',
    env: new Map(),
    open: true,
    alarm: null,
  });
  expectTypeOf<Static<typeof TEAM>['shift']>().toEqualTypeOf<{ readonly start: number } | null>();
  expectTypeOf<Static<typeof TEAM>['tags']>().toEqualTypeOf<readonly ('a' | 'b')[]>();
  expectTypeOf<Static<typeof TEAM>['budget']>().toEqualTypeOf<number | 'any'>();
});

test('every mistake is named with its place, what is there and what is wanted', () => {
  expect(
    problemsOf({
      sise: 1,
      size: 11,
      share: 0,
      pause: '2h',
      shift: { start: 9.5 },
      tags: ['a', 'c'],
      budget: 10,
      env: { a: '' },
      open: 'yes',
      alarm: 'bel',
    }),
  ).toEqual([
    'sise is no key here, wanted one of name, size, share, pause, lead, shift, tags, budget, env, open, alarm; did you mean "size"?',
    'name is null, wanted a text of 1 to 500 characters',
    'size is 11, wanted a number from 1 to 10 in steps of 1',
    'share is 0, wanted a number above 0 and at most 1',
    'pause is "2h", wanted a duration such as "90s" or "1h30m", 1s to 1h',
    'shift.start is 9.5, wanted a number from 0 to 23 in steps of 1',
    'tags[1] is "c", wanted one of a, b',
    'budget is 10, wanted a number from 0 to 9 in steps of 1',
    'the name env.a is "a", wanted capital letters',
    'env.a is "", wanted a text of 1 to 500 characters',
    'open is "yes", wanted true or false',
    'alarm.kind is "bel", wanted one of bell, mail',
  ]);
  expect(problemsOf('x')).toEqual(['the document is "x", wanted an object']);
});

test('objects of several kinds are read by their kind, and a kind without fields may stand by itself', () => {
  const read = (alarm: unknown) => decode(TEAM, { name: 'x', alarm }, (list) => new Error(list.join())).alarm;
  expect(read('bell')).toEqual({ kind: 'bell' });
  expect(read({ kind: 'mail', to: 'y' })).toEqual({ kind: 'mail', to: 'y' });
  expect(() => read({ kind: 'bell', to: 'y' })).toThrow('alarm.to is no key here, wanted one of kind');
  expect(() => read({})).toThrow('alarm.kind is missing, wanted one of bell, mail');
});

test('what may be a secret is refused without being shown', () => {
  const secret = confidential(text('^env:', 'where it is'), () => 'something else');
  const problems: string[] = [];
  readValue(secret, 'hunter2', 'token', problems);
  expect(problems).toEqual(['token is something else, wanted where it is']);
});

test('nothing is made of a value with problems, and parts are held against each other only where all fit', () => {
  const made: unknown[] = [];
  const schema = record({
    of: field(
      transformed(whole(1, 2), (value) => made.push(value)),
      null,
      'one',
    ),
  });
  const refusal = (list: readonly string[]) => new Error(list.join());
  expect(() => decode(schema, { of: 3 }, refusal, () => made.push('whole'))).toThrow('of is 3');
  expect(made).toEqual([]);
});

test('whatever is given is read or refused, and what is read fits the JSON schema', () => {
  const validator = Compile(TEAM);
  const keys = fc.constantFrom(
    'name',
    'size',
    'share',
    'pause',
    'shift',
    'tags',
    'budget',
    'env',
    '__proto__',
  );
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (given) => {
      if (problemsOf(given).length === 0) expect(validator.Check(given)).toBe(true);
    }),
  );
});
