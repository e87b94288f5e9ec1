import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockFile, blockIdOf } from './paths.ts';

test('the name of a file says whose block it is, whatever the worker is called', () => {
  const id = fc.record({
    worker: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((name) => !name.startsWith('-')),
    epoch: fc.nat(),
    seq: fc.nat(),
  });
  fc.assert(
    fc.property(id, (block) => {
      const name = blockFile(block);
      expect(name).not.toMatch(/[/\\\0]/);
      expect(blockIdOf(name)).toEqual(block);
    }),
  );
  expect(blockFile({ worker: 'a1b2/3', epoch: 1, seq: 20 })).toBe('a1b2%2F3-1-20.blk');
});

test.each([
  'a-1-2.blk.tmp',
  'a-1.blk',
  'a-01-2.blk',
  'a%2f-1-2.blk',
  '%-1-2.blk',
  `${'a'.repeat(300)}-1-2.blk`,
])('%s is no block', (name) => {
  expect(blockIdOf(name)).toBe(null);
});
