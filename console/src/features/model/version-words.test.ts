import { expect, test } from 'vitest';
import { versionsWords } from './version-words.ts';

test('versions are counted as all of them only where no older one is left out', () => {
  expect(versionsWords({ items: [], next: null })).toBe('0 versions');
  expect(versionsWords({ items: [2, 1], next: null })).toBe('2 versions');
  expect(versionsWords({ items: [3, 2], next: 'c' })).toBe('The newest 2 versions');
});
