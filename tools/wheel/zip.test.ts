import { expect, test } from 'vitest';
import { zip } from './zip.ts';

const member = (name: string) => ({ name, bytes: Buffer.from('text') });

test('an archive of nothing is its end alone', () => {
  expect(zip([]).toString('hex')).toBe(`504b0506${'00'.repeat(18)}`);
});

test.each(['', 'ä.py', 'a b', 'a\n', 'x'.repeat(256)])('the name "%s" is refused', (name) => {
  expect(() => zip([member(name)])).toThrow(RangeError);
});

test('more members than the format counts are refused', () => {
  const many = Array.from({ length: 65_536 }, () => ({ name: 'a', bytes: Buffer.alloc(0) }));
  expect(() => zip(many)).toThrow(/65536 members/);
});
