import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inParts } from './parts.ts';

describe('work in parts', () => {
  it('sees every row once, in order, at most so many at a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const parts = await inParts(rows, size, async (part) => part);
        expect(parts.flat()).toEqual(rows);
        expect(parts.every((part) => part.length > 0 && part.length <= size)).toBe(true);
      }),
    );
  });

  it('lets others have their turn, and stops at the first part that fails', async () => {
    let others = 0;
    setImmediate(() => {
      others += 1;
    });
    const seen: number[] = [];
    const failed = inParts([1, 2, 3, 4], 1, async ([row]) => {
      seen.push(row!);
      if (row === 3) throw new Error('the third');
    });
    await expect(failed).rejects.toThrow('the third');
    expect(others).toBe(1);
    expect(seen).toEqual([1, 2, 3]);
  });
});
