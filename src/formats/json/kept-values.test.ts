import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type DocumentNumbers, type DocumentValue, isObject, plainJson } from './document.ts';
import { KeptValues } from './kept-values.ts';
import { readJson } from './read.ts';

const budget = (): ReadBudget => new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function kept(numbers: DocumentNumbers): DocumentValue | undefined {
  return new KeptValues(budget()).fields(new Map([['a', numbers]]), ['a'], 'a test', 0).get('a');
}

test('numbers are kept to the bit, in the narrowest array that holds them', () => {
  const number = fc.oneof(
    fc.integer({ min: -200, max: 200 }),
    fc.integer(),
    fc.double(),
    fc.constantFrom(-0, 127, 128, -128, -129, 32_767, 32_768, 2 ** 31, -(2 ** 31)),
  );
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      const given = Float64Array.from(numbers);
      expect(Float64Array.from(kept(given) as Float64Array)).toEqual(given);
    }),
    { numRuns: runs(500) },
  );
  expect(kept(Float64Array.of(0, 127))).toBeInstanceOf(Int8Array);
  expect(kept(Float64Array.of(-300, 5))).toBeInstanceOf(Int16Array);
  expect(kept(Int32Array.of(40_000))).toBeInstanceOf(Int32Array);
  expect(kept(Float32Array.of(0.5))).toBeInstanceOf(Float32Array);
  expect(kept(Float64Array.of(2 ** 31))).toBeInstanceOf(Float64Array);
  expect(kept(Float64Array.of(-0))).toBeInstanceOf(Float64Array);
});

test('what is needed of an object is what it was, whatever is read after it', () => {
  const tree = fc.record({
    keep: fc.oneof(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), fc.jsonValue()),
    drop: fc.array(fc.integer()),
  });
  fc.assert(
    fc.property(fc.array(tree), fc.array(fc.integer()), (trees, last) => {
      const text = JSON.stringify({ first: last, trees, last });
      const needed = (fields: ReadonlyMap<string, unknown>) => (fields.has('drop') ? ['keep', 'none'] : null);
      const found = plainJson(readJson(encode(text), 'a test', budget(), { needed }));
      const wanted = { first: last, trees: trees.map(({ keep }) => ({ keep })), last };
      expect(found).toEqual(JSON.parse(JSON.stringify(wanted)));
    }),
    { numRuns: runs(500) },
  );
});

test('what is not needed takes no room once its object was read', () => {
  const list = JSON.stringify(Array.from({ length: 1000 }, () => 0.5));
  const text = `[${Array.from({ length: 200 }, () => `{"keep":1,"drop":${list}}`).join()}]`;
  const bytesWith = (names: readonly string[] | null): number => {
    const spent = budget();
    const value = readJson(encode(text), 'a test', spent, { needed: () => names });
    expect(isObject(value)).toBe(false);
    return spent.bytes;
  };
  expect(bytesWith(null)).toBeGreaterThan(200 * 1000 * 8);
  expect(bytesWith(['keep'])).toBeLessThan(200 * 1000);
});
