import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type DocumentObject, type DocumentValue, plainJson } from './document.ts';
import { readJson } from './read.ts';

const budget = () => new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const read = (text: string): DocumentValue => readJson(encode(text), 'a test', budget());
const loose = (text: string): DocumentValue =>
  readJson(encode(text), 'a test', budget(), { dialect: 'loose' });

const refusedAt = (code: string, offset: number) =>
  expect.objectContaining({ code, details: expect.objectContaining({ offset }) });

describe('the JSON reader', () => {
  test('reads what JSON.parse reads, and the same numbers to the bit', () => {
    const value = fc.jsonValue({ maxDepth: 5 });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (given, space) => {
        const text = JSON.stringify(given, null, space);
        expect(plainJson(read(text))).toEqual(JSON.parse(text));
        expect(plainJson(loose(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: runs(1000) },
    );
  });

  test('refuses what JSON.parse refuses, and reads the rest as it does', () => {
    const part = fc.constantFrom(
      ...'[]{},:"\\01-.eE+a \n\u0001',
      'null',
      '1.5e-7',
      '"b"',
      '\\u00e9',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = new TextDecoder().decode(encode(parts.join('')));
        let theirs: unknown;
        try {
          theirs = JSON.parse(text);
        } catch {
          expect(() => read(text)).toThrow(/READ_|Cannot read/);
          return;
        }
        expect(plainJson(read(text))).toEqual(theirs);
      }),
      { numRuns: runs(3000) },
    );
  });

  test.each([
    '9007199254740993',
    '-0',
    '0.1',
    '123456789012345678901234567890',
    '1.7976931348623157e308',
    '5e-324',
    `1.${'3'.repeat(800)}e-300`,
    `0.${'0'.repeat(600)}1e600`,
  ])('rounds %s once', (text) => {
    expect(read(text)).toBe(JSON.parse(text));
    expect(plainJson(read(`[${text}]`))).toEqual([JSON.parse(text)]);
  });

  test('reads numbers as XGBoost spells them', () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        (given) => {
          const text = given.toExponential().replace('e', 'E').replace('+', '');
          const [number] = plainJson(loose(`[${text}]`)) as number[];
          expect(Math.fround(number!)).toBe(given);
        },
      ),
      { numRuns: runs(1000) },
    );
    expect(plainJson(loose('[NaN,-Infinity, Infinity,1E0]'))).toEqual([Number.NaN, -Infinity, Infinity, 1]);
    expect(plainJson(loose('{"a":nan}\0'))).toEqual({ a: Number.NaN });
    expect(loose('[1,2]')).toEqual(Float64Array.of(1, 2));
    expect(plainJson(loose('[1, true, "x", null]'))).toEqual([1, true, 'x', null]);
    expect(readJson(latin1('"\xff"'), 'a test', budget(), { dialect: 'loose' })).toBe('\ufffd');
  });

  test('keeps the order of keys that look like numbers, and where objects begin', () => {
    const value = read('{"b": 1, "10": {"x": []}, "2": [true, false, null, -2.5e3]}') as DocumentObject;
    expect([...value.fields.keys()]).toEqual(['b', '10', '2']);
    expect((value.fields.get('10') as DocumentObject).offset).toBe(15);
    expect(value.fields.get('2')).toEqual([true, false, null, -2500]);
  });

  test.each([
    '"a"',
    '"\\"\\\\\\n\\u00df\\ud83d\\ude00"',
    '"\\ud800"',
    '""',
    '"ß"',
    '"\ufeffa"',
    '"a\\\\"',
    '"\\\\\\""',
    JSON.stringify('[{'.repeat(5000)),
  ])('reads the string %s as JSON.parse does', (text) => {
    expect(read(text)).toBe(JSON.parse(text));
    expect(read(`["x\\\\", ${text}, "y"]`)).toEqual(JSON.parse(`["x\\\\", ${text}, "y"]`));
  });

  test('keeps names of the language apart', () => {
    const value = read('{"__proto__": 1, "constructor": 2}');
    expect(value).toEqual({
      offset: 0,
      fields: new Map([
        ['__proto__', 1],
        ['constructor', 2],
      ]),
    });
    expect(Object.entries(plainJson(value) as object)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
  });

  test.each([
    ['a value that ends', '{"a":', 'READ_TRUNCATED', 5],
    ['a string that ends', '["abc', 'READ_TRUNCATED', 5],
    ['a string that ends in an escape', '["abc\\', 'READ_TRUNCATED', 6],
    ['a list that ends', '[1', 'READ_TRUNCATED', 2],
    ['nothing', '', 'READ_TRUNCATED', 0],
    ['no value', '{"a": }', 'READ_CORRUPT', 6],
    ['a key twice', '{"a": 1, "a": 2}', 'READ_CORRUPT', 9],
    ['a key that is no string', '{1:2}', 'READ_CORRUPT', 1],
    ['a comma too many', '[1,]', 'READ_CORRUPT', 3],
    ['no comma', '[1 2]', 'READ_CORRUPT', 3],
    ['an unknown word', '[maybe]', 'READ_CORRUPT', 1],
    ['a number with a leading zero', '[01]', 'READ_CORRUPT', 2],
    ['a number without an exponent', '[1e]', 'READ_CORRUPT', 3],
    ['a number that ends in a point', '[1.]', 'READ_CORRUPT', 3],
    ['a sign alone', '[-]', 'READ_CORRUPT', 2],
    ['more behind the end', '{} {}', 'READ_CORRUPT', 3],
    ['an escape that is none', '"\\x"', 'READ_CORRUPT', 0],
    ['a line break in a string', '"a\nb"', 'READ_CORRUPT', 0],
  ])('refuses %s, and says where', (_, text, code, offset) => {
    expect(() => read(text)).toThrow(refusedAt(code, offset));
    const looseOffset = text === '[-]' ? 1 : offset;
    expect(() => loose(text)).toThrow(refusedAt(code, looseOffset));
  });

  test.each([
    ['a constant of Python', encode('[NaN]'), 1],
    ['an infinity', encode('[1,-Infinity]'), 4],
    ['a zero byte behind the end', encode('{}\0'), 2],
    ['bytes that are not UTF-8', latin1('["\xff"]'), 2],
    ['half a surrogate pair', latin1('["\xed\xa0\x80"]'), 2],
  ])('refuses %s in JSON of the standard', (_, bytes, offset) => {
    expect(() => readJson(bytes, 'a test', budget())).toThrow(refusedAt('READ_CORRUPT', offset));
  });

  test.each([
    ['nesting without end', '['.repeat(5_000_000), 'depth'],
    ['nested objects', '{"a":'.repeat(1_000_000), 'depth'],
    ['a number without end', `[${'1'.repeat(2_000_000)}]`, 'lineBytes'],
    ['lists that fill the memory', `[${'[],'.repeat(4_000_000)}[]]`, 'totalBytes'],
  ])('refuses %s', (_, text, name) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'READ_LIMIT', details: expect.objectContaining({ name }) }),
    );
  });

  test('charges numbers and short lists against the budget, and looks at the clock', () => {
    const limits = { ...DEFAULT_LIMITS, totalBytes: 100_000 };
    const bytes = encode(`[${'1,'.repeat(200_000)}1]`);
    const lists = encode(`[${'[1],'.repeat(1000)}[]]`);
    const refusal = expect.objectContaining({ code: 'READ_LIMIT' });
    for (const text of [bytes, lists])
      expect(() => readJson(text, 'a test', new ReadBudget({ limits, now: () => 0 }))).toThrow(refusal);
    let time = 0;
    const slow = new ReadBudget({ limits: DEFAULT_LIMITS, now: () => (time += 4000) });
    expect(() => readJson(bytes, 'a test', slow)).toThrow(refusal);
  });

  test('takes time in proportion to its length, whatever its strings hold', () => {
    const quotes = `[${'"",'.repeat(200_000)}"${'a'.repeat(2_000_000)}\\\\"]`;
    expect((read(quotes) as readonly string[]).length).toBe(200_001);
  });
});
