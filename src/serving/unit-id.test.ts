import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Signature } from '../model/signature.ts';
import { UNIT_ID_MAX_BYTES, unitAtStart, unitInBody, unitInHeaders, withoutUnit } from './unit-id.ts';

const source = { header: 'x-unit-id', cookie: 'uid', field: 'user' };

test('the header comes before the cookie, and what is empty is not there', () => {
  const cookie = 'a=1; uid=from-cookie; b=2';
  expect(unitInHeaders({ 'x-unit-id': 'u1', cookie }, source)).toBe('u1');
  expect(unitInHeaders({ 'x-unit-id': '', cookie }, source)).toBe('from-cookie');
  expect(unitInHeaders({ cookie: 'uid=' }, source)).toBeNull();
  expect(unitInHeaders({ cookie }, { ...source, cookie: null })).toBeNull();
  expect(unitInHeaders({}, source)).toBeNull();
});

test.each([
  ['uid=a=b', 'a=b'],
  ['uid="quoted"', 'quoted'],
  ['xuid=1; uid = spaced ', 'spaced'],
  ['uid; uidx=2;;=;', null],
  ['UID=1', null],
])('the cookie in "%s" is %s', (cookie, wanted) => {
  expect(unitInHeaders({ cookie }, source)).toBe(wanted);
});

test('an id beyond ASCII is the same from a header and from a body', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (unit) => {
      const asSent = Buffer.from(unit).toString('latin1');
      expect(unitInHeaders({ 'x-unit-id': asSent }, source)).toBe(unitInBody({ user: unit }, 'user'));
    }),
  );
  // ISO 8859-1, as old clients send it.
  expect(unitInHeaders({ 'x-unit-id': 'k\xe4se' }, source)).toBe('käse');
});

test('an id of more than 4 KB is none, wherever it comes from', () => {
  const longest = 'x'.repeat(UNIT_ID_MAX_BYTES);
  for (const [unit, wanted] of [
    [longest, longest],
    [`${longest}x`, null],
    ['é'.repeat(UNIT_ID_MAX_BYTES / 2 + 1), null],
  ] as const) {
    expect(unitInBody({ user: unit }, 'user')).toBe(wanted);
    expect(unitInHeaders({ 'x-unit-id': Buffer.from(unit).toString('latin1') }, source)).toBe(wanted);
  }
});

test.each([
  [{ user: 'u' }, 'u'],
  [{ user: 42 }, '42'],
  [{ user: -7 }, '-7'],
  [{ user: 1.5 }, null],
  [{ user: 2 ** 53 }, null],
  [{ user: '' }, null],
  [{ user: null }, null],
  [{ user: ['u'] }, null],
  [{ user: true }, null],
  [{}, null],
  [[{ user: 'u' }], null],
  ['user', null],
  [null, null],
  [JSON.parse('{"__proto__": {"user": "u"}}'), null],
])('the id in the body %j is %s', (body, wanted) => {
  expect(unitInBody(body, 'user')).toBe(wanted);
});

test.each([
  ['{"user":"u1","rows":[', 'u1'],
  [' {\n "user" : "a\\"\\u00e9" , ', 'a"é'],
  ['{"us\\u0065r": -7}', '-7'],
  ['{"rows":[],"user":"u1"}', null],
  ['{"user":1.5,', null],
  ['{"user":1e3,', '1000'],
  ['{"user":7.0,', '7'],
  ['{"user":1-2,', null],
  ['{"user":{"user":"u1"},', null],
  ['[{"user":"u1",', null],
  ['{"user":"\\x",', null],
  [`{"user":"${'x'.repeat(100_000)}",`, null],
  ['', null],
])('of a body too large to read, which begins with %.40s, the id is %s', (start, wanted) => {
  expect(unitAtStart(Buffer.from(`${start}${' '.repeat(70_000)}`), 'user')).toBe(wanted);
});

const outputs = { outputs: [], classes: null };
const table = (name: string) => ({ form: 'table', columns: [{ name }], ...outputs }) as unknown as Signature;
const tensors = (name: string) =>
  ({ form: 'tensors', tensors: [{ name }], ...outputs }) as unknown as Signature;

test('the id is taken out of the body, unless the body is a row that has it as a column', () => {
  for (const form of [table, tensors]) {
    const [has, hasNot] = [form('user'), form('age')];
    expect(withoutUnit({ user: 'u', rows: [[1]] }, 'user', has)).toEqual({ rows: [[1]] });
    expect(withoutUnit({ user: 'u', age: 3 }, 'user', hasNot)).toEqual({ age: 3 });
    expect(withoutUnit({ user: 'u', age: 3 }, 'user', has)).toEqual({ user: 'u', age: 3 });
    for (const body of [{ age: 3 }, [1, 2], null, 'text', 7])
      expect(withoutUnit(body, 'user', hasNot)).toBe(body);
  }
  const odd = withoutUnit(JSON.parse('{"user": 1, "__proto__": {"a": 1}}'), 'user', table('a')) as object;
  expect(Object.keys(odd)).toEqual(['__proto__']);
});
