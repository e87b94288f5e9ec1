import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import type { DocumentValue } from './document.ts';
import { readJson } from './json.ts';

const budget = () => new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
const read = (text: string): DocumentValue => readJson(new TextEncoder().encode(text), budget());

/** A document as the language itself reads one. */
function plain(value: DocumentValue): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const { fields } = value as { fields: ReadonlyMap<string, DocumentValue> };
  return Object.fromEntries(Array.from(fields, ([name, item]) => [name, plain(item)]));
}

describe('the JSON reader', () => {
  test('reads what JSON.parse reads, and the same numbers to the bit', () => {
    const value = fc.jsonValue({ maxDepth: 5 });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (given, space) => {
        const text = JSON.stringify(given, null, space);
        expect(plain(read(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: runs(1000) },
    );
  });

  test('reads numbers as XGBoost spells them', () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        (given) => {
          const text = given.toExponential().replace('e', 'E').replace('+', '');
          const [number] = plain(read(`[${text}]`)) as number[];
          expect(Math.fround(number!)).toBe(given);
        },
      ),
      { numRuns: runs(1000) },
    );
    expect(plain(read('[NaN,-Infinity, Infinity,1E0]'))).toEqual([Number.NaN, -Infinity, Infinity, 1]);
    expect(plain(read('[1, true, "x"]'))).toEqual([1, true, 'x']);
    expect(plain(read('{"a":nan}'))).toEqual({ a: Number.NaN });
  });

  test.each([
    ['a value that ends', '{"a":', 'READ_TRUNCATED'],
    ['a string that ends', '["abc', 'READ_TRUNCATED'],
    ['an array that ends', '[1,2', 'READ_TRUNCATED'],
    ['a missing comma', '[1 2]', 'READ_CORRUPT'],
    ['a key that is no string', '{1:2}', 'READ_CORRUPT'],
    ['an unknown word', '[maybe]', 'READ_CORRUPT'],
    ['an unknown escape', '["\\q"]', 'READ_CORRUPT'],
    ['what comes behind the end', '{} {}', 'READ_CORRUPT'],
    ['nesting without end', '['.repeat(5_000_000), 'READ_LIMIT'],
    ['nested objects', '{"a":'.repeat(1_000_000), 'READ_LIMIT'],
    ['a number without end', `[${'1'.repeat(2_000_000)}]`, 'READ_LIMIT'],
  ])('refuses %s, with the byte', (_, text, code) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining({ offset: expect.any(Number) }) }),
    );
  });

  test('keeps names of the language apart', () => {
    expect(read('{"__proto__": 1, "constructor": 2}')).toEqual({
      offset: 0,
      fields: new Map([
        ['__proto__', 1],
        ['constructor', 2],
      ]),
    });
  });

  test('charges arrays against the budget', () => {
    const limits = { ...DEFAULT_LIMITS, totalBytes: 10_000 };
    const bytes = new TextEncoder().encode(`[${'1,'.repeat(5000)}1]`);
    expect(() => readJson(bytes, new ReadBudget({ limits, now: () => 0 }))).toThrow(
      expect.objectContaining({ code: 'READ_LIMIT' }),
    );
  });
});
