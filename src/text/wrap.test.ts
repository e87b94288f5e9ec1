import { expect, test } from 'vitest';
import { hanging, wrapped } from './wrap.ts';

test('no line is longer than the width, and no word is lost', () => {
  const text = 'the quick brown fox  jumps over\nthe lazy dog';
  for (const width of [3, 5, 9, 20, 80]) {
    const lines = wrapped(text, width);
    expect(lines.join(' ').split(' ')).toEqual(text.split(/\s+/));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 5));
  }
  expect(wrapped('the quick brown', 9)).toEqual(['the quick', 'brown']);
});

test('a word that is too long has a line of its own', () => {
  expect(wrapped('a unbreakable b', 4)).toEqual(['a', 'unbreakable', 'b']);
  expect(wrapped('  ', 4)).toEqual([]);
});

test('lines below the first begin where its text begins', () => {
  expect(hanging('- ', 'one two three', 9)).toBe('- one two\n  three');
});
