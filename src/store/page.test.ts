import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, pageOf } from './page.ts';

const rows = [3, 2, 1];
const page = (limit: number) => pageOf('numbers', rows, limit, (row) => [row, `n${row}`], String);

describe('a part of a list', () => {
  it('has a cursor where there is more, and none at the end', () => {
    expect(page(2).items).toEqual(['3', '2']);
    expect(keyOf('numbers', ['number', 'string'], { cursor: page(2).next! })).toEqual([2, 'n2']);
    expect(page(3)).toEqual({ items: ['3', '2', '1'], next: null });
    expect(pageOf('numbers', [], 1, () => [], String)).toEqual({ items: [], next: null });
  });

  it('begins without a cursor', () => {
    expect(keyOf('numbers', ['number'], undefined)).toBeNull();
    expect(keyOf('numbers', ['number'], { limit: 5 })).toBeNull();
  });

  it('goes on from any name, and refuses the cursor of another list or of another shape', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        const cursor = pageOf('names', [name, name], 1, (row) => [row], String).next!;
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(keyOf('names', ['string'], { cursor })).toEqual([name]);
        expect(() => keyOf('others', ['string'], { cursor })).toThrow('cursor');
        expect(() => keyOf('names', ['number'], { cursor })).toThrow('cursor');
        expect(() => keyOf('names', ['string', 'string'], { cursor })).toThrow('cursor');
      }),
    );
  });
});
