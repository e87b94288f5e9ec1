import { describe, expect, it } from 'vitest';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type JsonObject, type PlacedJson, parsePlacedJson } from './json.ts';

const parse = (text: string): PlacedJson =>
  parsePlacedJson(text, 'a test', new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 }));

describe('JSON with places', () => {
  it('keeps the order of keys that look like numbers, and where objects begin', () => {
    const value = parse('{"b": 1, "10": {"x": []}, "2": [true, false, null, -2.5e3]}') as JsonObject;
    expect([...value.members.keys()]).toEqual(['b', '10', '2']);
    expect((value.members.get('10') as JsonObject).offset).toBe(15);
    expect(value.members.get('2')).toEqual([true, false, null, -2500]);
  });

  it.each(['"a"', '"\\"\\\\\\n\\u00df\\ud83d\\ude00"', '""', '"ß"', '"a\\\\"', '"\\\\\\""'])(
    'reads the string %s as JSON.parse does',
    (text) => {
      expect(parse(text)).toBe(JSON.parse(text));
      expect(parse(`["x\\\\", ${text}, "y"]`)).toEqual(JSON.parse(`["x\\\\", ${text}, "y"]`));
    },
  );

  it('keeps keys that JavaScript gives a meaning', () => {
    expect([...(parse('{"__proto__": 1}') as JsonObject).members]).toEqual([['__proto__', 1]]);
  });

  it.each([
    ['a key twice', '{"a": 1, "a": 2}', 'READ_CORRUPT', 9],
    ['a comma too many', '[1,]', 'READ_CORRUPT', 3],
    ['no comma', '[1 2]', 'READ_CORRUPT', 3],
    ['a number that is none', '[01]', 'READ_CORRUPT', 2],
    ['a constant of Python', '[NaN]', 'READ_CORRUPT', 1],
    ['more after it', '{} {}', 'READ_CORRUPT', 3],
    ['an escape that is none', '"\\x"', 'READ_CORRUPT', 0],
    ['a line break in a string', '"a\nb"', 'READ_CORRUPT', 0],
    ['no end of a string', '["abc', 'READ_TRUNCATED', 5],
    ['no end of a list', '[1', 'READ_TRUNCATED', 2],
    ['nothing', '', 'READ_TRUNCATED', 0],
  ])('refuses %s, and says where', (_, text, code, offset) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining({ offset }) }),
    );
  });

  it('refuses nesting over the limit, and more values than fit the memory', () => {
    expect(() => parse('['.repeat(100_000))).toThrow(/depth/);
    expect(() => parse(`[${'[],'.repeat(4_000_000)}[]]`)).toThrow(/totalBytes/);
  });

  it('takes time in proportion to its length, whatever its strings hold', () => {
    const quotes = `[${'"",'.repeat(200_000)}"${'a'.repeat(2_000_000)}\\\\"]`;
    expect((parse(quotes) as readonly string[]).length).toBe(200_001);
  });
});
