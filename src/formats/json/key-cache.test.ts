import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReadBudget } from '../budget.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { plainJson } from './document.ts';
import { KeyCache } from './key-cache.ts';
import { readJson } from './read.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a plain key is read up to its quote, and the same whatever was read before', () => {
  const keys = new KeyCache();
  for (const key of ['a', 'b', 'ab', 'ba', '', 'a', '__proto__', 'ab', 'x'.repeat(48)])
    expect(keys.read(bytesOf(`"${key}": 1`), 1)).toBe(key);
});

test.each(['a\\u0041"', 'é"', 'a\nb"', 'no end', `${'x'.repeat(49)}"`])(
  '%j is left to the reader',
  (text) => {
    expect(new KeyCache().read(bytesOf(text), 0)).toBeNull();
  },
);

test('keys that look alike in bytes or as written stay apart', () => {
  const key = fc.constantFrom('a\\', 'é', 'Ã©', '\u0001', 'a', 'b', 'ab', '\\', '"', 'a"', '10');
  fc.assert(
    fc.property(fc.array(fc.dictionary(key, fc.nat())), (objects) => {
      const budget = new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
      const twice = objects.concat(objects);
      // JSON.parse of V8 13 itself takes "a\\"" for "a\\" where an object before had that key.
      const value = plainJson(readJson(bytesOf(JSON.stringify(twice)), 'a test', budget));
      expect(value).toEqual(twice);
    }),
  );
});
